package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestOrigins(t *testing.T) {
	tests := []struct {
		name string
		make func(c *chain)
		of   string
		want string // lot=share/grams, largest first
	}{
		{"a harvest lot is its own origin", func(c *chain) {
			c.harvest("H1", 1000)
		}, "H1", "H1=1/1000"},
		{"a purchase from a harvest", func(c *chain) {
			c.harvest("H1", 1000)
			c.purchase("P1", "H1", 400)
		}, "P1", "H1=1/400"},
		{"a purchase with no recorded harvest", func(c *chain) {
			c.purchase("P1", "", 400)
		}, "P1", ""},
		{"two deposits", func(c *chain) {
			c.harvest("H1", 1000)
			c.harvest("H2", 1000)
			c.store("H1", bin, 750)
			c.store("H2", bin, 250)
			c.withdraw(bin, "W1", 100)
		}, "W1", "H1=0.75/75 H2=0.25/25"},
		{"what was left is carried over", func(c *chain) {
			c.harvest("H1", 1000)
			c.harvest("H2", 1000)
			c.store("H1", bin, 1000)
			c.withdraw(bin, "W1", 500)
			c.store("H2", bin, 500)
			c.withdraw(bin, "W2", 200)
		}, "W2", "H1=0.5/100 H2=0.5/100"},
		{"interleaved", func(c *chain) {
			for i, lot := range []string{"H1", "H2", "H3", "H4"} {
				c.harvest(lot, 1000)
				c.store(lot, bin, 1000)
				c.withdraw(bin, fmt.Sprint("W", i+1), 500)
			}
		}, "W4", "H4=0.4/200 H3=0.3/150 H2=0.2/100 H1=0.1/50"},
		{"an empty bin begins anew", func(c *chain) {
			c.harvest("H1", 1000)
			c.harvest("H2", 1000)
			c.store("H1", bin, 1000)
			c.withdraw(bin, "W1", 1000)
			c.store("H2", bin, 1000)
			c.withdraw(bin, "W2", 300)
		}, "W2", "H2=1/300"},
		{"a withdrawal put back", func(c *chain) {
			c.harvest("H1", 1000)
			c.harvest("H2", 1000)
			c.store("H1", bin, 600)
			c.withdraw(bin, "W1", 300)
			c.store("H2", bin, 300)
			c.withdraw(bin, "W2", 100)
			c.store("W1", bin, 250)
			c.withdraw(bin, "W3", 300)
		}, "W3", "H1=0.666667/200 H2=0.333333/100"},
		{"a deposit younger than the mix is reached twice", func(c *chain) {
			c.harvest("H1", 1000)
			c.store("H1", bin, 300)
			c.block()
			c.harvest("H2", 1000)
			c.split("H2", amounts("S2", 600)...)
			c.block()
			c.store("S2", bin, 300)
			c.withdraw(bin, "W1", 600)
			c.merge("M1", amounts("W1", 200, "S2", 200)...)
		}, "M1", "H2=0.75/300 H1=0.25/100"},
		{"split, merge and process", func(c *chain) {
			c.harvest("H1", 1000)
			c.harvest("H2", 1000)
			c.purchase("P3", "", 1000)
			c.split("H1", amounts("S1", 300, "S2", 300)...)
			c.merge("M1", amounts("S1", 300, "H2", 100)...)
			c.process("F1", 500, amounts("M1", 400, "P3", 400)...)
		}, "F1", "H1=0.375/188 H2=0.125/62"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newChain(t)
			tt.make(c)
			c.block()
			got, err := indexed(t, c).Origins(context.Background(), tt.of)
			if err != nil {
				t.Fatal(err)
			}
			if s := originText(got); s != tt.want {
				t.Errorf("origins of %s are %q, want %q", tt.of, s, tt.want)
			}
		})
	}
}

func originText(list []Origin) string {
	var parts []string
	for _, o := range list {
		parts = append(parts, fmt.Sprintf("%s=%v/%d", o.Lot, math.Round(o.Share*1e6)/1e6, o.Grams))
	}
	return strings.Join(parts, " ")
}

