package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/grainledger/grainledger/record"
)

// round is what a round of records came to.
type round struct {
	committed int
	seconds   float64
}

// most records that a round could want, per second.
const mostPerSecond = 9_000

// records sends signed lot records through the gateway for a time, 16 clients
// of 500 records a request, each waiting for the commit of its own.
func (r *rig) records(ctx context.Context, length time.Duration) (round, error) {
	lots := int(length.Seconds()*mostPerSecond) / perLot
	all, err := r.load.lots(r.lots, lots)
	if err != nil {
		return round{}, err
	}
	r.lots += lots
	const clients = 16
	return r.sendAll(ctx, length, clients, func(client, n int) [][]byte {
		k := (n*clients + client) * perRequest
		if k >= len(all) {
			return nil
		}
		return all[k:min(k+perRequest, len(all))]
	})
}

// sendAll lets clients send requests until the time is over or there is
// nothing more to send, and waits for the last answer.
func (r *rig) sendAll(ctx context.Context, length time.Duration, clients int, next func(client, n int) [][]byte) (round, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var total int
	var failed error
	start := time.Now()
	for c := range clients {
		wg.Go(func() {
			for n := 0; time.Since(start) < length; n++ {
				records := next(c, n)
				if records == nil {
					return
				}
				err := r.post(ctx, records)
				mu.Lock()
				if err != nil {
					failed = err
					mu.Unlock()
					return
				}
				total += len(records)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return round{committed: total, seconds: time.Since(start).Seconds()}, failed
}

// latency is the 99th percentile from when something was due to its commit,
// at half load: our records come by lots of four, a request each.
func (r *rig) latency(ctx context.Context, s sizes, records, creates float64) (figure, error) {
	var value, reference []float64
	for n := range min(s.pairs, 3) {
		ours, err := r.recordLatency(ctx, s.fabric.round, records)
		if err != nil {
			return figure{}, err
		}
		got, err := singles{Profile: r.file, Seconds: s.fabric.round.Seconds(), Rate: creates, Prefix: "half" + strconv.Itoa(n) + "-"}.run(ctx)
		if err != nil {
			return figure{}, err
		}
		fmt.Printf("  at half load, ms: records p50 %.0f p99 %.0f; creates p50 %.0f p99 %.0f, %d failed\n",
			percentile(ours, 50), percentile(ours, 99), percentile(got.Latency, 50), percentile(got.Latency, 99), got.Failed)
		value, reference = append(value, percentile(ours, 99)), append(reference, percentile(got.Latency, 99))
	}
	return compare("fabric_commit_p99_ms", "ms", value, reference), nil
}

func (r *rig) recordLatency(ctx context.Context, length time.Duration, rate float64) ([]float64, error) {
	lots := int(math.Ceil(length.Seconds()*rate/perLot)) + 1
	all, err := r.load.lots(r.lots, lots)
	if err != nil {
		return nil, err
	}
	r.lots += lots
	var mu sync.Mutex
	var out []float64
	var failed error
	drive(length, 0, rate/perLot, func(n int, due time.Time) {
		if n >= lots {
			return
		}
		err := r.post(ctx, all[n*perLot:(n+1)*perLot])
		ms := time.Since(due).Seconds() * 1000
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = err
			return
		}
		out = append(out, ms)
	})
	slices.Sort(out)
	return out, failed
}

// Load on bins.
const (
	submitters = 50
	perStore   = 40 // deposits a request
)

// hotBin lets 50 submitters make deposits, all into one bin, against each into
// a bin of its own.
func (r *rig) hotBin(ctx context.Context, s sizes) (figure, error) {
	if err := r.binsAndLots(ctx); err != nil {
		return figure{}, err
	}
	var value, reference []float64
	for n := range min(s.pairs, 3) {
		hot, err := r.deposits(ctx, s.fabric.round, fmt.Sprintf("hot%d", n), func(int) int { return 0 })
		if err != nil {
			return figure{}, err
		}
		own, err := r.deposits(ctx, s.fabric.round, fmt.Sprintf("own%d", n), func(c int) int { return c + 1 })
		if err != nil {
			return figure{}, err
		}
		value = append(value, float64(hot.committed)/hot.seconds)
		reference = append(reference, float64(own.committed)/own.seconds)
	}
	return compare("fabric_hot_bin_per_s", "1/s", value, reference), nil
}

// binsAndLots registers the bins and gives each submitter a lot to store.
func (r *rig) binsAndLots(ctx context.Context) error {
	all, err := r.load.bins(submitters + 1)
	if err != nil {
		return err
	}
	lots, err := r.load.hotLots()
	if err != nil {
		return err
	}
	return r.post(ctx, append(all, lots...))
}

// hotLots makes a large lot for each submitter, harvested and bought.
func (l *load) hotLots() ([][]byte, error) {
	var out [][]byte
	const grams = 1_000_000_000_000
	for n := range submitters {
		h, p := fmt.Sprintf("HH-%d", n), fmt.Sprintf("HP-%d", n)
		for _, r := range []struct {
			by      party
			payload record.Payload
		}{
			{l.coop, &record.Harvest{Header: l.head(l.coop, "SH-"+h), Lot: h, Variety: "1132002", HarvestYear: harvestYear(l.at), Origin: "320582", Grams: grams}},
			{l.depot, &record.Purchase{Header: l.head(l.depot, "SG-"+p), Lot: p, FromLot: h, FromGrams: grams, Seller: l.coop.uscc, Nature: "200", GrossGrams: grams, NetGrams: grams}},
		} {
			raw, err := signed(r.by, r.payload)
			if err != nil {
				return nil, err
			}
			out = append(out, raw)
		}
	}
	return out, nil
}

// deposits lets every submitter store from its own lot into the bin that it
// is given.
func (r *rig) deposits(ctx context.Context, length time.Duration, name string, bin func(client int) int) (round, error) {
	requests := int(length.Seconds()*mostPerSecond) / submitters / perStore
	made := make([][][][]byte, submitters)
	for c := range submitters {
		for n := range requests {
			var batch [][]byte
			for k := range perStore {
				raw, err := signed(r.load.depot, &record.Store{
					Header: r.load.head(r.load.depot, fmt.Sprintf("RK-%s-%d-%d-%d", name, c, n, k)),
					Lot:    fmt.Sprintf("HP-%d", c), Bin: r.load.bin(bin(c)), Grams: 1000,
				})
				if err != nil {
					return round{}, err
				}
				batch = append(batch, raw)
			}
			made[c] = append(made[c], batch)
		}
	}
	return r.sendAll(ctx, length, submitters, func(c, n int) [][]byte {
		if n >= len(made[c]) {
			return nil
		}
		return made[c][n]
	})
}
