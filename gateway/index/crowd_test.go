package index

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// largeBatches makes one bin of so many deposits, and retail batches from it.
func largeBatches(c *chain, deposits, batches int) {
	for i := range deposits {
		h, p := fmt.Sprint("H", i), fmt.Sprint("P", i)
		c.harvest(h, 1000)
		c.purchase(p, h, 900)
		c.store(p, bin, 900)
		if len(c.verdicts) > 90 {
			c.tx()
		}
		if i%1000 == 999 {
			c.block()
		}
	}
	c.withdraw(bin, "W", int64(deposits)*800)
	for i := range batches {
		c.process(fmt.Sprint("F", i), 500, amounts("W", 700)...)
	}
	c.block()
}

// BenchmarkCrowd lets visitors ask for batches of a bin with 20,000 deposits
// all at once: for one and the same batch, and each for another.
func BenchmarkCrowd(b *testing.B) {
	const visitors = 30
	c := newChain(b)
	largeBatches(c, 20_000, visitors)
	for _, batches := range []int{1, visitors} {
		b.Run(fmt.Sprint("batches=", batches), func(b *testing.B) {
			var peak uint64
			var refused int
			for range b.N {
				b.StopTimer()
				ix := indexed(b, c)
				watch := watchHeap()
				b.StartTimer()
				refused += crowd(ix, visitors, batches)
				b.StopTimer()
				peak = max(peak, watch())
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
			b.ReportMetric(float64(refused)/float64(b.N), "refused")
		})
	}
}

// crowd counts the visitors that got no answer.
func crowd(ix *Index, visitors, batches int) (refused int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range visitors {
		all.Go(func() {
			lot := fmt.Sprint("F", i%batches)
			_, err := ix.Origins(context.Background(), lot)
			if err == nil {
				_, err = ix.Trace(context.Background(), lot, Up, "", 100)
			}
			if err != nil {
				mu.Lock()
				refused++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return refused
}

// watchHeap measures the heap until it is asked how far it grew.
func watchHeap() func() uint64 {
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stop, grown := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
			select {
			case <-stop:
				grown <- peak - min(peak, before.HeapAlloc)
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-grown }
}
