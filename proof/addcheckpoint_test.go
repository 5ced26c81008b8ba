package proof_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/proof"
)

func newRequest(t testing.TB) *proof.AddCheckpoint {
	all := leaves(42)
	return &proof.AddCheckpoint{Old: 20, Proof: all.between(20, true), Note: newNote(t, newKey(t))}
}

func TestAddCheckpoint(t *testing.T) {
	r := newRequest(t)
	back, err := proof.ParseAddCheckpoint(r.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if back.Old != 20 || len(back.Proof) != len(r.Proof) || !bytes.Equal(back.Note.Bytes(), r.Note.Bytes()) {
		t.Errorf("read %+v", back)
	}
	first := &proof.AddCheckpoint{Note: r.Note}
	if back, err = proof.ParseAddCheckpoint(first.Bytes()); err != nil || back.Old != 0 || len(back.Proof) != 0 {
		t.Errorf("the first of a log: %+v, %v", back, err)
	}
	if !strings.HasPrefix(string(first.Bytes()), "old 0\n\n") {
		t.Errorf("the first of a log is %q", first.Bytes())
	}
}

func TestAddCheckpointForm(t *testing.T) {
	good := string(newRequest(t).Bytes())
	for name, bad := range map[string]string{
		"empty":             "",
		"no size":           strings.Replace(good, "old 20\n", "", 1),
		"leading zero":      strings.Replace(good, "old 20\n", "old 020\n", 1),
		"below zero":        strings.Replace(good, "old 20\n", "old -20\n", 1),
		"a hash too short":  strings.Replace(good, "old 20\n", "old 20\nAAAA\n", 1),
		"too many hashes":   strings.Replace(good, "old 20\n", "old 20\n"+strings.Repeat(strings.Repeat("A", 43)+"=\n", 64), 1),
		"carriage returns":  strings.ReplaceAll(good, "\n", "\r\n"),
		"no note":           good[:strings.Index(good, "\n\n")+2],
		"no empty line":     strings.Replace(good, "\n\n", "\n", 1),
		"something behind":  good + "x",
		"too large":         good + strings.Repeat("x", proof.MaxAddCheckpoint),
		"another old":       strings.Replace(good, "old 20\n", "OLD 20\n", 1),
		"a space behind it": strings.Replace(good, "old 20\n", "old 20 \n", 1),
	} {
		if _, err := proof.ParseAddCheckpoint([]byte(bad)); err == nil {
			t.Errorf("%s: is read", name)
		}
	}
}

func FuzzAddCheckpoint(f *testing.F) {
	f.Add(newRequest(f).Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, err := proof.ParseAddCheckpoint(raw); err == nil && !bytes.Equal(a.Bytes(), raw) {
			t.Errorf("%q is another spelling of %q", raw, a.Bytes())
		}
	})
}
