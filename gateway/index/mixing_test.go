package index

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// mixing is perfect mixing computed in the plainest way: for each lot and bin
// the exact grams of each source in it. It knows no edges and no mixes.
type mixing struct {
	c        *chain
	run      int                // apart from other runs on the same chain
	lots     map[string]content // composition: shares of harvest lots
	left     map[string]int64   // grams of a lot not used yet
	bins     map[string]content // grams of harvest lots
	deposits map[string]content // grams of deposited lots
	grams    map[string]int64   // in the bin
	made     int
	names    []string // of lots, in order
}

type content map[string]*big.Rat

func (a content) add(b content, factor *big.Rat) {
	for k, v := range b {
		if a[k] == nil {
			a[k] = new(big.Rat)
		}
		a[k].Add(a[k], new(big.Rat).Mul(v, factor))
	}
}

func (a content) times(factor *big.Rat) content {
	out := content{}
	out.add(a, factor)
	return out
}

func newMixing(c *chain, run int) *mixing {
	return &mixing{
		c: c, run: run, lots: map[string]content{}, left: map[string]int64{},
		bins: map[string]content{}, deposits: map[string]content{}, grams: map[string]int64{},
	}
}

func (m *mixing) newLot(prefix string, grams int64, of content) string {
	m.made++
	// Not in the order of names, so that nothing rests on that order.
	lot := fmt.Sprintf("%s%d-%d", prefix, m.run, (m.made*7919)%10007)
	m.lots[lot], m.left[lot] = of, grams
	m.names = append(m.names, lot)
	return lot
}

// pick chooses a lot with something left and how much of it to take.
func (m *mixing) pick(t *rapid.T) (string, int64) {
	var with []string
	for _, lot := range m.names {
		if m.left[lot] > 0 {
			with = append(with, lot)
		}
	}
	if len(with) == 0 {
		t.Skip("no lot has anything left")
	}
	lot := rapid.SampledFrom(with).Draw(t, "lot")
	grams := rapid.Int64Range(1, m.left[lot]).Draw(t, "grams")
	return lot, grams
}

func (m *mixing) Harvest(t *rapid.T) {
	grams := rapid.Int64Range(1, 100_000).Draw(t, "grams")
	lot := m.newLot("H", grams, content{})
	m.lots[lot][lot] = big.NewRat(1, 1)
	m.c.harvest(lot, grams)
}

func (m *mixing) Purchase(t *rapid.T) {
	grams := rapid.Int64Range(1, 100_000).Draw(t, "grams")
	m.c.purchase(m.newLot("P", grams, content{}), "", grams)
}

func (m *mixing) Store(t *rapid.T) {
	lot, grams := m.pick(t)
	code := m.bin(t)
	m.left[lot] -= grams
	if m.grams[code] == 0 {
		m.bins[code], m.deposits[code] = content{}, content{}
	}
	weight := big.NewRat(grams, 1)
	m.bins[code].add(m.lots[lot], weight)
	m.deposits[code].add(content{lot: big.NewRat(1, 1)}, weight)
	m.grams[code] += grams
	m.c.store(lot, code, grams)
}

func (m *mixing) Withdraw(t *rapid.T) {
	code := m.bin(t)
	if m.grams[code] == 0 {
		t.Skip("the bin is empty")
	}
	grams := rapid.Int64Range(1, m.grams[code]).Draw(t, "grams")
	if rapid.IntRange(0, 3).Draw(t, "all") == 0 {
		grams = m.grams[code]
	}
	lot := m.newLot("W", grams, m.bins[code].times(big.NewRat(1, m.grams[code])))
	stays := big.NewRat(m.grams[code]-grams, m.grams[code])
	m.bins[code], m.deposits[code] = m.bins[code].times(stays), m.deposits[code].times(stays)
	m.grams[code] -= grams
	m.c.withdraw(code, lot, grams)
}

func (m *mixing) bin(t *rapid.T) string {
	return fmt.Sprintf("%s%08d%02d", bin[:18], m.run, rapid.IntRange(1, 2).Draw(t, "bin"))
}

