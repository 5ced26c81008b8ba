package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// village makes three harvests that meet in a bin and part again.
func village(c *chain) {
	for i := 1; i <= 3; i++ {
		h, p := fmt.Sprint("H", i), fmt.Sprint("P", i)
		c.harvest(h, 1000)
		c.purchase(p, h, 900)
		c.store(p, bin, 900)
		c.withdraw(bin, fmt.Sprint("W", i), 500)
	}
	c.process("F1", 700, amounts("W2", 400, "W3", 400)...)
	c.block()
}

func TestTrace(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	tests := []struct {
		lot   string
		dir   Direction
		nodes string // id/depth in order
		edges int
	}{
		{"F1", Up, "F1/0 W2/1 W3/1 :1.2/2 :1.3/2 :1.1/3 P2/3 P3/3 P1/4 H2/4 H3/4 H1/5", 12},
		{"H1", Up, "H1/0", 0},
		{"H3", Down, "H3/0 P3/1 :1.3/2 W3/3 F1/4", 4},
		{"P1", Down, "P1/0 :1.1/1 W1/2 :1.2/2 W2/3 :1.3/3 F1/4 W3/4", 8},
	}
	for _, tt := range tests {
		tr, err := ix.Trace(context.Background(), tt.lot, tt.dir, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range tr.Nodes {
			got = append(got, fmt.Sprintf("%s/%d", strings.TrimPrefix(n.ID, bin), n.Depth))
			if (n.Bin == bin) != strings.HasPrefix(n.ID, bin) || (n.Lot == nil) != (n.Bin == bin) {
				t.Errorf("node %+v", n)
			}
		}
		if s := strings.Join(got, " "); s != tt.nodes || len(tr.Edges) != tt.edges || tr.Next != "" {
			t.Errorf("%s %s: %s with %d edges, next %q", tt.dir, tt.lot, s, len(tr.Edges), tr.Next)
		}
	}
}

func TestTraceNodesHaveTheirRecords(t *testing.T) {
	c := newChain(t)
	village(c)
	c.inspect("W1")
	c.receive("W1", c.ship("W1", 100), 100)
	c.inspect(bin) // its transaction does not write the bin
	c.block()
	c.inspect(bin) // before the next deposit, in its transaction
	c.harvest("H9", 10)
	c.store("H9", bin, 10)
	c.block()
	ix := indexed(t, c)
	for lot, want := range map[string]string{
		"W1":         "withdraw inspect ship receive",
		"H1":         "harvest purchase",
		"P1":         "purchase store",
		bin + ":1.2": "store withdraw store",
		bin + ":1.3": "store withdraw inspect inspect store",
	} {
		tr, err := ix.Trace(context.Background(), lot, Up, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range tr.Nodes[0].Records {
			got = append(got, string(r.Type))
			if e, err := record.DecodeEnvelope(r.Envelope); err != nil || e.ID() != r.ID || string(e.Payload) != string(r.Payload) {
				t.Errorf("the envelope of %s is not what was signed: %v", r.ID, err)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("records of %s are %q, want %q", lot, s, want)
		}
	}
}

func TestTracePagesCoverEverythingOnce(t *testing.T) {
	c := newChain(t)
	for i := range 30 {
		c.harvest(fmt.Sprint("H", i), 1000)
		c.store(fmt.Sprint("H", i), bin, 1000)
		c.withdraw(bin, fmt.Sprint("W", i), 300)
		c.process(fmt.Sprint("F", i), 100, amounts(fmt.Sprint("W", i), 200)...)
	}
	c.block()
	ix := indexed(t, c)
	for _, start := range []struct {
		lot string
		dir Direction
	}{{"F29", Up}, {"H0", Down}} {
		whole, err := ix.Trace(context.Background(), start.lot, start.dir, "", MaxLimit)
		if err != nil || whole.Next != "" {
			t.Fatal(whole.Next, err)
		}
		for _, limit := range []int{1, 7, 50} {
			nodes, edges := pages(t, ix, c, start.lot, start.dir, limit)
			if want := nodeIDsOf(whole); !slices.Equal(nodes, want) {
				t.Errorf("%s by %d: %v, want %v", start.dir, limit, nodes, want)
			}
			if !slices.Equal(edges, whole.Edges) {
				t.Errorf("%s by %d: edges differ", start.dir, limit)
			}
		}
	}
}

// pages turns all pages while the bin goes on filling and emptying.
func pages(t *testing.T, ix *Index, c *chain, lot string, dir Direction, limit int) (nodes []string, edges []Edge) {
	t.Helper()
	for cursor := ""; ; {
		tr, err := ix.Trace(context.Background(), lot, dir, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(tr.Nodes) > limit || len(tr.Nodes) == 0 {
			t.Fatalf("a page of %d nodes", len(tr.Nodes))
		}
		nodes = append(nodes, nodeIDsOf(tr)...)
		edges = append(edges, tr.Edges...)
		if cursor = tr.Next; cursor == "" {
			return nodes, edges
		}
		if len(nodes)%10 == 0 && dir == Up { // a lot's ancestors never change
			c.harvest(fmt.Sprint("N", len(c.blocks)), 10)
			c.store(fmt.Sprint("N", len(c.blocks)), bin, 10)
			apply(t, ix, c.block())
		}
	}
}

func nodeIDsOf(tr Trace) (ids []string) {
	for _, n := range tr.Nodes {
		ids = append(ids, n.ID)
	}
	return ids
}

func TestTraceShowsTheGraphAsOfItsFirstPage(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	ctx := context.Background()
	first, err := ix.Trace(ctx, "H1", Down, "", 2)
	if err != nil {
		t.Fatal(err)
	}
	c.split("H1", amounts("S1", 10)...) // a node that would stand before the cursor
	c.store("S1", bin, 10)
	apply(t, ix, c.block())
	second, err := ix.Trace(ctx, "H1", Down, first.Next, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got := append(nodeIDsOf(first), nodeIDsOf(second)...); len(got) != 9 || slices.Contains(got, "S1") {
		t.Errorf("nodes %v", got)
	}
}

func TestTraceRefusals(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	ctx := context.Background()
	if _, err := ix.Trace(ctx, "nothing", Up, "", 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown lot: %v", err)
	}
	if _, err := ix.Trace(ctx, "F1", "sideways", "", 0); err == nil {
		t.Error("there is no such direction")
	}
	up, err := ix.Trace(ctx, "F1", Up, "", 1)
	if err != nil || up.Next == "" {
		t.Fatal(err)
	}
	for _, cursor := range []string{
		"x", "!", strings.Repeat("A", 1000), writeCursor("retail", 1), writeCursor("trace up F1", 1),
		writeCursor("trace up F1", -1, 2), "LTEgMiAz",
	} {
		if _, err := ix.Trace(ctx, "F1", Up, cursor, 0); !errors.Is(err, ErrBadCursor) {
			t.Errorf("cursor %.20q: %v", cursor, err)
		}
	}
	if _, err := ix.Trace(ctx, "F1", Down, up.Next, 0); !errors.Is(err, ErrBadCursor) {
		t.Errorf("cursor of the other direction: %v", err)
	}
}

func TestRecordsOfANodeAreBounded(t *testing.T) {
	c := newChain(t)
	c.harvest("H1", 1000)
	for range MaxNodeRecords + 9 {
		c.inspect("H1")
	}
	c.block()
	tr, err := indexed(t, c).Trace(context.Background(), "H1", Up, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := tr.Nodes[0]; len(n.Records) != MaxNodeRecords || n.More != 10 || n.Records[0].Type != record.TypeHarvest {
		t.Errorf("%d records, %d more", len(n.Records), n.More)
	}
}
