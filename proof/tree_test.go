package proof_test

import (
	"encoding/binary"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/proof"
)

// tree is RFC 6962, 2.1 as it is written, to hold the library against.
type tree [][]byte

func (t tree) root() proof.Hash {
	switch len(t) {
	case 0:
		return sm3.Sum(nil)
	case 1:
		return sm3.Sum(append([]byte{0}, t[0]...))
	}
	k := t.split()
	l, r := t[:k].root(), t[k:].root()
	return sm3.Sum(append(append([]byte{1}, l[:]...), r[:]...))
}

// split is the largest power of two below the number of leaves.
func (t tree) split() int {
	k := 1
	for k*2 < len(t) {
		k *= 2
	}
	return k
}

// path is PATH(m, D[n]) of RFC 6962, 2.1.1.
func (t tree) path(m int) []proof.Hash {
	if len(t) == 1 {
		return nil
	}
	k := t.split()
	if m < k {
		return append(t[:k].path(m), t[k:].root())
	}
	return append(t[k:].path(m-k), t[:k].root())
}

// between is PROOF(m, D[n]) of RFC 6962, 2.1.2.
func (t tree) between(m int, whole bool) []proof.Hash {
	if m == len(t) {
		if whole {
			return nil
		}
		return []proof.Hash{t.root()}
	}
	k := t.split()
	if m <= k {
		return append(t[:k].between(m, whole), t[k:].root())
	}
	return append(t[k:].between(m-k, false), t[:k].root())
}

func leaves(n int) tree {
	t := make(tree, n)
	for i := range t {
		t[i] = binary.BigEndian.AppendUint64(nil, uint64(i))
	}
	return t
}

// TestProofs: what RFC 6962 proves is proved, and nothing beside it.
func TestProofs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "leaves")
		all := leaves(n)
		i := rapid.IntRange(0, n-1).Draw(t, "leaf")
		leaf, path, root := proof.LeafHash(all[i]), all.path(i), all.root()
		if err := proof.VerifyInclusion(uint64(i), uint64(n), leaf, path, root); err != nil {
			t.Fatalf("leaf %d of %d: %v", i, n, err)
		}
		m := rapid.IntRange(1, n).Draw(t, "before")
		between, was := all.between(m, true), all[:m].root()
		if err := proof.VerifyConsistency(uint64(m), uint64(n), between, was, root); err != nil {
			t.Fatalf("%d before %d: %v", m, n, err)
		}
		forged := root
		forged[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		if proof.VerifyInclusion(uint64(i), uint64(n), leaf, path, forged) == nil {
			t.Fatal("a leaf is included under another root")
		}
		if m < n && proof.VerifyConsistency(uint64(m), uint64(n), between, was, forged) == nil {
			t.Fatal("another root is consistent")
		}
		if m < n && proof.VerifyConsistency(uint64(m), uint64(n), between, forged, root) == nil {
			t.Fatal("another past is consistent")
		}
		if j := rapid.IntRange(0, n-1).Draw(t, "other place"); j != i &&
			proof.VerifyInclusion(uint64(j), uint64(n), leaf, path, root) == nil {
			t.Fatalf("leaf %d stands at %d as well", i, j)
		}
	})
}

// TestShrunk: no tree begins with a larger one.
func TestShrunk(t *testing.T) {
	all := leaves(9)
	if proof.VerifyConsistency(9, 5, all.between(5, true), all.root(), all[:5].root()) == nil {
		t.Error("nine leaves became five")
	}
}

func TestEmptyLog(t *testing.T) {
	root := leaves(3).root()
	if err := proof.VerifyConsistency(0, 3, nil, proof.EmptyRoot(), root); err != nil {
		t.Error(err)
	}
	if proof.VerifyConsistency(0, 3, nil, root, root) == nil {
		t.Error("a tree without leaves has a root of three")
	}
}

// TestKnownTree pins the bytes: SM3 with the prefixes of RFC 6962.
func TestKnownTree(t *testing.T) {
	for _, c := range []struct {
		name, want string
		got        proof.Hash
	}{
		// GB/T 32905-2016, A.1 is SM3("abc"); the empty message is OpenSSL's.
		{"no leaf", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b", proof.EmptyRoot()},
		{"empty leaf", proof.Hash(sm3.Sum([]byte{0})).String(), proof.LeafHash(nil)},
	} {
		if c.got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}

func TestHashText(t *testing.T) {
	h := proof.LeafHash([]byte("x"))
	back, err := proof.ParseHash(h.String())
	if err != nil || back != h {
		t.Fatalf("%v %v", back, err)
	}
	for _, s := range []string{"", "ab", h.String() + "00", "AB" + h.String()[2:], "zz" + h.String()[2:]} {
		if _, err := proof.ParseHash(s); err == nil {
			t.Errorf("%q is read as a hash", s)
		}
	}
}
