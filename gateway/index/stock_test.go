package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// stocked makes lots and bins of two owners, years and varieties.
func stocked(c *chain) {
	c.harvest("H1", 1000) // of 2026, its farm's
	c.purchase("P1", "H1", 900)
	c.stock("H1", record.Part{Party: farm, Owned: 100, Held: 100})
	c.store("P1", bin, 900)
	c.bins[bin].Variety, c.bins[bin].Nature = "1110100", "110"
	c.put(record.BinKey(bin), c.bins[bin])
	c.withdraw(bin, "W1", 400)
	c.stock("W1", record.Part{Party: depot, Owned: 100, Held: 150}, record.Part{Party: farm, NonFood: 250, Held: 50})
	c.ship("W1", 200)
	c.block()
	c.harvest("H2", 500)
	l := c.lots["H2"]
	l.HarvestYear = 2025
	c.put(record.LotKey("H2"), l)
	c.tx()
	c.merge("M1", amounts("H1", 100, "H2", 200)...) // of both years
	c.stock("H1", record.Part{Party: farm, Was: 3})
	c.stock("H2", record.Part{Party: farm, Owned: 300, Held: 300})
	c.block()
}

func TestStock(t *testing.T) {
	c := newChain(t)
	stocked(c)
	ix := indexed(t, c)
	depotPlace := bin[:depotCode]
	for _, test := range []struct {
		name   string
		filter StockFilter
		want   string // thing party owned/held year
	}{
		{"everything", StockFilter{}, "H2 farm 300/300 2025|M1 depot 300/300 0|W1 depot 100/150 2026|W1 farm 250/50 2026|bin depot 500/500 2026"},
		{"of one party", StockFilter{Party: farm}, "H2 farm 300/300 2025|W1 farm 250/50 2026"},
		{"in a depot", StockFilter{Place: depotPlace}, "bin depot 500/500 2026"},
		{"in another", StockFilter{Place: "9137"}, "bin depot 500/500 2026"},
		{"nowhere", StockFilter{Place: "8"}, ""},
		{"of a variety", StockFilter{Variety: "1110100", Party: farm}, "H2 farm 300/300 2025"},
		{"of a nature", StockFilter{Nature: "110"}, "bin depot 500/500 2026"},
		{"of a year", StockFilter{Year: 2026, Party: depot}, "W1 depot 100/150 2026|bin depot 500/500 2026"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, limit := range []int{1, 2, 100} {
				var got []string
				for cursor := ""; ; {
					page, err := ix.Stock(context.Background(), test.filter, cursor, limit)
					if err != nil {
						t.Fatal(err)
					}
					for _, i := range page.Items {
						thing := strings.Replace(i.Lot+i.Bin, bin, "bin", 1)
						party := strings.NewReplacer(farm, "farm", depot, "depot").Replace(i.Party)
						got = append(got, fmt.Sprintf("%s %s %d/%d %d", thing, party, i.OwnedGrams, i.HeldGrams, i.Year))
					}
					if cursor = page.Next; cursor == "" {
						break
					}
				}
				slices.Sort(got)
				if s := strings.Join(got, "|"); s != test.want {
					t.Errorf("by %d: %s\nwant %s", limit, s, test.want)
				}
			}
		})
	}
}

