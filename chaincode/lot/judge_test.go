package lot

import (
	"slices"
	"testing"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

func judged(t *testing.T, variety, product string, items ...record.Measured) (*record.Judgement, []record.Flag) {
	t.Helper()
	r, err := NewRules()
	if err != nil {
		t.Fatal(err)
	}
	loaded := map[string][]byte{}
	for _, table := range []string{record.TableVarieties, record.TableGrades, record.TableSafety, record.TableStorage, record.TableDeductions} {
		loaded[record.RuleKey(table)] = nil
	}
	c := &state.Case{View: state.NewView(loaded), ID: "id"}
	p := &record.Inspect{Header: record.Header{OccurredAt: "2025-10-12T12:00:00+08:00"}, Items: items}
	out := r.judge(c, p, variety, product)
	if err := c.View.Fault(); err != nil {
		t.Fatal(err)
	}
	return out, c.Flags
}

func item(name string, value record.Decimal) record.Measured {
	return record.Measured{Item: name, Value: value}
}

const (
	japonica = "1132002"
	wheat    = "1120000"
	maize    = "1140000"
)

func TestStorageClasses(t *testing.T) {
	gluten := func(v record.Decimal) record.Measured { return item("gluten_water_absorption", v) }
	taste := func(v record.Decimal) record.Measured { return item("taste_score", v) }
	acid := func(v record.Decimal) record.Measured { return item("fatty_acid_value", v) }
	for _, tc := range []struct {
		name, variety string
		items         []record.Measured
		want          string
	}{
		{"W1", wheat, []record.Measured{gluten("185"), taste("72")}, suitable},
		{"W2", wheat, []record.Measured{gluten("179"), taste("72")}, marginal},
		{"W3", wheat, []record.Measured{gluten("185"), taste("60")}, marginal},
		{"W4", wheat, []record.Measured{gluten("185"), taste("59")}, unsuitable},
		{"C1", maize, []record.Measured{acid("65"), taste("70")}, suitable},
		{"C2", maize, []record.Measured{acid("66"), taste("70")}, marginal},
		{"C3", maize, []record.Measured{acid("78"), taste("60")}, marginal},
		{"C4", maize, []record.Measured{acid("79"), taste("80")}, unsuitable},
		{"R1 suitable", japonica, []record.Measured{acid("25.0"), taste("75")}, suitable},
		{"R1 marginal", japonica, []record.Measured{acid("25.1"), taste("75")}, marginal},
		{"R1 unsuitable", japonica, []record.Measured{acid("35.1"), taste("75")}, unsuitable},
		{"nothing reported", japonica, nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, _ := judged(t, tc.variety, "", tc.items...); got.Storage != tc.want {
				t.Errorf("%q, want %q", got.Storage, tc.want)
			}
		})
	}
}

