package index

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestOriginCacheIsBounded(t *testing.T) {
	c := newOriginCache(10)
	put := func(node int64, n int) { c.put(&keptOrigins{node: node, origins: make([]Origin, n)}) }
	put(1, 3)
	put(2, 3)
	c.get(1)
	put(3, 3) // 12 in all: the one not asked for goes
	put(3, 3)
	put(4, 10) // more than all may be
	for node, want := range map[int64]bool{1: true, 2: false, 3: true, 4: false} {
		if kept := c.get(node) != nil; kept != want {
			t.Errorf("node %d kept: %v", node, kept)
		}
	}
	for node := range int64(100) {
		put(node+10, 0)
	}
	if c.held != 10 || len(c.nodes) != 10 || c.order.Len() != 10 {
		t.Errorf("%d held of %d nodes", c.held, len(c.nodes))
	}
}

func TestOriginsStayTheSame(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	ctx := context.Background()
	before, err := ix.Origins(ctx, "F1")
	if err != nil || len(before) != 3 {
		t.Fatal(before, err)
	}
	content, err := ix.Bin(ctx, bin)
	if err != nil {
		t.Fatal(err)
	}
	c.enterprise(farm, "First Farm")
	c.harvest("H9", 1000)
	c.store("H9", bin, 1000)
	c.withdraw(bin, "W9", 100)
	apply(t, ix, c.block())
	now, err := ix.Bin(ctx, bin)
	if err != nil || len(now.Origins) != len(content.Origins)+1 {
		t.Errorf("a bin's content was kept: %s %v", originText(now.Origins), err)
	}
	if w9, err := ix.Origins(ctx, "W9"); err != nil || len(w9) != 4 {
		t.Errorf("the next mix: %s %v", originText(w9), err)
	}
	shut(t, ix) // what comes now was kept
	after, err := ix.Origins(ctx, "F1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range after {
		if after[i].IssuerName != "First Farm" || before[i].IssuerName != "" {
			t.Errorf("names: %+v, before %+v", after[i], before[i])
		}
		after[i].IssuerName = ""
	}
	if !slices.Equal(before, after) {
		t.Errorf("%s, before %s", originText(after), originText(before))
	}
}

// Batches of one bin share what is known of it, each with its own grams.
func TestBatchesOfABinShareItsOrigins(t *testing.T) {
	c := newChain(t)
	largeBatches(c, 40, 2)
	c.split("F1", amounts("S1", 45)...)
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	if _, err := ix.Origins(ctx, "F0"); err != nil {
		t.Fatal(err)
	}
	shut(t, ix)
	for lot, want := range map[string]int64{"W": 32_000, "F1": 500, "S1": 45} {
		got, err := ix.Origins(ctx, lot)
		var grams int64
		for _, o := range got {
			grams += o.Grams
		}
		if err != nil || len(got) != 40 || grams != want {
			t.Errorf("%s: %d origins, %d grams: %v", lot, len(got), grams, err)
		}
	}
	if _, err := ix.Origins(ctx, "P1"); !errors.Is(err, ErrBusy) {
		t.Errorf("nobody has asked for P1: %v", err)
	}
}