func TestSumStock(t *testing.T) {
	c := newChain(t)
	stocked(c)
	ix := indexed(t, c)
	for by, want := range map[string]string{
		"owner":   depot + " 900/950/500|" + farm + " 550/350/0",
		"place":   " 950/800/0|" + bin[:depotCode] + " 500/500/500",
		"year":    " 300/300/0|2025 300/300/0|2026 850/700/500",
		"variety": " 650/500/0|1110100 800/800/500",
		"nature":  " 950/800/0|110 500/500/500",
	} {
		for _, limit := range []int{1, 100} {
			var got []string
			for cursor := ""; ; {
				page, err := ix.SumStock(context.Background(), StockFilter{}, by, cursor, limit)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Sums {
					got = append(got, fmt.Sprintf("%s %d/%d/%d", s.Key, s.OwnedGrams, s.HeldGrams, s.InBinsGrams))
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if s := strings.Join(got, "|"); s != want {
				t.Errorf("by %s in pages of %d: %s\nwant %s", by, limit, s, want)
			}
		}
	}
	ctx := context.Background()
	if _, err := ix.SumStock(ctx, StockFilter{}, "colour", "", 0); !errors.Is(err, ErrBadGroup) {
		t.Errorf("by colour: %v", err)
	}
	first, err := ix.SumStock(ctx, StockFilter{}, "owner", "", 1)
	if err != nil || first.Next == "" {
		t.Fatal(err)
	}
	for _, cursor := range []string{"x", "!", first.Next, writeCursor("stock", 1), strings.Repeat("A", 999)} {
		if _, err := ix.Stock(ctx, StockFilter{}, cursor, 0); !errors.Is(err, ErrBadCursor) {
			t.Errorf("cursor %.20q: %v", cursor, err)
		}
	}
}

// TestStockIsWhatTheStateSays: after any blocks, the rows are those of the
// newest stock of each lot and the newest content of each bin.
func TestStockIsWhatTheStateSays(t *testing.T) {
	c := newChain(t)
	stock := map[string]int64{} // owned by thing
	for i := range 60 {
		h, w := fmt.Sprint("H", i), fmt.Sprint("W", i)
		code := fmt.Sprintf("%s%02d", bin[:len(bin)-2], rand.IntN(3)+1)
		c.harvest(h, 1000)
		c.store(h, code, 1000)
		stock[h] = 0
		if b := c.binState(code); rand.IntN(2) == 0 {
			grams := b.Grams
			if rand.IntN(2) == 0 {
				grams /= 2
			}
			c.withdraw(code, w, grams)
			stock[w] = grams
		}
		stock[code] = c.binState(code).Grams
		if rand.IntN(3) == 0 {
			c.tx()
		}
		if rand.IntN(4) == 0 {
			c.block()
		}
	}
	c.block()
	maps.DeleteFunc(stock, func(_ string, grams int64) bool { return grams == 0 })
	page, err := indexed(t, c).Stock(context.Background(), StockFilter{}, "", MaxLimit)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range page.Items {
		if thing := i.Lot + i.Bin; stock[thing] != i.OwnedGrams || i.Party != depot || i.HeldGrams != i.OwnedGrams {
			t.Errorf("%+v, want %d grams", i, stock[thing])
		}
		delete(stock, i.Lot+i.Bin)
	}
	if len(stock) != 0 {
		t.Errorf("not there: %v", stock)
	}
}

func TestScope(t *testing.T) {
	c := newChain(t)
	village(c)
	c.ship("W1", 200)
	c.stock("W1", record.Part{Party: depot, Owned: 500, Held: 300})
	c.enterprise(depot, "粮库")
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	show := func(n ScopeNode) string {
		s := fmt.Sprintf("%s/%d", strings.TrimPrefix(n.ID, bin), n.Depth)
		for _, h := range n.Holdings {
			s += fmt.Sprintf(" %s=%d,%d", h.Name, h.Owned, h.Held)
		}
		return fmt.Sprintf("%s ~%d", s, n.InTransit)
	}
	for of, want := range map[string]string{
		"H1":  "H1/0 =1000,1000 ~0|P1/1 ~0|:1.1/2 ~0|W1/3 粮库=500,300 ~200|:1.2/3 ~0|W2/4 粮库=500,500 ~0|:1.3/4 粮库=1200,1200 ~0|F1/5 粮库=700,700 ~0|W3/5 粮库=500,500 ~0",
		"F1":  "F1/0 粮库=700,700 ~0",
		bin:   ":1.3/0 粮库=1200,1200 ~0|W3/1 粮库=500,500 ~0|F1/2 粮库=700,700 ~0",
		"P3":  "P3/0 ~0|:1.3/1 粮库=1200,1200 ~0|W3/2 粮库=500,500 ~0|F1/3 粮库=700,700 ~0",
		"W1":  "W1/0 粮库=500,300 ~200",
		"not": "",
	} {
		var got []string
		for cursor := ""; ; {
			page, err := ix.Scope(ctx, of, cursor, 2)
			if of == "not" {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("unknown: %v", err)
				}
				break
			}
			if err != nil {
				t.Fatal(of, err)
			}
			for _, n := range page.Nodes {
				got = append(got, show(n))
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("of %s: %s\nwant %s", of, s, want)
		}
	}
	sums, err := ix.SumScope(ctx, "H1")
	if err != nil || sums.Lots != 9 || sums.InTransit != 200 || len(sums.Holdings) != 2 ||
		sums.Holdings[0] != (Holding{depot, "粮库", 3400, 3200}) || sums.Holdings[1] != (Holding{farm, "", 1000, 1000}) {
		t.Errorf("%+v, %v", sums, err)
	}
}
