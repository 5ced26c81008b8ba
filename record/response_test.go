package record

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func drawVerdict(t *rapid.T) Verdict {
	text := rapid.StringN(0, 12, 40)
	return Verdict{
		ID: text.Draw(t, "id"), Type: Type(text.Draw(t, "type")), Issuer: text.Draw(t, "issuer"), Ref: text.Draw(t, "ref"),
		Outcome: rapid.SampledFrom([]Outcome{Accepted, IsDuplicate, Rejected}).Draw(t, "outcome"),
		Code:    rapid.SampledFrom(append(Codes(), 0)).Draw(t, "code"),
		Reason:  text.Draw(t, "reason"), Field: text.Draw(t, "field"), Detail: text.Draw(t, "detail"),
		Flags: rapid.SliceOfN(rapid.SampledFrom([]Flag{FlagYield, FlagNonFood}), 0, 2).Draw(t, "flags"),
		Tx:    text.Draw(t, "tx"), Index: rapid.IntRange(0, 1000).Draw(t, "index"),
	}
}

// namedBy gives the names of verdicts, as envelopes do.
func namedBy(verdicts []Verdict) func(int) (Verdict, error) {
	return func(i int) (Verdict, error) { return verdicts[i], nil }
}

func TestVerdictsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.Custom(drawVerdict), 0, 4).Draw(t, "verdicts")
		for i := range in {
			if in[i].Outcome == Accepted {
				in[i].Index = i
			}
		}
		data, err := EncodeVerdicts("other", in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := DecodeVerdicts("other", data, len(in), namedBy(in))
		if err != nil {
			t.Fatalf("%s comes back as %v (%v)", data, out, err)
		}
		for i := range in {
			if len(in[i].Flags) == 0 {
				in[i].Flags = nil
			}
			if in[i].Outcome != Rejected && in[i].Tx == "" {
				in[i].Tx = "other" // what is not said is the transaction itself
			}
			if !reflect.DeepEqual(in[i], out[i]) {
				t.Fatalf("%+v comes back as %+v", in[i], out[i])
			}
		}
	})
}

func TestResponseLeavesOutWhatTheBatchSays(t *testing.T) {
	plain := Verdict{ID: "a", Type: TypeSell, Issuer: depot, Ref: "R", Outcome: Accepted, Tx: "t"}
	flagged, again, refused := plain, plain, plain
	flagged.Flags, flagged.Index = []Flag{FlagUnconfirmed}, 1
	again.Outcome, again.Code, again.Reason, again.Tx, again.Index = IsDuplicate, Duplicate, "duplicate", "first", 7
	refused.Outcome, refused.Code, refused.Reason, refused.Field, refused.Detail, refused.Tx = Rejected, UnknownLot, "unknown_lot", "lot", "L1", ""
	for want, verdicts := range map[string][]Verdict{
		`[{},{"flags":["unconfirmed_by_seller"]}]`:                                                                                                          {plain, flagged},
		`[{"verdict":"duplicate","code":3001,"reason":"duplicate","tx":"first","index":7}]`:                                                                 {again},
		`[{"id":"a","type":"sell","issuer":"` + depot + `","ref":"R","verdict":"rejected","code":5001,"reason":"unknown_lot","field":"lot","detail":"L1"}]`: {refused},
	} {
		got, err := EncodeVerdicts("t", verdicts)
		if err != nil || string(got) != want {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
		back, err := DecodeVerdicts("t", got, len(verdicts), namedBy(verdicts))
		if err != nil || !reflect.DeepEqual(back, verdicts) {
			t.Errorf("%+v comes back as %+v (%v)", verdicts, back, err)
		}
	}
}

func TestReadVerdictsNamesRecordsByTheirEnvelopes(t *testing.T) {
	p := exampleOf(t, "sell")
	e, err := Sign(p, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	refused := `{"verdict":"rejected","code":1001,"reason":"malformed","weight":{"kg":1.5}}` // with a member of a later version
	v, err := ReadVerdicts("t", []byte(`[`+refused+`,{}]`), [][]byte{[]byte("{}"), raw})
	want := []Verdict{
		{Outcome: Rejected, Code: Malformed, Reason: "malformed"},
		{ID: e.ID(), Type: TypeSell, Issuer: p.Head().Issuer, Ref: p.Head().Ref, Outcome: Accepted, Tx: "t", Index: 1},
	}
	if err != nil || !reflect.DeepEqual(v, want) {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestDecodeVerdictsRefuses(t *testing.T) {
	raw := [][]byte{[]byte("{}")}
	for name, data := range map[string]string{
		"a broken response":           `{`,
		"too few":                     `[]`,
		"too many":                    `[{"verdict":"rejected"},{"verdict":"rejected"}]`,
		"one on no envelope accepted": `[{}]`,
	} {
		if v, err := ReadVerdicts("t", []byte(data), raw); err == nil {
			t.Errorf("%s is read as %+v", name, v)
		}
	}
}
