package tlog

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/durable/durabletest"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

func openOn(t testing.TB, disk durable.Disk, dir string) *Log {
	t.Helper()
	l, err := open(disk, dir, testOrigin, 128, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func applyAll(t testing.TB, l *Log, c *chain) {
	t.Helper()
	for _, b := range c.blocks {
		if err := l.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogIsAFunctionOfTheBlocks: accepted records in order, and no others;
// dropped and built again it is the same.
func TestLogIsAFunctionOfTheBlocks(t *testing.T) {
	c, key := &chain{seed: "a"}, newKey(t)
	c.add(t, 300)
	c.add(t, 0, c.checkpoint(t, key, 300, c.leaves.root()))
	c.add(t, 5)
	disk := durabletest.New()
	l := openOn(t, disk, "/log")
	if _, err := l.Anchored(context.Background()); !errors.Is(err, ErrNotAnchored) {
		t.Errorf("before any block: %v", err)
	}
	applyAll(t, l, c)
	applyAll(t, l, c) // what was read is passed over
	l.isThatOf(t, c, "at first")
	anchor, err := l.Anchored(context.Background())
	if err != nil || anchor.Block != 1 || anchor.Tx != "a-tx-1" || l.AnchoredSize() != 300 {
		t.Errorf("anchored %+v at %d, %v", anchor, l.AnchoredSize(), err)
	}
	if n, err := proof.ParseNote(anchor.Note); err != nil || !n.SignedBy(key.Public()) || n.Root != c.leaves[:300].root() {
		t.Errorf("the note is %s, %v", anchor.Note, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openOn(t, disk, "/log")
	if again, err := l.Anchored(context.Background()); err != nil || again.Record != anchor.Record || l.Height() != 3 {
		t.Errorf("opened again: %+v after %d blocks, %v", again, l.Height(), err)
	}
	if err := errors.Join(l.Close(), Remove(disk, "/log")); err != nil {
		t.Fatal(err)
	}
	l = openOn(t, disk, "/log")
	if l.Size() != 0 || l.Height() != 0 {
		t.Errorf("removed, it has %d leaves", l.Size())
	}
	applyAll(t, l, c)
	l.isThatOf(t, c, "built again")
}

// TestAnotherChain: blocks that do not follow on what was read are refused, and
// so is a log under another name.
func TestAnotherChain(t *testing.T) {
	a, b := &chain{seed: "a"}, &chain{seed: "b"}
	for range 3 {
		a.add(t, 10)
		b.add(t, 10)
	}
	disk := durabletest.New()
	l := openOn(t, disk, "/log")
	for _, block := range a.blocks[:2] {
		if err := l.Apply(block); err != nil {
			t.Fatal(err)
		}
	}
	for i, block := range b.blocks[1:] {
		if err := l.Apply(block); !errors.Is(err, ErrOtherChain) {
			t.Errorf("block %d of another chain: %v", i+1, err)
		}
	}
	gap := a.blocks[2]
	gap.Number++
	if err := l.Apply(gap); err == nil {
		t.Error("a gap is read")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(disk, "/log", owner+"/other", 128, quiet); !errors.Is(err, ErrOtherChain) {
		t.Errorf("under another name: %v", err)
	}
	stale := openOn(t, disk, "/log")
	if err := Remove(disk, "/log"); err != nil {
		t.Fatal(err)
	}
	_ = stale.tree.Close()
	fresh := openOn(t, disk, "/log") // over the tiles of the first
	applyAll(t, fresh, b)
	fresh.isThatOf(t, b, "over the tiles of another chain")
}

// TestForeignCheckpoints: what is anchored for other logs is not this log's.
func TestForeignCheckpoints(t *testing.T) {
	c, key := &chain{seed: "a"}, newKey(t)
	c.add(t, 9)
	n, err := record.Sign(&record.Checkpoint{Header: record.Header{Issuer: owner, Ref: "x", OccurredAt: "2026-01-01T00:00:00Z"},
		Note: "b3RoZXIvcmVjb3JkcwoxCg==", KeyID: key.Public().ID()}, key) // other/records
	if err != nil {
		t.Fatal(err)
	}
	c.add(t, 1, n)
	l := openOn(t, durabletest.New(), "/log")
	applyAll(t, l, c)
	if _, err := l.Anchored(context.Background()); !errors.Is(err, ErrNotAnchored) || l.Disagrees() != nil || l.Size() != 10 {
		t.Errorf("%v, %v, %d leaves", err, l.Disagrees(), l.Size())
	}
}

// TestDisagreement: a log that is not the one that the ledger has anchored says
// so for ever, and goes on to serve what it has.
func TestDisagreement(t *testing.T) {
	key := newKey(t)
	for name, forged := range map[string]func(c *chain) record.Envelope{
		"another root": func(c *chain) record.Envelope { return c.checkpoint(t, key, 20, c.leaves[:19].root()) },
		"more leaves":  func(c *chain) record.Envelope { return c.checkpoint(t, key, 99, c.leaves.root()) },
	} {
		t.Run(name, func(t *testing.T) {
			c := &chain{seed: "a"}
			c.add(t, 20)
			c.add(t, 3, c.checkpoint(t, key, 10, c.leaves[:10].root()))
			c.add(t, 3, forged(c))
			disk := durabletest.New()
			l := openOn(t, disk, "/log")
			applyAll(t, l, c)
			if l.Disagrees() == nil {
				t.Fatal("nothing is wrong with it")
			}
			a := NewAnchorer(l, &ledgerOf{chain: c, t: t}, packerOf{}, AnchorOptions{Key: key, Issuer: owner, Disk: disk, Memory: "/signed", Log: quiet})
			if err := a.anchor(context.Background()); err == nil {
				t.Error("it is anchored all the same")
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = openOn(t, disk, "/log")
			if l.Disagrees() == nil || l.AnchoredSize() != 10 {
				t.Errorf("opened again: %v, anchored %d", l.Disagrees(), l.AnchoredSize())
			}
			if _, err := l.Consistency(context.Background(), 10, 26); err != nil {
				t.Errorf("it serves no proofs: %v", err)
			}
		})
	}
}

// TestFollowAndAnchor: a log that follows a ledger is anchored as it grows,
// each time in continuation of the time before.
func TestFollowAndAnchor(t *testing.T) {
	key, dir := newKey(t), t.TempDir()
	l := &ledgerOf{chain: &chain{seed: "a"}, t: t}
	l.add(t, 10)
	log, err := Open(durable.OS{}, filepath.Join(dir, "log"), testOrigin, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var done atomic.Int32
	a := NewAnchorer(log, l, packerOf{l}, AnchorOptions{Key: key, Issuer: owner, Every: 5 * time.Millisecond, Disk: durable.OS{}, Memory: filepath.Join(dir, "signed"), Log: quiet})
	go func() { _ = log.Follow(ctx, l); done.Add(1) }()
	go func() { a.Run(ctx); done.Add(1) }()
	for range 5 {
		l.add(t, 10)
		waitFor(t, func() bool { return log.AnchoredSize() == uint64(len(l.leaves)) })
	}
	tried := l.tried
	time.Sleep(50 * time.Millisecond)
	if l.tried != tried {
		t.Error("a log that has not grown is anchored again")
	}
	stop()
	waitFor(t, func() bool { return done.Load() == 2 })
	if ok, failed := a.Stats(); ok < 5 || failed > 0 {
		t.Errorf("%d anchored, %d failed", ok, failed)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, what func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !what(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come")
		}
	}
}

// TestNoTwoRootsForOneSize: what was signed is remembered outside the log, and
// a log that does not begin with it is not signed: not after the data were
// deleted, not on another chain.
func TestNoTwoRootsForOneSize(t *testing.T) {
	key, ctx := newKey(t), context.Background()
	disk := durabletest.New()
	sign := func(c *chain) error {
		l := openOn(t, disk, "/log")
		defer l.Close()
		applyAll(t, l, c)
		on := &ledgerOf{chain: c, t: t, refuse: record.Refuse(record.KeyNotValid, "not now")}
		a := NewAnchorer(l, on, packerOf{on}, AnchorOptions{Key: key, Issuer: owner, Disk: disk, Memory: "/signed", Log: quiet})
		err := a.anchor(ctx)
		if on.tried == 0 {
			return err
		}
		return nil // it was signed
	}
	c := &chain{seed: "a"}
	c.add(t, 20)
	if err := sign(c); err != nil {
		t.Fatal(err)
	}
	if err := sign(c); err != nil {
		t.Errorf("the same again, since the ledger did not take it: %v", err)
	}
	for name, n := range map[string]int{"as many": 20, "more": 30, "fewer": 10} {
		if err := Remove(disk, "/log"); err != nil {
			t.Fatal(err)
		}
		other := &chain{seed: "b"}
		other.add(t, n)
		if err := sign(other); err == nil {
			t.Errorf("%s leaves of another chain are signed", name)
		}
	}
	if err := Remove(disk, "/log"); err != nil {
		t.Fatal(err)
	}
	c.add(t, 3)
	if err := sign(c); err != nil {
		t.Errorf("the chain that was signed, further on: %v", err)
	}
}

// TestLedgerHasAnchoredAnother: the state of the ledger is asked before anything is
// signed.
func TestLedgerHasAnchoredAnother(t *testing.T) {
	disk, key := durabletest.New(), newKey(t)
	c := &chain{seed: "a"}
	c.add(t, 20)
	l := openOn(t, disk, "/log")
	applyAll(t, l, c)
	on := &ledgerOf{chain: c, t: t, anchor: &record.LogState{Size: 5, Root: leaf(1).String()}}
	a := NewAnchorer(l, on, packerOf{on}, AnchorOptions{Key: key, Issuer: owner, Disk: disk, Memory: "/signed", Log: quiet})
	if err := a.anchor(context.Background()); err == nil || on.tried != 0 || l.Disagrees() == nil {
		t.Errorf("%v, %d tried, %v", err, on.tried, l.Disagrees())
	}
}
