package index

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// cold is the same index with nothing kept.
func cold(ix *Index) *Index {
	_, records := ix.facts.now()
	return &Index{
		log: ix.log, database: ix.database, writer: ix.writer, readers: ix.readers, writeStmts: ix.writeStmts, readStmts: ix.readStmts,
		gate: ix.gate, origins: newOriginCache(maxKeptOrigins), facts: newFactCache(maxFactBytes, records),
	}
}

// wantTrace asks twice, so that the second answer is what was kept, and wants
// both to be the answer of an index that keeps nothing. It turns all pages.
func wantTrace(t *testing.T, ix *Index, lot string, dir Direction, limit int) {
	t.Helper()
	ctx := context.Background()
	for cursor := ""; ; {
		trace, err := cold(ix).Trace(ctx, lot, dir, cursor, limit)
		if err != nil {
			t.Fatal(lot, dir, err)
		}
		want, err := json.Marshal(&trace, jsonv1.OmitEmptyWithLegacySemantics(true))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := ix.AppendTrace(ctx, nil, lot, dir, cursor, limit)
			if err != nil || string(got) != string(want) {
				t.Fatalf("%s %s at height %d: %v\n%s\nwant\n%s", dir, lot, ix.Height(), err, got, want)
			}
		}
		if cursor = trace.Next; cursor == "" {
			return
		}
	}
}

// TestKeptTracesAreNeverStale: whatever a block changes of what a trace shows,
// the next answer has it.
func TestKeptTracesAreNeverStale(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	lots := []string{"F1", "W1", "H1", "P2", bin + ":1.2"}
	look := func() {
		t.Helper()
		for _, lot := range lots {
			wantTrace(t, ix, lot, Up, 100)
			wantTrace(t, ix, lot, Down, 3)
		}
	}
	look()
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"a shipment of an ancestor", func() { c.receive("W1", c.ship("W1", 10), 10) }},
		{"a report on the bin", func() { c.inspect(bin) }},
		{"a recall that has to spread", func() { c.cause(causeA, record.MarkRecall, ""); c.mark("W2", recalled) }},
		{"a recall that has spread", func() { c.mark("F1", recalled) }},
		{"a recall that reaches a mix", func() { c.put(record.MixMarksKey(bin+":1.1"), &record.MixMarks{Marks: []record.Mark{recalled}}) }},
		{"a release", func() { c.cause(causeA, record.MarkRecall, causeB) }},
		{"a lot that must not be eaten", func() {
			c.cause(causeB, record.MarkNonFood, "")
			c.mark("F1", record.Mark{Kind: record.MarkNonFood, By: causeB})
		}},
		{"a withdrawal that was undone", func() { c.undo("W1", bin+":1.1") }},
		{"another child", func() { c.split("H1", amounts("S1", 10)...) }},
		{"a deposit into the open mix", func() { c.harvest("H9", 50); c.store("H9", bin, 50) }},
		{"a name", func() { c.enterprise(farm, "农场") }},
		{"another name", func() { c.enterprise(farm, "合作社") }},
		{"a cosignature", func() { c.cosign("P2", farm) }},
		{"a purge", func() {
			c.private = append(c.private, ledger.PrivateWrite{Contract: ledger.GrainContract, Collection: record.SealedCollection,
				KeyHash: ledger.KeyHash(strings.Repeat("a", 64)), Purge: true})
		}},
	} {
		t.Run(change.name, func(t *testing.T) {
			change.do()
			moment := ix.Moment()
			apply(t, ix, c.block())
			look()
			if change.name != "a purge" && ix.Unchanged(moment, append(lots, "W2", bin+":1.3")) {
				t.Error("the index says that nothing changed")
			}
		})
	}
}

// cosign adds a counterparty to the entry of the record that made a lot.
func (c *chain) cosign(lot, uscc string) {
	c.entryOf(lot, func(e *record.Entry) { e.Cosigned = []string{uscc} })
}