func TestGradesAndLimits(t *testing.T) {
	for _, tc := range []struct {
		name, variety, product string
		items                  []record.Measured
		grade                  string
		passed, safe           bool
	}{
		{"japonica grade 1", japonica, "", []record.Measured{item("brown_rice_yield", "81.0")}, "1", true, true},
		{"japonica grade 2", japonica, "", []record.Measured{item("brown_rice_yield", "80.9")}, "2", true, true},
		{"japonica ungraded does not fail", japonica, "", []record.Measured{item("brown_rice_yield", "72.9")}, ungraded, true, true},
		{"moisture at its limit", japonica, "", []record.Measured{item("moisture", "14.5")}, "", true, true},
		{"moisture over it", japonica, "", []record.Measured{item("moisture", "14.51")}, "", false, true},
		{"indica has a lower one", "1131001", "", []record.Measured{item("moisture", "13.6")}, "", false, true},
		{"cadmium at its limit", japonica, "", []record.Measured{item("cadmium_mgkg", "0.2")}, "", true, true},
		{"cadmium over it", japonica, "", []record.Measured{item("cadmium_mgkg", "0.41")}, "", false, false},
		{"cadmium in rice", japonica, "大米", []record.Measured{item("cadmium_mgkg", "0.21")}, "", false, false},
		{"wheat's is lower", wheat, "", []record.Measured{item("cadmium_mgkg", "0.15")}, "", false, false},
		{"wheat needs both criteria", wheat, "", []record.Measured{item("test_weight_gl", "792"), item("unsound_kernel", "7.0")}, "3", true, true},
		{"a criterion was not reported", wheat, "", []record.Measured{item("test_weight_gl", "792")}, "", true, true},
		{"DON in wheat", wheat, "", []record.Measured{item("don_ugkg", "1000.1")}, "", false, false},
		{"a product the table does not know is judged as its grain", japonica, "珍珠大米", []record.Measured{item("cadmium_mgkg", "9")}, "", false, false},
		{"an item no rule speaks of", japonica, "", []record.Measured{item("colour", "7")}, "", true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := judged(t, tc.variety, tc.product, tc.items...)
			if got.Grade != tc.grade || got.Passed != tc.passed || got.Safe != tc.safe {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestMissingItemsAreListed(t *testing.T) {
	got, _ := judged(t, japonica, "", item("moisture", "14"), item("lead_mgkg", "0.1"))
	for _, want := range []string{"impurity", "cadmium_mgkg", "aflatoxin_b1_ugkg"} {
		if !slices.Contains(got.Missing, want) {
			t.Errorf("%s is not listed as missing: %v", want, got.Missing)
		}
	}
	if slices.Contains(got.Missing, "moisture") || !got.Passed {
		t.Errorf("%+v", got)
	}
}

func TestUnknownVarietyIsFlagged(t *testing.T) {
	got, flags := judged(t, "9999999", "", item("moisture", "99"))
	if !got.Passed || !slices.Contains(flags, record.FlagNoRule) {
		t.Errorf("%+v %v", got, flags)
	}
}

// The vectors of 国粮标〔2024〕198号 for japonica paddy.
func TestDeductionSteps(t *testing.T) {
	r, err := NewRules()
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]deduction{}
	for _, d := range r.tables.deductions.seeds[0].content.Groups[0].Items {
		items[d.Item] = d
	}
	for _, tc := range []struct {
		item        string
		value, want record.Decimal
	}{
		{"moisture", "14.5", "0"}, {"moisture", "14.9", "0"}, {"moisture", "15.0", "-0.65"}, {"moisture", "15.4", "-0.65"},
		{"moisture", "16.0", "-1.95"}, {"moisture", "14.0", "0.65"}, {"moisture", "13.6", "0.65"}, {"moisture", "12.5", "2.6"},
		{"moisture", "11.0", "2.6"},
		{"impurity", "1.0", "0"}, {"impurity", "1.2", "0"}, {"impurity", "1.3", "-0.3"}, {"impurity", "1.6", "-0.6"},
		{"impurity", "0.7", "0.3"}, {"impurity", "0.5", "0.3"}, {"impurity", "0.4", "0.6"},
		{"head_rice_yield", "55", "0"}, {"head_rice_yield", "54", "0"}, {"head_rice_yield", "53", "-1.5"}, {"head_rice_yield", "52.9", "-1.5"},
		{"head_rice_yield", "51", "-3"}, {"head_rice_yield", "49", "-4.5"}, {"head_rice_yield", "60", "0"},
	} {
		d := items[tc.item]
		if got := d.adjustment(micro(tc.value)); got != micro(tc.want) {
			t.Errorf("%s %s: %s %%, want %s", tc.item, tc.value, got, tc.want)
		}
	}
}

// The example rows of the moisture and impurity reductions, to the gram.
func TestReductions(t *testing.T) {
	for _, tc := range []struct {
		kilos                  int64
		m1, m2, i1, i2         record.Decimal
		moisture, impurityGram int64
	}{
		{5_000_000, "13.5", "12.8", "1.0", "0.8", 40_137_614, 9_999_722},
		{1_000_000, "14.0", "13.0", "1.0", "1.0", 11_494_252, 0},
	} {
		w := tc.kilos * 1000
		m := &record.Adjust{Kind: record.AdjustMoisture, Before: tc.m1, After: tc.m2}
		if got := reduction(m, w); got != tc.moisture {
			t.Errorf("moisture: %d g, want %d", got, tc.moisture)
		}
		i := &record.Adjust{Kind: record.AdjustImpurity, Before: tc.i1, After: tc.i2, MoistureBefore: tc.m1, MoistureAfter: tc.m2}
		if got := reduction(i, w); got != tc.impurityGram {
			t.Errorf("impurity: %d g, want %d", got, tc.impurityGram)
		}
	}
}

func TestNaturalQuota(t *testing.T) {
	r, err := NewRules()
	if err != nil {
		t.Fatal(err)
	}
	since := instant("2024-01-01T00:00:00+08:00")
	for _, tc := range []struct {
		days int
		want int64 // grams of 5,000 t
	}{{100, 5_000_000}, {200, 7_500_000}, {400, 10_000_000}, {1500, 10_000_000}} {
		p := &record.Adjust{Header: record.Header{OccurredAt: since.AddDate(0, 0, tc.days).Format("2006-01-02T15:04:05Z07:00")}}
		c := &state.Case{View: state.NewView(map[string][]byte{record.RuleKey(record.TableNatural): nil, record.RuleKey(record.TableVarieties): nil})}
		percent, ok := r.naturalQuota(c, p, japonica, since)
		if got := percentOf(percent, 5_000_000_000); !ok || got != tc.want {
			t.Errorf("%d days: %d g, want %d", tc.days, got, tc.want)
		}
	}
}

func TestNoDateEscapesALimit(t *testing.T) {
	r, err := NewRules()
	if err != nil {
		t.Fatal(err)
	}
	loaded := map[string][]byte{}
	for _, table := range []string{record.TableVarieties, record.TableGrades, record.TableSafety, record.TableStorage} {
		loaded[record.RuleKey(table)] = nil
	}
	c := &state.Case{View: state.NewView(loaded), ID: "id"}
	p := &record.Inspect{Header: record.Header{OccurredAt: "1980-01-01T00:00:00+08:00"}, Items: []record.Measured{item("cadmium_mgkg", "9")}}
	if out := r.judge(c, p, japonica, ""); out.Safe {
		t.Errorf("%+v", out)
	}
}
