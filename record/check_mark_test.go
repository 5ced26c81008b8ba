package record

import (
	"strings"
	"testing"
)

func TestAnnulmentForms(t *testing.T) {
	void := func(f func(p *Void)) func(Payload) { return change(f) }
	retake := func(f func(p *Split)) func(Payload) {
		return void(func(p *Void) {
			split := p.Taken().(*Split)
			f(split)
			p.Annulment = annulment(split, p.Reason)
		})
	}
	other := annulment(exampleOf(t, "withdraw"), "x")
	runForms(t, []formCase{
		{"by the issuer itself", "void", void(func(p *Void) { p.Issuer = depot }), 0, ""},
		{"by the issuer with a regulator", "void", void(func(p *Void) { p.Issuer, p.Regulator = depot, regulator }), 0, ""},
		{"by a regulator with a regulator", "void", void(func(p *Void) { p.Regulator = regulator }), BadField, "regulator"},
		{"regulator with a wrong check character", "void", void(func(p *Void) { p.Issuer, p.Regulator = depot, badUSCC }), BadUSCC, "regulator"},
		{"another record's id", "void", void(func(p *Void) { p.Record = other.Record }), BadField, "record"},
		{"another record's bytes", "void", void(func(p *Void) { p.Original = other.Original }), BadField, "record"},
		{"bytes under another type", "void", void(func(p *Void) { p.Original.Type = TypeMerge }), BadField, "record"},
		{"bytes with a space more", "void", void(func(p *Void) { p.Original.Payload = append(p.Original.Payload, ' ') }), BadField, "record"},
		{"a type that nobody knows", "void", void(func(p *Void) { p.Original.Type = "tea" }), BadField, "original/type"},
		{"no bytes", "void", void(func(p *Void) { p.Original.Payload = nil }), BadField, "original/payload"},
		{"another issuer", "void", void(func(p *Void) { p.Of.Issuer = mill }), BadField, "of/issuer"},
		{"another ref", "void", void(func(p *Void) { p.Of.Ref = "S-2" }), BadField, "of/ref"},
		{"no reason", "void", void(func(p *Void) { p.Reason = "" }), BadField, "reason"},
		{"an original that would be refused", "void", retake(func(p *Split) { p.Outputs[0].Grams = 0 }), BadField, "original/payload"},
		{"an original with a lot id that is none", "void", retake(func(p *Split) { p.Lot = "a/b" }), BadField, "original/payload"},
		{"bytes that are no payload", "void", void(func(p *Void) {
			p.Original.Payload = []byte(`{"lot":1}`)
			p.Record = p.Original.ID()
		}), BadField, "original/payload"},
		{"a void, which the rules refuse", "void", void(func(p *Void) {
			p.Original = Original{TypeVoid, []byte(`{}`)}
			p.Record = p.Original.ID()
		}), 0, ""},
		{"replaced by itself", "correct", change(func(p *Correct) { p.Replacement = p.Record }), BadField, "replacement"},
		{"replaced by nothing", "correct", change(func(p *Correct) { p.Replacement = "" }), BadField, "replacement"},
	})
}

// The largest original that docs/records.md promises to take back fits.
func TestLargeOriginalFits(t *testing.T) {
	p := &Process{Header: by(mill, "PR-2"), Inputs: []Amount{{"W1", 1}}, LossGrams: 1, Outputs: []Product{{Lot: "R", Product: "米", Grams: 1}}}
	for len(encode(t, p)) < 88<<10 {
		p.Byproducts = append(p.Byproducts, Byproduct{strings.Repeat("糠", 20), MaxGrams})
	}
	v := &Void{Header: by(mill, "V"), Annulment: annulment(p, "x")}
	if n := len(encode(t, v)); n > MaxPayloadBytes {
		t.Errorf("the void of %d bytes has %d", len(encode(t, p)), n)
	}
}

func TestHoldForms(t *testing.T) {
	hold := func(f func(p *Hold)) func(Payload) { return change(f) }
	recall := func(f func(p *Recall)) func(Payload) { return change(f) }
	release := func(f func(p *Release)) func(Payload) { return change(f) }
	runForms(t, []formCase{
		{"hold of a mix", "hold", hold(func(p *Hold) { p.Target = MixID(binCode, 1, 1) }), BadField, "target"},
		{"hold without a reason", "hold", hold(func(p *Hold) { p.Reason = "" }), BadField, "reason"},
		{"hold without a document", "hold", hold(func(p *Hold) { p.Document = "" }), 0, ""},
		{"hold of a bin with a holder", "hold bin", hold(func(p *Hold) { p.Holder = depot }), BadField, "holder"},
		{"recall of nothing", "recall", recall(func(p *Recall) { p.Targets = nil }), BadField, "targets"},
		{"recall of a bin", "recall", recall(func(p *Recall) { p.Targets[1] = binCode }), BadField, "targets/1"},
		{"recall of a lot twice", "recall", recall(func(p *Recall) { p.Targets[1] = p.Targets[0] }), BadField, "targets/1"},
		{"recall of 101 lots", "recall", recall(func(p *Recall) { p.Targets = numbered(101) }), TooLarge, "targets"},
		{"recall of 100 lots", "recall", recall(func(p *Recall) { p.Targets = numbered(100) }), 0, ""},
		{"recall of level 4", "recall", recall(func(p *Recall) { p.Level = 4 }), BadField, "level"},
		{"recall of no level", "recall", recall(func(p *Recall) { p.Level = 0 }), BadField, "level"},
		{"recall without a notice", "recall", recall(func(p *Recall) { p.Notice = "" }), BadField, "notice"},
		{"recall to its issuer", "recall", recall(func(p *Recall) { p.To = "" }), 0, ""},
		{"release of nothing", "release", release(func(p *Release) { p.Record = "" }), BadField, "record"},
		{"release without an issuer", "release", release(func(p *Release) { p.Of.Issuer = "" }), BadUSCC, "of/issuer"},
		{"release of a record and a lot", "release", release(func(p *Release) { p.Target = "W1" }), BadField, "record"},
	})
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = at("L", i)[2:]
	}
	return out
}

func TestCheckSpread(t *testing.T) {
	id := SM3([]byte("x"))
	mix := MixID(binCode, 1, 0)
	for name, tc := range map[string]struct {
		steps []SpreadStep
		good  bool
	}{
		"lot to mix":       {[]SpreadStep{{"W1", mix, id}}, true},
		"mix to lot":       {[]SpreadStep{{mix, "W1", id}}, true},
		"no step":          {nil, false},
		"too many":         {make([]SpreadStep, MaxSpreadSteps+1), false},
		"a bin":            {[]SpreadStep{{"W1", binCode, id}}, false},
		"a slash":          {[]SpreadStep{{"W1/a", mix, id}}, false},
		"no record":        {[]SpreadStep{{"W1", mix, ""}}, false},
		"a mix of a depot": {[]SpreadStep{{"W1", depotCode + ":1.0", id}}, false},
	} {
		if err := CheckSpread(tc.steps); (err == nil) != tc.good || err != nil && CodeOf(err) != BadCall {
			t.Errorf("%s: %v", name, err)
		}
	}
	if BinOfMix(mix) != binCode || BinOfMix("W1") != "" {
		t.Error("the bin of a mix is not found")
	}
}
