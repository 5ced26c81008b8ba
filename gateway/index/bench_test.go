package index

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
)

// BenchmarkApply reads blocks of 500 records that go from harvest to shop: the
// mix of records that a depot makes, four lots and a bin to every eight.
func BenchmarkApply(b *testing.B) {
	c := newChain(b)
	const perBlock = 500
	for range max(4, b.N/perBlock) {
		busyBlock(c, perBlock)
	}
	ix := openIndex(b)
	b.ResetTimer()
	records := 0
	for _, block := range c.blocks {
		if err := ix.Apply(context.Background(), block); err != nil {
			b.Fatal(err)
		}
		records += perBlock
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

func busyBlock(c *chain, records int) {
	for i := 0; i < records; i += 8 {
		n := len(c.blocks)*records + i
		lot := func(kind string) string { return fmt.Sprint(kind, n) }
		code := fmt.Sprintf("%s%02d", bin[:len(bin)-2], n/8%20+1)
		c.harvest(lot("H"), 10_000)
		c.purchase(lot("P"), lot("H"), 9_000)
		c.store(lot("P"), code, 9_000)
		c.inspect(code)
		c.withdraw(code, lot("W"), 8_900)
		ref := c.ship(lot("W"), 100)
		c.receive(lot("W"), ref, 100)
		c.process(lot("F"), 5_000, amounts(lot("W"), 8_000)...)
		if len(c.verdicts) >= 96 {
			c.tx()
		}
	}
	c.block()
}

// BenchmarkReads asks from many goroutines about lots of an index of 40,000
// records.
func BenchmarkReads(b *testing.B) {
	c := newChain(b)
	for range 80 {
		busyBlock(c, 500)
	}
	ix := indexed(b, c)
	ctx := context.Background()
	last := 79*500 + 496
	lot := fmt.Sprint("F", last)
	run := func(name string, f func(i int64) error) {
		b.Run(name, func(b *testing.B) {
			var n atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := f(n.Add(1)); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
	run("lot", func(i int64) error { _, err := ix.Lot(ctx, fmt.Sprint("W", i%80*500+i%60*8)); return err })
	run("trace", func(int64) error { _, err := ix.Trace(ctx, lot, Up, "", 20); return err })
	run("origins", func(int64) error { _, err := ix.Origins(ctx, lot); return err })
	run("bin", func(int64) error { _, err := ix.Bin(ctx, bin); return err })
}
