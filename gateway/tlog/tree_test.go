package tlog

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/durable/durabletest"
	"github.com/grainledger/grainledger/proof"
)

// leaf is the i-th leaf of the tests.
func leaf(i uint64) proof.Hash { return proof.LeafHash(binary.BigEndian.AppendUint64(nil, i)) }

func leavesOf(from, until uint64) []proof.Hash {
	out := make([]proof.Hash, 0, until-from)
	for i := from; i < until; i++ {
		out = append(out, leaf(i))
	}
	return out
}

// naive is RFC 6962, 2.1 as it is written, over leaf hashes.
type naive []proof.Hash

func (t naive) split() int { return 1 << (bits.Len(uint(len(t)-1)) - 1) }

func (t naive) root() proof.Hash {
	switch len(t) {
	case 0:
		return proof.EmptyRoot()
	case 1:
		return t[0]
	}
	return proof.NodeHash(t[:t.split()].root(), t[t.split():].root())
}

func (t naive) path(m int) []proof.Hash {
	if len(t) == 1 {
		return nil
	}
	if k := t.split(); m < k {
		return append(t[:k].path(m), t[k:].root())
	} else {
		return append(t[k:].path(m-k), t[:k].root())
	}
}

func (t naive) between(m int, whole bool) []proof.Hash {
	if m == len(t) {
		if whole {
			return nil
		}
		return []proof.Hash{t.root()}
	}
	if k := t.split(); m <= k {
		return append(t[:k].between(m, whole), t[k:].root())
	} else {
		return append(t[k:].between(m-k, false), t[:k].root())
	}
}