func (m *mixing) Split(t *rapid.T) {
	lot, grams := m.pick(t)
	m.left[lot] -= grams
	out := m.newLot("S", grams, m.lots[lot])
	m.c.split(lot, record.Amount{Lot: out, Grams: grams})
}

func (m *mixing) Process(t *rapid.T) {
	a, gramsA := m.pick(t)
	m.left[a] -= gramsA
	inputs := []record.Amount{{Lot: a, Grams: gramsA}}
	for _, lot := range m.names {
		if lot != a && m.left[lot] > 0 {
			inputs = append(inputs, record.Amount{Lot: lot, Grams: m.left[lot]})
			m.left[lot] = 0
			break
		}
	}
	var total int64
	of := content{}
	for _, in := range inputs {
		of.add(m.lots[in.Lot], big.NewRat(in.Grams, 1))
		total += in.Grams
	}
	out := max(1, total*7/10)
	m.c.process(m.newLot("F", out, of.times(big.NewRat(1, total))), out, inputs...)
}

func (m *mixing) EndTransaction(*rapid.T) {
	if len(m.c.verdicts) > 0 {
		m.c.tx()
	}
}

func (m *mixing) EndBlock(*rapid.T) { m.c.block() }

// All runs share one chain and one index, since opening one takes longer than
// a run; they meet in no lot and no bin.
func TestOriginsArePerfectMixing(t *testing.T) {
	c, ix, runs := newChain(t), openIndex(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		c.block() // what a failed run may have left
		m := newMixing(c, runs)
		runs++
		m.Harvest(rt)
		rt.Repeat(rapid.StateMachineActions(machine{m}))
		c.block()
		apply(t, ix, c.blocks[ix.Height():]...)
		for _, lot := range m.names {
			got, err := ix.Origins(context.Background(), lot)
			if err != nil {
				rt.Fatal(err)
			}
			compare(rt, lot, got, m.lots[lot], c.lots[lot].Grams)
		}
		for _, code := range slices.Sorted(maps.Keys(m.grams)) {
			m.compareBin(rt, ix, code)
		}
	})
}

// machine shows rapid the actions alone.
type machine struct{ *mixing }

// Check is run after each action; what matters is checked at the end.
func (machine) Check(*rapid.T) {}

func (m *mixing) compareBin(t *rapid.T, ix *Index, code string) {
	b, err := ix.Bin(context.Background(), code)
	if err != nil {
		t.Fatal(err)
	}
	total := m.grams[code]
	if b.QuantityGrams != total {
		t.Fatalf("bin holds %d, want %d", b.QuantityGrams, total)
	}
	if total == 0 {
		if len(b.Mixture)+len(b.Origins) > 0 {
			t.Fatalf("an empty bin has a mixture: %+v", b)
		}
		return
	}
	share := big.NewRat(1, total)
	compare(t, code, b.Origins, m.bins[code].times(share), total)
	mixture := make([]Origin, len(b.Mixture))
	for i, c := range b.Mixture {
		mixture[i] = Origin{Lot: c.Lot, Share: c.Share, Grams: c.Grams}
	}
	compare(t, code+" mixture", mixture, m.deposits[code].times(share), total)
}

func compare(t *rapid.T, what string, got []Origin, want content, total int64) {
	var sum int64
	last := 2.0
	seen := map[string]bool{}
	for _, o := range got {
		exact := want[o.Lot]
		if exact == nil {
			t.Fatalf("%s: %s is no origin", what, o.Lot)
		}
		f, _ := exact.Float64()
		if math.Abs(f-o.Share) > 1e-9 {
			t.Fatalf("%s: share of %s is %v, want %v", what, o.Lot, o.Share, f)
		}
		if math.Abs(f*float64(total)-float64(o.Grams)) > 1+1e-6 {
			t.Fatalf("%s: grams of %s are %v, want %v", what, o.Lot, o.Grams, f*float64(total))
		}
		if o.Share > last || seen[o.Lot] {
			t.Fatalf("%s: not in order, or twice: %+v", what, got)
		}
		last, seen[o.Lot] = o.Share, true
		sum += o.Grams
	}
	if len(got) != len(want) || sum > total {
		t.Fatalf("%s: %d origins with %d grams, want %d within %d", what, len(got), sum, len(want), total)
	}
}
