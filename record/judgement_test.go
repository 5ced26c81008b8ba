package record

import (
	"reflect"
	"testing"
)

// TestJudgementOf: judgement and report together say what each leaves out.
func TestJudgementOf(t *testing.T) {
	p := &Inspect{
		Header: Header{Issuer: depot, Ref: "Z1", OccurredAt: "2025-10-09T07:00:00+08:00"}, Target: "P1", Stage: StageStorage,
		Items: []Measured{{"moisture", "13.9"}, {"brown_rice_yield", "72"}, {"cadmium_mgkg", "0.41"}, {"colour", "7"}},
	}
	j := &Judgement{
		Group: "paddy-japonica", Grade: "2", Storage: "suitable", Passed: false, Safe: false,
		Items:   []JudgedItem{{Max: "14.5"}, {Min: "75", Beyond: true}, {Max: "0.2", Beyond: true, Safety: true}, {}},
		Missing: []string{"impurity"}, Rules: []RuleRef{{Table: TableGrades, Document: "GB 1350-2009", From: "2009-07-01"}},
	}
	want := Inspection{
		Record: "id", Target: "P1", Stage: StageStorage, Lab: depot, OccurredAt: p.OccurredAt,
		Group: "paddy-japonica", Grade: "2", Storage: "suitable",
		Items: []Finding{
			{Item: "moisture", Value: "13.9", Limit: "14.5", Bound: "max", Verdict: "within"},
			{Item: "brown_rice_yield", Value: "72", Limit: "75", Bound: "min", Verdict: "beyond"},
			{Item: "cadmium_mgkg", Value: "0.41", Limit: "0.2", Bound: "max", Verdict: "beyond", Safety: true},
			{Item: "colour", Value: "7"},
		},
		Missing: j.Missing, Rules: j.Rules,
	}
	if got := j.Of("id", p); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

func TestUntouched(t *testing.T) {
	if fresh, sold := (Stock{}), (Stock{Last: "b"}); !fresh.Untouched() || sold.Untouched() {
		t.Error("a stock says it wrong")
	}
	if b := (BinState{Last: "a"}); !b.UntouchedSince("a") || b.UntouchedSince("b") {
		t.Error("a bin says it wrong")
	}
}
