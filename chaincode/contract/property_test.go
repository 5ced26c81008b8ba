package contract_test

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// books counts what entered and what left, from accepted records alone.
type books struct{ in, out int64 }

func (b *books) post(w *world, p record.Payload, flags []record.Flag) {
	switch p := p.(type) {
	case *record.Void, *record.Correct:
		if slices.Contains(flags, record.FlagUndone) {
			var was books
			was.post(w, record.AnnulmentOf(p).Taken(), nil)
			b.in, b.out = b.in-was.in, b.out-was.out
		}
	case *record.Harvest:
		b.in += p.Grams
	case *record.Purchase:
		if p.FromLot == "" {
			b.in += p.NetGrams
		} else {
			b.out += p.DeductGrams
		}
	case *record.Process:
		b.out += p.LossGrams
		for _, x := range p.Byproducts {
			b.out += x.Grams
		}
	case *record.Receive:
		s := value[record.Shipment](w, record.ShipmentKey(p.Shipper, p.Shipment))
		b.out += s.Grams - p.Grams
	case *record.Adjust:
		b.out += p.Grams
	case *record.WriteOff:
		b.out += p.Grams
	}
}

// check wants mass to be conserved.
func (b *books) check(t *rapid.T, w *world) {
	if there := w.grams(t); b.in != b.out+there {
		t.Fatalf("mass is not conserved: %d g came in, %d g left, %d g are there", b.in, b.out, there)
	}
}

// grams is the mass in lots, bins and shipments. It wants no quantity below
// zero, and of each lot as much owned as in custody of parties and shipments.
func (w *world) grams(t *rapid.T) (there int64) {
	onTheWay := map[string]int64{}
	for key := range w.values {
		if strings.HasPrefix(key, "shp/") {
			if s := value[record.Shipment](w, key); s.Status == record.InTransit {
				onTheWay[s.Lot] += s.Grams
				there += s.Grams
			}
		}
	}
	for key := range w.values {
		switch kind, id, _ := strings.Cut(key, "/"); kind {
		case "qty":
			s := value[record.Stock](w, key)
			var owned, held int64
			for _, p := range s.Parts {
				if p.Owned < 0 || p.NonFood < 0 || p.Held < 0 {
					t.Fatalf("%s is below zero: %+v", key, p)
				}
				owned += p.Owned + p.NonFood
				held += p.Held
			}
			if way := onTheWay[id]; owned != held+way {
				t.Fatalf("%s: %d g owned, %d g in custody, %d g on the way", key, owned, held, way)
			}
			there += held
		case "bin":
			s := value[record.BinState](w, key)
			if s.Grams < 0 {
				t.Fatalf("%s is below zero", key)
			}
			there += s.Grams
		}
	}
	return there
}

// nonFood is the set of nodes that must not be eaten.
func (w *world) nonFood() map[string]bool {
	marked := map[string]bool{}
	for key := range w.values {
		if id, ok := strings.CutPrefix(key, "lot/"); ok && w.unfit(id) {
			marked[id] = true
		}
		if id, ok := strings.CutPrefix(key, "bin/"); ok {
			b := value[record.BinState](w, key)
			if mix := record.MixID(id, b.Epoch, b.Mix); w.unfit(mix) && b.Grams > 0 {
				marked[mix] = true
			}
		}
	}
	return marked
}

type edge struct{ child, record, parent string }

func (e edge) compare(o edge) int {
	return cmp.Or(strings.Compare(e.child, o.child), strings.Compare(e.record, o.record), strings.Compare(e.parent, o.parent))
}

// edges are those of the lot graph with their grams.
func (w *world) edges() map[edge]int64 {
	out := map[edge]int64{}
	for key := range w.values {
		if child, id, parent, ok := record.SplitEdgeKey(key); ok {
			out[edge{child, id, parent}] = value[record.Edge](w, key).Grams
		}
	}
	return out
}

// acyclic wants to be able to take the nodes away one by one, those without
// parents first.
func acyclic(t *rapid.T, edges map[edge]int64) {
	parents := map[string]map[string]bool{}
	for e := range edges {
		for _, n := range []string{e.child, e.parent} {
			if parents[n] == nil {
				parents[n] = map[string]bool{}
			}
		}
		parents[e.child][e.parent] = true
	}
	for len(parents) > 0 {
		free := []string{}
		for n, p := range parents {
			if len(p) == 0 {
				free = append(free, n)
			}
		}
		if len(free) == 0 {
			t.Fatalf("the lot graph has a cycle among %v", slices.Sorted(maps.Keys(parents)))
		}
		for _, n := range free {
			delete(parents, n)
			for _, p := range parents {
				delete(p, n)
			}
		}
	}
}

