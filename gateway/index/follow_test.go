package index

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"
)

// season makes n blocks with a few records each.
func season(c *chain, n int) {
	for i := range n {
		h, w, f := fmt.Sprint("H", i), fmt.Sprint("W", i), fmt.Sprint("F", i)
		c.harvest(h, 1000)
		c.store(h, bin, 1000)
		c.tx()
		c.withdraw(bin, w, 700)
		c.process(f, 500, amounts(w, 700)...)
		c.block()
	}
}

func TestFollowResumesAfterReopening(t *testing.T) {
	c := newChain(t)
	season(c, 3)
	path := newPlace(t)
	ix := openAt(t, path)
	followTo(t, ix, c, 3)
	before := origins(t, ix, "F2")
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	season2(c, 3, 5)
	ix = openAt(t, path)
	if ix.Height() != 3 {
		t.Fatalf("height is %d", ix.Height())
	}
	followTo(t, ix, c, 5)
	if got := origins(t, ix, "F2"); !reflect.DeepEqual(got, before) {
		t.Errorf("origins changed from %v to %v", before, got)
	}
	whole := indexed(t, c)
	if got, want := dump(t, ix), dump(t, whole); !reflect.DeepEqual(got, want) {
		t.Error("an index that was resumed differs from one built at once")
	}
}

func season2(c *chain, from, to int) {
	for i := from; i < to; i++ {
		c.harvest(fmt.Sprint("H", i), 1000)
		c.store(fmt.Sprint("H", i), bin, 1000)
		c.withdraw(bin, fmt.Sprint("W", i), 100)
		c.block()
	}
}

// followTo follows until n blocks are read.
func followTo(t *testing.T, ix *Index, c *chain, n uint64) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- ix.Follow(ctx, c) }()
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := ix.WaitFor(wait, n); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("follow ended with %v", err)
	}
}

func origins(t *testing.T, ix *Index, lot string) []Origin {
	t.Helper()
	list, err := ix.Origins(context.Background(), lot)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// dump reads all tables.
func dump(t *testing.T, ix *Index) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range []string{
		"block", "tx", "record", "cosignature", "node", "edge", "lot", "record_node",
		"retail", "shipment", "inspection", "signing_key", "sealed", "state",
	} {
		rows, err := ix.readers.Query("SELECT * FROM " + table + " ORDER BY 1, 2")
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			if err := rows.Scan(row...); err != nil {
				t.Fatal(err)
			}
			s := ""
			for _, v := range row {
				s += fmt.Sprintf("%v|", *v.(*any))
			}
			all[table] = append(all[table], s)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestApplyingAgainIsHarmless(t *testing.T) {
	c := newChain(t)
	season(c, 4)
	ix := indexed(t, c)
	before := dump(t, ix)
	apply(t, ix, c.blocks[3], c.blocks[0], c.blocks[2])
	if !reflect.DeepEqual(dump(t, ix), before) || ix.Height() != 4 {
		t.Error("the index changed")
	}
}

func TestOtherChainIsDetected(t *testing.T) {
	ctx := context.Background()
	mine, other := newChain(t), newChain(t)
	other.salt = 1
	season(mine, 2)
	season(other, 3)
	ix := indexed(t, mine)
	if err := ix.Apply(ctx, other.blocks[2]); !errors.Is(err, ErrOtherChain) {
		t.Errorf("next block of another chain: %v", err)
	}
	if err := ix.Apply(ctx, other.blocks[0]); !errors.Is(err, ErrOtherChain) {
		t.Errorf("known block of another chain: %v", err)
	}
	if err := ix.Follow(ctx, other); !errors.Is(err, ErrOtherChain) {
		t.Errorf("follow another chain: %v", err)
	}
	if err := ix.Follow(ctx, newChain(t)); !errors.Is(err, ErrAhead) {
		t.Errorf("follow a shorter chain: %v", err)
	}
	season2(mine, 2, 4)
	if err := ix.Apply(ctx, mine.blocks[3]); !errors.Is(err, ErrGap) {
		t.Errorf("a block too far: %v", err)
	}
	if ix.Height() != 2 {
		t.Errorf("height is %d", ix.Height())
	}
}

func TestBadBlockChangesNothing(t *testing.T) {
	c := newChain(t)
	season(c, 1)
	ix := indexed(t, c)
	before := dump(t, ix)
	season2(c, 1, 2)
	bad := c.blocks[1]
	bad.Txs[0].Response = []byte("[]")
	if err := ix.Apply(context.Background(), bad); err == nil {
		t.Fatal("verdicts are missing and nobody says so")
	}
	if !reflect.DeepEqual(dump(t, ix), before) {
		t.Error("the index changed")
	}
}

func TestWaitFor(t *testing.T) {
	c := newChain(t)
	season(c, 2)
	ix := openIndex(t)
	if err := ix.WaitFor(context.Background(), 0); err != nil {
		t.Error(err)
	}
	short, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := ix.WaitFor(short, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
	var waiting sync.WaitGroup
	for range 8 {
		waiting.Go(func() {
			if err := ix.WaitFor(context.Background(), 2); err != nil {
				t.Error(err)
			}
			if _, err := ix.Lot(context.Background(), "F1"); err != nil {
				t.Errorf("after the wait: %v", err)
			}
		})
	}
	apply(t, ix, c.blocks...)
	waiting.Wait()
	closed := make(chan error)
	go func() { closed <- ix.WaitFor(context.Background(), 3) }()
	time.Sleep(5 * time.Millisecond)
	if err := ix.Close(); err != nil {
		t.Error(err)
	}
	if err := <-closed; !errors.Is(err, ErrClosed) {
		t.Errorf("error is %v", err)
	}
}

func TestReadersWhileFollowing(t *testing.T) {
	c := newChain(t)
	season(c, 20)
	ix := openIndex(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() {
		if err := ix.Follow(ctx, c); !errors.Is(err, context.Canceled) {
			t.Errorf("follow ended with %v", err)
		}
	})
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() { readAlong(t, ix, uint64(i)) })
	}
	season2(c, 20, 40)
	readers.Wait()
	cancel()
	all.Wait()
}

// readAlong reads each lot as soon as it is there: its origins must be whole.
func readAlong(t *testing.T, ix *Index, skip uint64) {
	ctx := context.Background()
	for n := skip; n < 40; n += 3 {
		if err := ix.WaitFor(ctx, n+1); err != nil {
			t.Error(err)
		}
		lot := fmt.Sprint("W", n)
		list, err := ix.Origins(ctx, lot)
		if err != nil || uint64(len(list)) != n+1 {
			t.Errorf("origins of %s: %d, %v", lot, len(list), err)
		}
		if _, err := ix.Trace(ctx, lot, Up, "", 10); err != nil {
			t.Error(err)
		}
		if _, err := ix.Bin(ctx, bin); err != nil {
			t.Error(err)
		}
	}
}

// TestIndexOfAnotherVersion: it is left as it is, for its maker or for deletion.
func TestIndexOfAnotherVersion(t *testing.T) {
	for name, change := range map[string]string{
		"older": `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`,
		"newer": `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)`,
	} {
		t.Run(name, func(t *testing.T) {
			path := newPlace(t)
			ix := openAt(t, path)
			if _, err := ix.writer.Exec(change); err != nil {
				t.Fatal(err)
			}
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := Open(context.Background(), path, ix.log); !errors.Is(err, ErrVersion) {
					t.Errorf("error %v", err)
				}
			}
			if err := Remove(context.Background(), path); err != nil {
				t.Fatal(err)
			}
			openAt(t, path)
		})
	}
}
