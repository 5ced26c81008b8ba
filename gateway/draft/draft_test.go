package draft

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// answers is a ledger that gives one answer and notes what it was asked.
type answers struct {
	answer []byte
	err    error
	asked  []ledger.Tx
}

func (a *answers) Evaluate(_ context.Context, tx ledger.Tx) ([]byte, error) {
	a.asked = append(a.asked, tx)
	return a.answer, a.err
}

func (a *answers) RecordByRef(context.Context, string, string) (index.Record, error) {
	return index.Record{}, index.ErrNotFound
}

const (
	coop  = "9332058226100911H2"
	other = "91320582508808129Y"
	head  = "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg\n"
)

func row(issuer, ref string) string {
	return issuer + "," + ref + ",2025-10-09T07:00:00+08:00,L,1132002,2025,320582,10\n"
}

func harvest(t *testing.T, rows string) Table {
	t.Helper()
	table, ok := season.TableOf(record.TypeHarvest)
	if !ok {
		t.Fatal("no table")
	}
	return Table{Issuer: coop, File: "h.csv", Only: table, Data: []byte(head + rows)}
}

// The ledger is not asked about others' records: its answers tell what they
// hold.
func TestOthersRecordsAreNotShownToTheLedger(t *testing.T) {
	a := &answers{answer: []byte(`[{"verdict":"accepted","index":0}]`)}
	d, err := New(a, a, nil).Make(t.Context(), harvest(t, row(other, "R-1")+row(coop, "R-2")))
	if err != nil || len(a.asked) != 1 {
		t.Fatalf("%d calls, %v", len(a.asked), err)
	}
	tx := a.asked[0]
	envelopes, err := record.DecodeBatch(tx.Args[0])
	if err != nil || len(envelopes) != 1 || tx.Function != record.FnPreview {
		t.Fatalf("%s of %d, %v", tx.Function, len(envelopes), err)
	}
	e, err := record.DecodeUnsigned(envelopes[0])
	if err != nil || strings.Contains(string(e.Payload), other) {
		t.Errorf("%s, %v", e.Payload, err)
	}
	if d.Rows[0].Code != record.BadSignature || d.Rows[1].Outcome != record.Accepted {
		t.Errorf("%+v", d.Rows)
	}
	a.asked = nil
	if _, err := New(a, a, nil).Make(t.Context(), harvest(t, row(other, "R-1"))); err != nil || len(a.asked) > 0 {
		t.Errorf("asked about nothing: %d calls, %v", len(a.asked), err)
	}
}

func TestALedgerThatDoesNotAnswer(t *testing.T) {
	for name, a := range map[string]*answers{
		"away":              {err: ledger.ErrUnavailable},
		"nonsense":          {answer: []byte("{")},
		"too few verdicts":  {answer: []byte("[]")},
		"too many verdicts": {answer: []byte(`[{"verdict":"accepted"},{"verdict":"accepted"}]`)},
	} {
		if _, err := New(a, a, nil).Make(t.Context(), harvest(t, row(coop, "R-1"))); err == nil || a.err != nil && !errors.Is(err, a.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := new(answers)
	busy := New(a, a, nil)
	for range parallel {
		busy.slots <- struct{}{}
	}
	if _, err := busy.Make(ctx, harvest(t, row(coop, "R-1"))); !errors.Is(err, context.Canceled) {
		t.Errorf("no room: %v", err)
	}
}

// A refusal names the column that a person has to look at.
func TestColumnsOfFields(t *testing.T) {
	for _, c := range []struct {
		kind          record.Type
		field, column string
	}{
		{record.TypeHarvest, "occurredAt", "occurred_at"},
		{record.TypeHarvest, "harvestYear", "harvest_year"},
		{record.TypeHarvest, "grams", "quantity_kg"},
		{record.TypePurchase, "netGrams", "net_kg"},
		{record.TypePurchase, "fromGrams", "from_quantity_kg"},
		{record.TypePurchase, "fromLot", "from_lot"},
		{record.TypeReceive, "grams", "received_kg"},
		{record.TypeProcess, "lossGrams", "loss_kg"},
		{record.TypeProcess, "outputs/0/gtin", "outputs"},
		{record.TypeInspect, "items/3/value", "items"},
		{record.TypeSell, "purpose", "purpose"},
		{record.TypeSell, "", ""},
		{record.TypeSell, "unheardOf", ""},
	} {
		table, _ := season.TableOf(c.kind)
		if got, _ := columnOf(table, c.field); got.Name != c.column {
			t.Errorf("%s of %s: %q, want %q", c.field, c.kind, got.Name, c.column)
		}
	}
	for code, names := range suspects {
		for _, name := range names {
			known := false
			for _, table := range Types() {
				_, ok := columnOf(table, name)
				known = known || ok
			}
			if !known {
				t.Errorf("%s: no table has a column %s", code, name)
			}
		}
	}
}
