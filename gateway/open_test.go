package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
)

// TestPackingOfAKind: a kind of ledger has defaults of its own, and what the
// operator says stands before them.
func TestPackingOfAKind(t *testing.T) {
	for _, test := range []struct {
		name string
		args string
		kind ledger.PackerOptions
		want ledger.PackerOptions
	}{
		{"nothing said", "", ledger.PackerOptions{}, ledger.PackerOptions{
			BatchRecords: ledger.DefaultBatchRecords, BatchBytes: ledger.DefaultBatchBytes, Linger: ledger.DefaultLinger, InFlight: ledger.DefaultInFlight}},
		{"the kind's", "", fabricPacking, fabricPacking},
		{"one said", "--in-flight 3", fabricPacking, ledger.PackerOptions{
			BatchRecords: fabricPacking.BatchRecords, BatchBytes: fabricPacking.BatchBytes, Linger: fabricPacking.Linger, InFlight: 3}},
		{"all said, one of them the general default", "--in-flight 4 --batch-linger 1ms --batch-records 7 --batch-bytes 9", fabricPacking,
			ledger.PackerOptions{BatchRecords: 7, BatchBytes: 9, Linger: time.Millisecond, InFlight: 4}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := parse(t, strings.Fields(test.args)...)
			if err != nil {
				t.Fatal(err)
			}
			got := c.packing(test.kind)
			if got.BatchRecords != test.want.BatchRecords || got.BatchBytes != test.want.BatchBytes ||
				got.Linger != test.want.Linger || got.InFlight != test.want.InFlight {
				t.Errorf("%+v, want %+v", got, test.want)
			}
			if got.QueueRecords != ledger.DefaultQueueRecords {
				t.Errorf("the queue holds %d records", got.QueueRecords)
			}
		})
	}
}

func TestPackingByEnvironment(t *testing.T) {
	t.Setenv("GRAINLEDGER_BATCH_RECORDS", "42")
	c, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.packing(fabricPacking); got.BatchRecords != 42 || got.InFlight != fabricPacking.InFlight {
		t.Errorf("%+v", got)
	}
}

func TestFabricNeedsItsProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.json")
	c, err := parse(t, "--ledger", "fabric", "--fabric-profile", path, "--data", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// growing is a ledger that has more blocks each time it is asked.
type growing struct {
	ledger.Ledger
	heights []uint64 // the last one stays
	err     error
}

func (g *growing) Health(context.Context) (ledger.Health, error) {
	height := g.heights[0]
	if len(g.heights) > 1 {
		g.heights = g.heights[1:]
	}
	return ledger.Health{Height: height}, g.err
}

// TestLedgerBehindTheIndex: who has patience waits, and never blames the index.
func TestLedgerBehindTheIndex(t *testing.T) {
	for _, test := range []struct {
		name     string
		heights  []uint64
		err      error
		patience time.Duration
		want     error
		keeps    bool // the index
	}{
		{"not behind", []uint64{5}, nil, 0, nil, true},
		{"ahead", []uint64{9}, nil, time.Minute, nil, true},
		{"behind, without patience", []uint64{4}, nil, 0, index.ErrAhead, false},
		{"catches up", []uint64{1, 2, 2, 4, 5}, nil, time.Minute, nil, true},
		{"does not catch up", []uint64{1, 2, 3, 4}, nil, time.Minute, index.ErrAhead, true},
		{"cannot be asked", []uint64{0}, ledger.ErrUnavailable, 0, ledger.ErrUnavailable, true},
		{"cannot be asked, with patience", []uint64{0}, ledger.ErrUnavailable, time.Minute, ledger.ErrUnavailable, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &node{config: &config{data: "data"}, log: slog.New(slog.DiscardHandler), ledger: &growing{heights: test.heights, err: test.err}}
				n.opened.patience = test.patience
				err := n.awaitHeight(t.Context(), 5)
				if !errors.Is(err, test.want) {
					t.Fatalf("error %v, want %v", err, test.want)
				}
				var keep keepIndex
				if err != nil && errors.As(err, &keep) != test.keeps {
					t.Errorf("the index is kept: %t", !test.keeps)
				}
				if test.patience > 0 && errors.Is(err, index.ErrAhead) && !strings.Contains(err.Error(), "gateway index drop") {
					t.Errorf("the error does not name the file: %v", err)
				}
			})
		})
	}
}