// entryOf writes the entry of the record that made a lot, changed.
func (c *chain) entryOf(lot string, change func(*record.Entry)) {
	for _, b := range c.blocks {
		for _, tx := range b.Txs {
			for _, w := range tx.Writes {
				var e record.Entry
				if !strings.HasPrefix(w.Key, "rec/") {
					continue
				}
				if err := json.Unmarshal(w.Value, &e); err != nil {
					c.t.Fatal(err)
				}
				if e.ID == c.lots[lot].Record {
					change(&e)
					c.put(w.Key, e)
				}
			}
		}
	}
}

// TestKeptTracesWhileBlocksCome: readers never get an answer that mixes two
// heights, however close a block is.
func TestKeptTracesWhileBlocksCome(t *testing.T) {
	c := newChain(t)
	c.harvest("H", 1_000_000)
	c.block()
	ix := indexed(t, c)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				height := ix.Height()
				raw, err := ix.AppendTrace(context.Background(), nil, "H", Down, "", MaxLimit)
				if err != nil {
					t.Error(err)
					return
				}
				var answer struct {
					Nodes []any `json:"nodes"`
					Edges []any `json:"edges"`
				}
				if err := json.Unmarshal(raw, &answer); err != nil {
					t.Error(err)
					return
				}
				if n := uint64(len(answer.Nodes)); n < height || len(answer.Edges) != len(answer.Nodes)-1 {
					t.Errorf("%d nodes and %d edges at height %d", n, len(answer.Edges), height)
				}
			}
		})
	}
	for i := range 150 {
		c.split("H", amounts(fmt.Sprint("S", i), 10)...)
		apply(t, ix, c.block())
		if i%10 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
	}
	close(done)
	readers.Wait()
}

// TestPagesOfLargeBins: pages stay small where a bin has more deposits than
// one query reads, cover everything once, and the same out of memory.
func TestPagesOfLargeBins(t *testing.T) {
	const deposits = 2*neighboursRead + 50
	c := newChain(t)
	largeBatches(c, deposits, 2)
	ix := indexed(t, c)
	ctx := context.Background()
	seen := map[string]bool{}
	edges := 0
	for cursor := ""; ; {
		page, err := ix.Trace(ctx, "F0", Up, cursor, 200)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Nodes) > 200 || len(page.Edges) > 200*edgesPerNode {
			t.Fatalf("a page of %d nodes and %d edges", len(page.Nodes), len(page.Edges))
		}
		edges += len(page.Edges)
		for _, n := range page.Nodes {
			if seen[n.ID] {
				t.Fatalf("%s comes twice", n.ID)
			}
			seen[n.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := 2*deposits + 3; len(seen) != want || edges != want-1 {
		t.Errorf("%d nodes and %d edges, want %d", len(seen), edges, want)
	}
	wantTrace(t, ix, "F1", Up, 300)
}

// TestFactsAreBounded: what is kept does not grow with what is asked for.
func TestFactsAreBounded(t *testing.T) {
	c := newFactCache(10_000, 0)
	for range 500 {
		num := rand.Int64N(300) + 1
		s := spot{num: num, id: fmt.Sprint("L", num)}
		c.update(s, 0, func(f *facts) { f.body = make([]byte, rand.IntN(900)) })
		if c.held > 10_000 || c.held < 0 || len(c.nodes) != len(c.byID) || c.order.Len() != len(c.nodes) {
			t.Fatalf("%d bytes, %d nodes", c.held, len(c.nodes))
		}
	}
	c.begin()
	if s := (spot{num: 1}); c.get(1, 0) != nil || c.body(s.num, 1) != nil {
		t.Error("facts are given out while a block is being committed")
	}
	c.end(map[string]int64{"L1": 1}, true, 7)
	if c.held != 0 || len(c.nodes) != 0 {
		t.Errorf("%d bytes are left", c.held)
	}
}

func TestAppendTraceRefusals(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	for range 2 {
		if _, err := ix.AppendTrace(context.Background(), nil, "nothing", Up, "", 0); !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown lot: %v", err)
		}
		if _, err := ix.AppendTrace(context.Background(), nil, "F1", Up, "x", 0); !errors.Is(err, ErrBadCursor) {
			t.Errorf("bad cursor: %v", err)
		}
		wantTrace(t, ix, "F1", Up, 5)
	}
	if _, err := ix.AppendTrace(context.Background(), nil, "F1", "sideways", "", 0); err == nil {
		t.Error("there is no such direction")
	}
}