func TestOriginsOfNothing(t *testing.T) {
	c := newChain(t)
	c.harvest("H1", 10)
	c.block()
	if _, err := indexed(t, c).Origins(context.Background(), "H2"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v", err)
	}
}

func TestOriginsSayWhatTheHarvestLotSays(t *testing.T) {
	c := newChain(t)
	c.enterprise(farm, "First Farm")
	c.harvest("H1", 10)
	c.block()
	got, err := indexed(t, c).Origins(context.Background(), "H1")
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	want := Origin{Lot: "H1", Share: 1, Grams: 10, Variety: "1110100", HarvestYear: 2026, Place: "370102", Issuer: farm, IssuerName: "First Farm"}
	if got[0] != want {
		t.Errorf("got %+v", got[0])
	}
}

// A bin with thousands of deposits and withdrawals is answered by a few
// queries: one for each mix would show in its time.
func TestOriginsOfLongChain(t *testing.T) {
	c := newChain(t)
	const n = 600
	for i := range n {
		c.harvest(fmt.Sprint("H", i), 1000)
		c.store(fmt.Sprint("H", i), bin, 1000)
		c.withdraw(bin, fmt.Sprint("W", i), 900)
		if i%100 == 99 {
			c.block()
		}
	}
	got, err := indexed(t, c).Origins(context.Background(), fmt.Sprint("W", n-1))
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	var grams int64
	for _, o := range got {
		sum += o.Share
		grams += o.Grams
	}
	if len(got) != n || math.Abs(sum-1) > 1e-9 || grams != 900 {
		t.Errorf("%d origins with shares %v and %d grams", len(got), sum, grams)
	}
}

func TestTooMuchGraph(t *testing.T) {
	c := newChain(t)
	c.harvest("H1", 1000)
	c.store("H1", bin, 10)
	c.store("H1", bin, 10)
	c.withdraw(bin, "W1", 5)
	c.block()
	err := indexed(t, c).read(context.Background(), "test", func(r *reader) error {
		v, err := r.vertex(context.Background(), "W1")
		if err != nil {
			return err
		}
		g := newGraph(r, v)
		g.maxEdges = 2
		return g.expandAll(context.Background())
	})
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("error is %v", err)
	}
}

// TestOriginsInPages: all origins once, in the order of the whole list.
func TestOriginsInPages(t *testing.T) {
	c := newChain(t)
	largeBatches(c, 30, 1)
	ix := indexed(t, c)
	whole := origins(t, ix, "F0")
	if len(whole) != 30 {
		t.Fatalf("%d origins", len(whole))
	}
	for _, limit := range []int{1, 7, 30, 31} {
		var got []Origin
		for cursor := ""; ; {
			page, next, err := ix.OriginsPage(context.Background(), "F0", cursor, limit)
			if err != nil || len(page) > limit {
				t.Fatal(len(page), err)
			}
			got = append(got, page...)
			if cursor = next; cursor == "" {
				break
			}
		}
		for i := range got {
			got[i].IssuerName = whole[i].IssuerName // the API does without
		}
		if !slices.Equal(got, whole) {
			t.Errorf("by %d: %d origins, not the whole list", limit, len(got))
		}
	}
	if _, _, err := ix.OriginsPage(context.Background(), "F0", writeCursor("origins W", 3), 5); !errors.Is(err, ErrBadCursor) {
		t.Errorf("the cursor of another lot: %v", err)
	}
}

// TestBinShowsTheLargestShares: a bin of many deposits says how many it leaves
// out.
func TestBinShowsTheLargestShares(t *testing.T) {
	const deposits = MaxLimit + 20
	c := newChain(t)
	largeBatches(c, deposits, 1)
	b, err := indexed(t, c).Bin(context.Background(), bin)
	if err != nil || len(b.Mixture) != MaxLimit || len(b.Origins) != MaxLimit || b.MoreMixture != 20 || b.MoreOrigins != 20 {
		t.Errorf("%d and %d shown, %d and %d left out: %v", len(b.Mixture), len(b.Origins), b.MoreMixture, b.MoreOrigins, err)
	}
}