// Over random records: mass is conserved, nothing goes below zero, the graph
// has no cycle, what is made of grain that must not be eaten must not be
// eaten, and each transaction run twice gives the same writes and events.
func TestInvariants(t *testing.T) {
	base := newBusyWorld(t)
	accepted := map[record.Type]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := base.fork()
		b := &books{in: w.grams(t)}
		replayed := map[string][]byte{}
		for n := range rapid.IntRange(30, 90).Draw(t, "records") {
			p := drawRecord(t, w, n)
			marked, old := w.nonFood(), w.edges()
			envelope := w.sign(p)
			batch, err := record.EncodeBatch([][]byte{envelope})
			if err != nil {
				t.Fatal(err)
			}
			first := w.twice(t, batch)
			v := w.verdicts(first, envelope)
			if err := w.commit(first); err != nil {
				t.Fatal(err)
			}
			if v[0].Outcome != record.Accepted {
				if len(first.writes) > 0 {
					t.Fatalf("a refused record wrote %v", slices.Sorted(maps.Keys(first.writes)))
				}
				continue
			}
			accepted[p.Type()]++
			declared(t, p, first.writes)
			maps.Copy(replayed, first.writes)
			b.post(w, p, v[0].Flags)
			b.check(t, w)
			now := w.nonFood()
			for e, grams := range w.edges() {
				if _, known := old[e]; !known && grams > 0 && marked[e.parent] && !now[e.child] && !w.emptied(e.child) {
					t.Fatalf("%s was made of %s, which must not be eaten", e.child, e.parent)
				}
			}
		}
		acyclic(t, w.edges())
		again := base.fork()
		for key, v := range replayed {
			again.values[key] = versioned{value: v}
		}
		if again.digest() != w.digest() {
			t.Fatal("replaying the writes gives another state")
		}
	})
	for _, kind := range record.Types() {
		if _, registry := map[record.Type]bool{"enterprise": true, "facility": true, "key": true, "device": true, "rule": true}[kind]; !registry && accepted[kind] == 0 {
			t.Errorf("no %s record was ever accepted: the generator is blind for it", kind)
		}
	}
}

// newBusyWorld is a world in which every type of record has something to act
// on: grain in lots, in an inspected bin and on its way.
func newBusyWorld(t *testing.T) *world {
	w := newWorld(t)
	for i, lot := range []string{"H0", "H1"} {
		w.accept(&record.Harvest{Header: w.head(coop), Lot: lot, Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: int64(4000 + i)})
	}
	buy := func(buyer, lot, from string) {
		w.accept(&record.Purchase{Header: w.head(buyer), Lot: lot, FromLot: from, FromGrams: 500, Seller: coop, Nature: "200", GrossGrams: 500, NetGrams: 500})
	}
	buy(depot, "L0", "H0")
	buy(depot, "L1", "H1")
	buy(mill, "L2", "H1")
	w.accept(&record.Store{Header: w.head(depot), Lot: "L0", Bin: binA, Grams: 200})
	w.passed(binA)
	for range 3 {
		w.accept(&record.Ship{Header: w.head(depot), Lot: "L1", Grams: 50, Owner: depot, To: mill})
	}
	return w
}

// declared wants a transaction to write what its payload told, and keys that
// hold the record's own id: the packer goes by nothing else. The marks of a mix
// that its bin leaves, or that a void marks, are the exception: whoever writes
// them has read or written the bin.
func declared(t *rapid.T, p record.Payload, writes map[string][]byte) {
	touched := record.Touched(p)
	told := touched.Written()
	for key := range writes {
		kind, _, _ := strings.Cut(key, "/")
		if kind != "edge" && kind != "ins" && kind != "cause" && kind != "mark" && !slices.Contains(told, key) {
			t.Fatalf("a %s record wrote %s and did not tell", p.Type(), key)
		}
	}
}

// emptied tells whether a mix is no longer what its bin holds.
func (w *world) emptied(node string) bool {
	bin, _, mix := strings.Cut(node, ":")
	if !mix {
		return false
	}
	b := value[record.BinState](w, record.BinKey(bin))
	return record.MixID(bin, b.Epoch, b.Mix) != node || b.Grams == 0
}

// twice simulates a transaction two times and wants the same bytes.
func (w *world) twice(t *rapid.T, batch []byte) *simulated {
	id := txID()
	a, err := w.simulate(id, record.FnSubmit, batch, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.simulate(id, record.FnSubmit, batch, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(a.writes, b.writes, bytes.Equal) || !maps.Equal(a.reads, b.reads) ||
		!bytes.Equal(a.event, b.event) || !bytes.Equal(a.response, b.response) {
		t.Fatal("the transaction run twice gives different results")
	}
	return a
}

// fork is the same world on a ledger of its own.
func (w *world) fork() *world {
	m := *w.memory
	m.values, m.private = maps.Clone(w.values), maps.Clone(w.private)
	return &world{TB: w.TB, memory: &m, keys: w.keys, refs: w.refs, past: slices.Clone(w.past)}
}

// However records are packed into transactions, each gets the verdict that it
// would get alone, and the state is the same but for the transactions' names.
func TestPackingDoesNotMatter(t *testing.T) {
	base := newBusyWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		alone, packed := base.fork(), base.fork()
		var envelopes [][]byte
		for n := range rapid.IntRange(5, 40).Draw(t, "records") {
			envelopes = append(envelopes, alone.sign(drawRecord(t, alone, n)))
		}
		var one []record.Verdict
		for _, e := range envelopes {
			one = append(one, alone.submit(e)...)
		}
		var many []record.Verdict
		for rest := envelopes; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "size")
			many = append(many, packed.submit(rest[:n]...)...)
			rest = rest[n:]
		}
		for i := range one {
			if one[i].Outcome != many[i].Outcome || one[i].Code != many[i].Code || !slices.Equal(one[i].Flags, many[i].Flags) {
				t.Fatalf("record %d: alone %+v, packed %+v", i, one[i], many[i])
			}
		}
		for key, v := range alone.values {
			if !strings.HasPrefix(key, "rec/") && !bytes.Equal(v.value, packed.values[key].value) {
				t.Fatalf("%s: alone %s, packed %s", key, v.value, packed.values[key].value)
			}
		}
		if len(alone.values) != len(packed.values) {
			t.Fatal("packing adds or loses keys")
		}
	})
}
