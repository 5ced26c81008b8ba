package tlog

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/durable"
)

// BenchmarkApply is a block of 500 records, read into the log on disk: what
// the log takes beside the ledger that made the block.
func BenchmarkApply(b *testing.B) {
	c := &chain{seed: "a"}
	for range 40 {
		c.add(b, 500)
	}
	l, err := Open(durable.OS{}, b.TempDir()+"/log", testOrigin, quiet)
	if err != nil {
		b.Fatal(err)
	}
	records := 0
	for b.Loop() {
		block := c.blocks[records/500%40]
		if block.Number = uint64(records / 500); block.Number > 0 {
			block.Previous = l.pos.Hash
		}
		if err := l.Apply(block); err != nil {
			b.Fatal(err)
		}
		records += 500
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
}

// BenchmarkInclusion finds a leaf among a million and proves it.
func BenchmarkInclusion(b *testing.B) {
	const n = 1_000_000
	tree, err := OpenTree(durable.OS{}, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for i := uint64(0); i < n; i += 500 {
		tree.Append(leavesOf(i, i+500))
		if i%16_000 == 0 {
			if err := tree.Flush(nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tree.Flush(nil); err != nil {
		b.Fatal(err)
	}
	grown := time.Since(start)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		at, err := tree.Find(leaf(rand.Uint64N(n)))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := tree.Inclusion(at, n); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(n/grown.Seconds(), "leaves/s")
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
}
