// Package heap paces the garbage collector of a process that lives from a
// small live heap and makes much garbage, as a ledger under load does.
package heap

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Allowance is how much garbage may gather before a collection, in bytes,
// while the live heap is smaller than that. With Go's default a live heap of
// 10 MiB is collected every 10 MiB of garbage, many times a second under load.
const Allowance = 96 << 20

const (
	pause      = time.Second
	leastRatio = 100 // per cent: Go's default, from where the live heap has the allowance's size
	mostRatio  = 1000
	liveHeap   = "/gc/heap/live:bytes"
)

// Pace sets the collector's ratio once a second until ctx is done. It does
// nothing where the operator has set GOGC or GOMEMLIMIT.
func Pace(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	before := 0
	for {
		// Setting the ratio stops the world for a moment: only where it changes.
		if now := ratio(live()); now*4 < before*3 || now*3 > before*4 {
			debug.SetGCPercent(now)
			before = now
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// ratio is the garbage to allow, in per cent of the live heap.
func ratio(live uint64) int {
	if live == 0 {
		return mostRatio
	}
	return int(max(leastRatio, min(mostRatio, Allowance*100/live)))
}

// live is what the last collection found alive, in bytes.
func live() uint64 {
	sample := []metrics.Sample{{Name: liveHeap}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return Allowance
	}
	return sample[0].Value.Uint64()
}
