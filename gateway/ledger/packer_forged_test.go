package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

func TestForgeries(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	f := forgeries{}
	f.note("a", record.BadSignature, ForgedBytes, now)
	f.note("b", record.InsufficientQuantity, 10*ForgedBytes, now)
	f.note("", record.BadSignature, 10*ForgedBytes, now)
	if f.barred("a", now) || f.barred("b", now) || f.barred("", now) {
		t.Fatal("barred too early, or for another reason")
	}
	f.note("a", record.BadSignature, 2*ForgedBytesPerSecond, now)
	if !f.barred("a", now) || f.barred("c", now) {
		t.Fatal("not barred, or somebody else is")
	}
	if later := now.Add(3 * time.Second); f.barred("a", later) {
		t.Error("nothing is forgiven")
	}
	for i := range mostDebtors {
		f.note(fmt.Sprint(i), record.BadSignature, 1, now)
	}
	f.note("new", record.BadSignature, 1, now.Add(time.Hour))
	if len(f) > 2 {
		t.Errorf("%d debtors are remembered", len(f))
	}
}
