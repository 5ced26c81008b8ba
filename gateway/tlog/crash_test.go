package tlog

import (
	"errors"
	"fmt"
	"testing"

	"github.com/grainledger/grainledger/gateway/durable/durabletest"
)

// TestCrashAtEveryStep stops the machine at each step of what the log does to
// the disk, and lets nothing, everything or some of what was not synced last.
// The log that is opened after it is that of the blocks it says it has read,
// and goes on to be that of all blocks.
func TestCrashAtEveryStep(t *testing.T) {
	c, key := &chain{seed: "a"}, newKey(t)
	for i := range 9 {
		c.add(t, 70+i*20)
		if i%4 == 1 {
			c.add(t, 1, c.checkpoint(t, key, len(c.leaves), c.leaves.root()))
		}
	}
	for name, lasts := range map[string]func(n int) func() bool{
		"nothing":    func(int) func() bool { return durabletest.Never },
		"everything": func(int) func() bool { return durabletest.Always },
		"some":       func(n int) func() bool { return durabletest.Random(uint64(n)) },
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				if !crashAt(t, c, n, lasts(n)) {
					if n < 60 {
						t.Errorf("the whole run takes %d steps", n)
					}
					break
				}
			}
		})
	}
}

// crashAt reports whether the run was long enough to stop at step n.
func crashAt(t *testing.T, c *chain, n int, lasts func() bool) (stopped bool) {
	t.Helper()
	disk := durabletest.New()
	disk.StopAt(n)
	fail := func(err error) {
		if err != nil && !errors.Is(err, durabletest.ErrStopped) {
			t.Fatalf("step %d: %v", n, err)
		}
	}
	flushed := uint64(0)
	l, err := open(disk, "/log", testOrigin, 128, quiet)
	fail(err)
	for i := range c.blocks {
		if err == nil {
			err = l.Apply(c.blocks[i])
		}
		if err == nil && i%3 == 2 {
			if err = l.flush(); err == nil {
				flushed = l.pos.Height
			}
		}
		fail(err)
	}
	stopped = disk.Stopped()
	l, err = open(disk.Restart(lasts), "/log", testOrigin, 128, quiet)
	if err != nil {
		t.Fatalf("step %d: does not open again: %v", n, err)
	}
	if l.pos.Height < flushed {
		t.Fatalf("step %d: %d blocks were durable, %d are there", n, flushed, l.pos.Height)
	}
	l.isThatOf(t, c, fmt.Sprintf("step %d, after the crash", n))
	for _, b := range c.blocks {
		if err := l.Apply(b); err != nil {
			t.Fatalf("step %d: %v", n, err)
		}
	}
	if err := l.flush(); err != nil {
		t.Fatalf("step %d: %v", n, err)
	}
	if l, err = open(l.disk, "/log", testOrigin, 128, quiet); err != nil {
		t.Fatalf("step %d: %v", n, err)
	}
	if l.pos.Height != uint64(len(c.blocks)) {
		t.Fatalf("step %d: ends at %d of %d blocks", n, l.pos.Height, len(c.blocks))
	}
	l.isThatOf(t, c, fmt.Sprintf("step %d, in the end", n))
	return stopped
}

// isThatOf holds a log against the blocks that it says it has read.
func (l *Log) isThatOf(t *testing.T, c *chain, when string) {
	t.Helper()
	want := naive(nil)
	if l.pos.Height > 0 {
		want = c.leaves[:c.sizes[l.pos.Height-1]]
	}
	root, err := l.Root(l.Size())
	if err != nil || l.Size() != uint64(len(want)) || root != want.root() {
		t.Fatalf("%s: %d leaves under %s after %d blocks, want %d under %s, %v", when, l.Size(), root, l.pos.Height, len(want), want.root(), err)
	}
	for i := 0; i < len(want); i += 41 {
		if at, err := l.tree.Find(want[i]); err != nil || at != uint64(i) {
			t.Fatalf("%s: leaf %d is found at %d, %v", when, i, at, err)
		}
		if _, err := l.tree.Inclusion(uint64(i), l.Size()); err != nil {
			t.Fatalf("%s: leaf %d: %v", when, i, err)
		}
	}
}

// TestFailedFlushIsTriedAgain: a disk that fails once costs nothing.
func TestFailedFlushIsTriedAgain(t *testing.T) {
	c := &chain{seed: "a"}
	for range 5 {
		c.add(t, 200)
	}
	for n := 1; n < 60; n++ {
		disk := durabletest.New()
		l, err := open(disk, "/log", testOrigin, 128, quiet)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range c.blocks {
			if err := l.Apply(b); err != nil {
				t.Fatal(err)
			}
		}
		disk.StopAt(n)
		first := l.flush()
		disk.StopAt(1 << 30)
		if err := l.flush(); err != nil {
			t.Fatalf("step %d failed (%v), and then: %v", n, first, err)
		}
		if l, err = open(disk.Restart(durabletest.Never), "/log", testOrigin, 128, quiet); err != nil {
			t.Fatal(err)
		}
		if l.Height() != 5 {
			t.Fatalf("step %d: %d blocks", n, l.Height())
		}
		l.isThatOf(t, c, fmt.Sprintf("step %d", n))
	}
}
