package index

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// TestEventsGoThroughAllRecordsOnce: pages of any size, behind one another,
// give every record in ledger order.
func TestEventsGoThroughAllRecordsOnce(t *testing.T) {
	c := newChain(t)
	season(c, 20)
	ix := indexed(t, c)
	last, err := ix.LastRecord(context.Background())
	if err != nil || last == 0 {
		t.Fatal(last, err)
	}
	for _, size := range []int{1, 7, 500} {
		var after int64
		for seen := int64(0); ; {
			page, err := ix.Events(context.Background(), after, size, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) > size {
				t.Fatalf("%d records on a page of %d", len(page), size)
			}
			for _, r := range page {
				if seen++; r.Num != seen || len(r.Payload) == 0 {
					t.Fatalf("pages of %d: record %d is number %d", size, r.Num, seen)
				}
			}
			if len(page) == 0 {
				if seen != last {
					t.Errorf("pages of %d: %d of %d records", size, seen, last)
				}
				break
			}
			after = page[len(page)-1].Num
		}
	}
}

// TestEventsOfLots: records of some lots alone, with the filling of the bin
// that deposits and withdrawals belong to.
func TestEventsOfLots(t *testing.T) {
	c := newChain(t)
	bin := depot + "0010010001"
	c.facility(depot, "0010010001", record.FacilityBin)
	c.harvest("H", 1000)
	c.purchase("P", "H", 900)
	c.purchase("Q", "", 50)
	c.store("P", bin, 900)
	c.withdraw(bin, "W", 300)
	c.block()
	ix := indexed(t, c)
	for _, tc := range []struct {
		lots  []string
		types string
	}{
		{[]string{"H"}, "harvest purchase "},
		{[]string{"P"}, "purchase store@1 "},
		{[]string{"W"}, "withdraw@1 "},
		{[]string{"P", "W"}, "purchase store@1 withdraw@1 "},
		{[]string{"NONE"}, ""},
	} {
		page, err := ix.Events(context.Background(), 0, 100, tc.lots)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range page {
			got += string(r.Type)
			if r.Epoch != "" {
				if r.Epoch != fmt.Sprintf("%s:1", bin) {
					t.Errorf("epoch %s", r.Epoch)
				}
				got += "@1"
			}
			got += " "
			if one, err := ix.Event(context.Background(), r.ID); err != nil || one.Num != r.Num || one.Epoch != r.Epoch {
				t.Errorf("%s alone: %+v %v", r.ID, one, err)
			}
		}
		if got != tc.types {
			t.Errorf("%v: %q", tc.lots, got)
		}
	}
	if _, err := ix.Events(context.Background(), 0, 1, make([]string, MaxEventLots+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := ix.Event(context.Background(), "none"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}
