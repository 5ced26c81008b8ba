package record

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWeightMismatch(t *testing.T) {
	weigh := func(gross, tare, deduct, net, from int64) func(Payload) {
		return change(func(p *Purchase) {
			p.GrossGrams, p.TareGrams, p.DeductGrams, p.NetGrams, p.FromGrams = gross, tare, deduct, net, from
		})
	}
	runForms(t, []formCase{
		{"balanced", "purchase", weigh(100, 40, 10, 50, 60), 0, ""},
		{"nothing taken off", "purchase", weigh(100, 0, 0, 100, 100), 0, ""},
		{"net a gram too much", "purchase", weigh(100, 40, 10, 51, 61), WeightMismatch, "netGrams"},
		{"net a gram too little", "purchase", weigh(100, 40, 10, 49, 59), WeightMismatch, "netGrams"},
		{"deduction forgotten in net", "purchase", weigh(100, 40, 10, 60, 70), WeightMismatch, "netGrams"},
		{"drawn is net", "purchase", weigh(100, 40, 10, 50, 50), WeightMismatch, "fromGrams"},
		{"drawn a gram too much", "purchase", weigh(100, 40, 10, 50, 61), WeightMismatch, "fromGrams"},
		{"drawn is gross", "purchase", weigh(100, 40, 10, 50, 100), WeightMismatch, "fromGrams"},
		{"tare is all", "purchase", weigh(100, 100, 0, 0, 1), BadQuantity, "netGrams"},
		{"a sum that overflows", "purchase", weigh(MaxGrams+1, -9223372036854775808, 0, 1, 1), BadQuantity, "grossGrams"},
		{"from a person, net off", "purchase from a person", weigh(100, 40, 10, 60, 0), WeightMismatch, "netGrams"},
	})
}

// Balanced weights pass whatever they are, and one gram more anywhere fails.
func TestWeightsBalanceToTheGram(t *testing.T) {
	weight := rapid.Int64Range(1, MaxGrams/4)
	rapid.Check(t, func(rt *rapid.T) {
		p := exampleOf(t, "purchase").(*Purchase)
		p.NetGrams, p.TareGrams, p.DeductGrams = weight.Draw(rt, "net"), weight.Draw(rt, "tare"), weight.Draw(rt, "deduction")
		p.GrossGrams, p.FromGrams = p.NetGrams+p.TareGrams+p.DeductGrams, p.NetGrams+p.DeductGrams
		if err := Check(p, txTime); err != nil {
			rt.Fatal(err)
		}
		off := rapid.SampledFrom([]*int64{&p.NetGrams, &p.TareGrams, &p.DeductGrams, &p.GrossGrams, &p.FromGrams}).Draw(rt, "which")
		*off++
		if err := Check(p, txTime); CodeOf(err) != WeightMismatch {
			rt.Fatalf("one gram more: %v", err)
		}
	})
}

// faults break a purchase in ways of rising code.
var faults = []struct {
	code  Code
	field string
	make  func(p *Purchase)
}{
	{TooLarge, "sealed", func(p *Purchase) { p.Sealed = make([]string, 5) }},
	{BadUSCC, "issuer", func(p *Purchase) { p.Issuer = badUSCC }},
	{BadQuantity, "tareGrams", func(p *Purchase) { p.TareGrams = -1 }},
	{FutureTime, "occurredAt", func(p *Purchase) { p.OccurredAt = "2026-01-01T00:00:00Z" }},
	{WeightMismatch, "netGrams", func(p *Purchase) { p.NetGrams += 7 }},
	{BadField, "ref", func(p *Purchase) { p.Ref = "" }},
}

func TestLowestCodeWins(t *testing.T) {
	for set := 1; set < 1<<len(faults); set++ {
		p := exampleOf(t, "purchase").(*Purchase)
		lowest := -1
		for i, f := range faults {
			if set&(1<<i) != 0 {
				f.make(p)
				if lowest < 0 {
					lowest = i
				}
			}
		}
		wantRefusal(t, Check(p, txTime), faults[lowest].code, faults[lowest].field)
	}
}

func TestFirstFieldWinsAmongEquals(t *testing.T) {
	p := exampleOf(t, "ship").(*Ship)
	p.Issuer, p.Owner, p.To, p.Carrier = badUSCC, badUSCC, badUSCC, badUSCC
	wantRefusal(t, Check(p, txTime), BadUSCC, "issuer")
	p.Issuer = depot
	wantRefusal(t, Check(p, txTime), BadUSCC, "owner")
}
