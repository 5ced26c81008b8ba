package proof_test

import (
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

func newKey(t testing.TB) *record.PrivateKey {
	t.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newNote(t testing.TB, k *record.PrivateKey) *proof.Note {
	t.Helper()
	n, err := proof.Sign(proof.Checkpoint{Origin: "91310000MA1FL1LC0P/records", Size: 42, Root: leaves(42).root()}, k)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNote(t *testing.T) {
	log, other, witness := newKey(t), newKey(t), newKey(t)
	n := newNote(t, log)
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	line, err := n.Cosign("witness.example/1", witness, at)
	if err != nil {
		t.Fatal(err)
	}
	if n, err = n.With(line, line); err != nil {
		t.Fatal(err)
	}
	if len(n.Lines) != 2 {
		t.Errorf("%d lines: a line stands twice", len(n.Lines))
	}
	back, err := proof.ParseNote(n.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !back.SignedBy(log.Public()) || back.SignedBy(other.Public()) || back.SignedBy(witness.Public()) {
		t.Error("signed by somebody else than the log")
	}
	when, ok := back.CosignedBy("witness.example/1", witness.Public())
	if !ok || !when.Equal(at) {
		t.Errorf("cosigned %v at %v", ok, when)
	}
	for name, k := range map[string]*record.PrivateKey{"witness.example/2": witness, "witness.example/1": other} {
		if _, ok := back.CosignedBy(name, k.Public()); ok {
			t.Errorf("cosigned by %s too", name)
		}
	}
}

// TestNoteBytes: a note with any byte changed cannot be read, or nobody has
// signed it.
func TestNoteBytes(t *testing.T) {
	k, w := newKey(t), newKey(t)
	n := newNote(t, k)
	line, err := n.Cosign("w", w, time.Unix(1_800_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	n, err = n.With(line)
	if err != nil {
		t.Fatal(err)
	}
	raw := n.Bytes()
	for i := range raw {
		changed := append([]byte(nil), raw...)
		changed[i] ^= 1
		forged, err := proof.ParseNote(changed)
		if err != nil {
			continue
		}
		_, cosigned := forged.CosignedBy("w", w.Public())
		if forged.SignedBy(k.Public()) && cosigned {
			t.Fatalf("byte %d (%q) can be changed", i, raw[i])
		}
	}
}

func TestNoteForm(t *testing.T) {
	good := string(newNote(t, newKey(t)).Bytes())
	for name, bad := range map[string]string{
		"empty":              "",
		"no signature":       good[:strings.Index(good, "\n\n")+2],
		"no end":             strings.TrimSuffix(good, "\n"),
		"leading zero":       strings.Replace(good, "\n42\n", "\n042\n", 1),
		"plus sign":          strings.Replace(good, "\n42\n", "\n+42\n", 1),
		"another line":       strings.Replace(good, "\n42\n", "\n42\nx\n", 1),
		"space in the name":  "a " + good,
		"carriage returns":   strings.ReplaceAll(good, "\n", "\r\n"),
		"too many lines":     good + strings.Repeat("— x AAAAAAA=\n", 40),
		"too large":          good + strings.Repeat("x", 20000),
		"something behind":   good + "x\n",
		"another empty line": good + "\n",
	} {
		if _, err := proof.ParseNote([]byte(bad)); err == nil {
			t.Errorf("%s: is read", name)
		}
	}
}

func FuzzNote(f *testing.F) {
	f.Add(newNote(f, newKey(f)).Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := proof.ParseNote(raw)
		if err != nil {
			return
		}
		again := n.Body() + "\n"
		for _, l := range n.Lines {
			again += l.String()
		}
		if again != string(raw) {
			t.Errorf("%q is another spelling of %q", raw, again)
		}
	})
}