func same(a, b []proof.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func treeOn(t testing.TB, disk durable.Disk) *Tree {
	t.Helper()
	tree, err := OpenTree(disk, "/")
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestProofsAreThoseOfTheTree: proofs from tiles are those that RFC 6962 gives
// for the same leaves, whatever was flushed or opened again meanwhile.
func TestProofsAreThoseOfTheTree(t *testing.T) {
	all := naive(leavesOf(0, 3000))
	rapid.Check(t, func(t *rapid.T) {
		disk := durabletest.New()
		tree, err := OpenTree(disk, "/")
		if err != nil {
			t.Fatal(err)
		}
		for tree.Size() < uint64(rapid.IntRange(1, len(all)).Draw(t, "leaves")) {
			size := int(tree.Size())
			tree.Append(all[size:min(len(all), size+rapid.IntRange(1, 700).Draw(t, "block"))])
			if rapid.Bool().Draw(t, "flush") {
				if err := tree.Flush(nil); err != nil {
					t.Fatal(err)
				}
				if tree, err = OpenTree(disk, "/"); err != nil {
					t.Fatal(err)
				}
			}
		}
		n := rapid.IntRange(1, int(tree.Size())).Draw(t, "size")
		if root, err := tree.Root(uint64(n)); err != nil || root != all[:n].root() {
			t.Fatalf("root of %d: %s, %v", n, root, err)
		}
		i := rapid.IntRange(0, n-1).Draw(t, "leaf")
		if path, err := tree.Inclusion(uint64(i), uint64(n)); err != nil || !same(path, all[:n].path(i)) {
			t.Fatalf("leaf %d of %d: %v, %v", i, n, path, err)
		}
		m := rapid.IntRange(1, n).Draw(t, "before")
		if path, err := tree.Consistency(uint64(m), uint64(n)); err != nil || !same(path, all[:n].between(m, true)) {
			t.Fatalf("%d before %d: %v, %v", m, n, path, err)
		}
		if at, err := tree.Find(all[i]); err != nil || at != uint64(i) {
			t.Fatalf("leaf %d was found at %d, %v", i, at, err)
		}
	})
}

// TestConsistencyOfAllSizes: every size is proved to begin with every smaller.
func TestConsistencyOfAllSizes(t *testing.T) {
	const most = 300 // more than a tile
	tree := treeOn(t, durabletest.New())
	all := naive(leavesOf(0, most))
	tree.Append(all)
	for n := uint64(0); n <= most; n++ {
		for m := uint64(0); m <= n; m++ {
			if _, err := tree.Consistency(m, n); err != nil { // which checks what it gives
				t.Fatalf("%d before %d: %v", m, n, err)
			}
		}
		if n == 0 {
			continue
		}
		if path, _ := tree.Consistency(n, most); n < most && !same(path, all.between(int(n), true)) {
			t.Fatalf("%d before %d is another proof", n, most)
		}
	}
}

func TestBeyond(t *testing.T) {
	tree := treeOn(t, durabletest.New())
	tree.Append(leavesOf(0, 300))
	for name, err := range map[string]error{
		"root":         second(tree.Root(301)),
		"inclusion":    second(tree.Inclusion(5, 301)),
		"leaf":         second(tree.Inclusion(5, 5)),
		"consistency":  second(tree.Consistency(5, 301)),
		"backwards":    second(tree.Consistency(5, 4)),
		"tile":         second(tree.Tile(TileID{0, 1}, 45)),
		"tile outside": second(tree.Tile(TileID{0, 2}, 1)),
		"level":        second(tree.Tile(TileID{1, 0}, 2)),
		"no level":     second(tree.Tile(TileID{5, 0}, 1)),
	} {
		if !errors.Is(err, ErrBeyond) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := tree.Find(leaf(300)); !errors.Is(err, ErrNotLogged) {
		t.Errorf("a leaf that is not there: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestTileAddresses: every tile has one address, that of C2SP tlog-tiles.
func TestTileAddresses(t *testing.T) {
	for path, want := range map[string]struct {
		id    TileID
		width int
	}{
		"000":               {TileID{0, 0}, 256},
		"x001/234":          {TileID{0, 1234}, 256},
		"x001/x234/067":     {TileID{0, 1234067}, 256},
		"067.p/1":           {TileID{0, 67}, 1},
		"x012/000.p/255":    {TileID{0, 12000}, 255},
		"x999/x999/999":     {TileID{0, 999999999}, 256},
		"x001/x000/000.p/9": {TileID{0, 1000000}, 9},
	} {
		id, width, err := ParseTile("0", path)
		if err != nil || id != want.id || width != want.width {
			t.Errorf("%s: %v %d, %v", path, id, width, err)
		}
	}
	for _, bad := range []string{"", "0", "00", "0000", "x000/001", "001/002", "x001", "x001/", "000.p/0", "000.p/256", "000.p/01",
		"000.p/", "000.p", "000/", "-01", "+01", "x-01/000", "000.p/1/2", "../000", "x001/x002/x003/x004/x005/x006/x007/008"} {
		if id, _, err := ParseTile("0", bad); err == nil {
			t.Errorf("%q is read as %v", bad, id)
		}
	}
	for _, bad := range []string{"", "8", "00", "-1", "x", "63"} {
		if _, _, err := ParseTile(bad, "000"); err == nil {
			t.Errorf("level %q is read", bad)
		}
	}
}

// TestDamage: files that do not hold together are told from a good log.
func TestDamage(t *testing.T) {
	disk := durabletest.New()
	tree := treeOn(t, disk)
	tree.Append(leavesOf(0, 600))
	if err := tree.Flush(jsontext.Value(`{"x":1}`)); err != nil {
		t.Fatal(err)
	}
	good, err := durable.Read(disk, "/state", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1
		if err := durable.Write(disk, "/state", bad); err != nil {
			t.Fatal(err)
		}
		again, err := OpenTree(disk, "/")
		if err == nil { // the note alone is not the tree's to check
			root, err := again.Root(600)
			if want, _ := tree.Root(600); err != nil || root != want || again.Size() != 600 {
				t.Fatalf("byte %d: %d leaves under %s, %v", i, again.Size(), root, err)
			}
		} else if !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	if err := durable.Write(disk, "/state", good); err != nil {
		t.Fatal(err)
	}
	if err := durable.Write(disk, "/tile/0/001", encodeHashes(leavesOf(0, 256))); err != nil {
		t.Fatal(err)
	}
	if _, err := treeOn(t, disk).Inclusion(300, 600); !errors.Is(err, ErrDamaged) {
		t.Errorf("a proof from a wrong tile: %v", err)
	}
}

// TestReadersWhileItGrows: proofs that are asked for while leaves come in and
// go to disk hold.
func TestReadersWhileItGrows(t *testing.T) {
	const n = 4000
	all := leavesOf(0, n)
	tree, err := openTree(durable.OS{}, t.TempDir(), 256)
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for r := range uint64(3) {
		readers.Go(func() {
			for i := r; tree.Size() < n; i += 7 {
				size := tree.Size()
				if size == 0 {
					continue
				}
				at := i % size
				if found, err := tree.Find(all[at]); err != nil || found != at {
					t.Errorf("leaf %d of %d is found at %d, %v", at, size, found, err)
					return
				}
				if _, err := tree.Inclusion(at, size); err != nil {
					t.Errorf("leaf %d of %d: %v", at, size, err)
					return
				}
				if _, err := tree.Consistency(at, size); err != nil {
					t.Errorf("%d before %d: %v", at, size, err)
					return
				}
			}
		})
	}
	for i := 0; i < n; i += 40 {
		tree.Append(all[i : i+40])
		if i%320 == 0 {
			if err := tree.Flush(nil); err != nil {
				t.Error(err)
				break
			}
		}
	}
	tree.Append(leavesOf(n, n+1)) // ends the readers where a flush failed
	readers.Wait()
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
}
