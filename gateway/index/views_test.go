package index

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

func TestLot(t *testing.T) {
	c := newChain(t)
	c.enterprise(depot, "Depot Two")
	c.harvest("H1", 1000)
	c.purchase("P1", "H1", 900)
	c.block()
	c.inspect("P1")
	c.inspect("P1")
	open, closed := c.ship("P1", 100), c.ship("P1", 50)
	c.stock("P1", record.Part{Party: depot, Owned: 500, NonFood: 100, Held: 750}, record.Part{Party: farm, Owned: 150, Was: 1})
	c.block()
	c.receive("P1", closed, 50)
	c.block()
	l, err := indexed(t, c).Lot(context.Background(), "P1")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(l.LotState, *c.lots["P1"]) || l.IssuerName != "Depot Two" || l.SellerStatus != SellerUnconfirmed || l.Retail {
		t.Errorf("lot %+v", l)
	}
	if l.OwnedGrams != 750 || l.InTransit != 100 || len(l.Parts) != 2 {
		t.Errorf("owned %d, in transit %d, parts %v", l.OwnedGrams, l.InTransit, l.Parts)
	}
	if len(l.Shipments) != 2 || l.Shipments[0].Status != record.Received || l.Shipments[1].Ref != open {
		t.Errorf("shipments %+v", l.Shipments)
	}
	if len(l.Inspections) != 2 || l.Inspections[0].OccurredAt <= l.Inspections[1].OccurredAt || l.More {
		t.Errorf("inspections %+v", l.Inspections)
	}
	if l.RecordPlace != (Place{Block: 0, Tx: "tx-0-0-0", Index: 2, Time: "2026-09-01T08:00:00Z"}) {
		t.Errorf("place %+v", l.RecordPlace)
	}
}

func TestSellerCosigns(t *testing.T) {
	c := newChain(t)
	c.purchase("P1", "", 900, record.FlagUnconfirmed, record.FlagInnerCheck)
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	if got := flagsOf(t, ix, "P1"); got != "[unconfirmed_by_seller inner_check]" {
		t.Errorf("flags before: %s", got)
	}
	v := c.blocks[0].Txs[0]
	envelopes, _ := record.DecodeBatch(v.Args[0])
	verdicts, _ := record.ReadVerdicts(v.ID, v.Response, envelopes)
	e, _ := record.DecodeEnvelope(envelopes[0])
	again := verdicts[0]
	again.Outcome, again.Flags = record.IsDuplicate, []record.Flag{record.FlagCosigned}
	if err := e.AddSignature(newChain(t).key); err != nil {
		t.Fatal(err)
	}
	c.decide(e, again)
	c.put(record.EntryKey(again.Issuer, again.Ref), record.Entry{ID: again.ID, Type: again.Type, Cosigned: []string{farm}, Flags: []record.Flag{record.FlagInnerCheck}})
	apply(t, ix, c.block())
	if got := flagsOf(t, ix, "P1"); got != "[inner_check]" {
		t.Errorf("flags after: %s", got)
	}
	if l, err := ix.Lot(ctx, "P1"); err != nil || l.SellerStatus != SellerConfirmed {
		t.Errorf("seller is %q, %v", l.SellerStatus, err)
	}
	r, err := ix.RecordByRef(ctx, again.Issuer, again.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cosigned) != 1 || string(r.Envelope) != string(envelopes[0]) || r.Place.Block != 0 || len(r.Cosignatures) != 1 {
		t.Errorf("record %+v", r)
	}
}

// TestSellerCosignsInTheSameBlock: the entry that stands at the end counts,
// not the verdict that came first.
func TestSellerCosignsInTheSameBlock(t *testing.T) {
	c := newChain(t)
	c.purchase("P1", "", 900, record.FlagUnconfirmed)
	v := c.verdicts[0]
	c.tx()
	c.put(record.EntryKey(v.Issuer, v.Ref), record.Entry{ID: v.ID, Type: v.Type, Cosigned: []string{farm}})
	c.add(ledger.BlockTx{Function: record.FnInit})
	c.block()
	if got := flagsOf(t, indexed(t, c), "P1"); got != "[]" {
		t.Errorf("flags %s", got)
	}
}

// flagsOf are those of the record that made a lot, in its trace.
func flagsOf(t *testing.T, ix *Index, lot string) string {
	t.Helper()
	trace, err := ix.Trace(context.Background(), lot, Up, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(trace.Nodes[0].Records[0].Flags)
}

// TestMany reads by long lists: names, inspections and places.
func TestMany(t *testing.T) {
	c := newChain(t)
	c.put(record.RootKey, record.Root{USCC: depot, Name: "Root", Division: "000000"})
	c.enterprise(farm, "Farm")
	c.harvest("H0", 10)
	id := c.verdicts[len(c.verdicts)-1].ID
	for range MaxListed + 5 {
		c.inspect("H0")
	}
	newest := c.verdicts[len(c.verdicts)-1].ID
	c.inspect(bin)
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	ask := []string{"H0", bin, depot, farm, id}
	for i := range 300 {
		ask = append(ask, fmt.Sprint("none", i))
	}
	names, err := ix.Names(ctx, ask)
	if err != nil || fmt.Sprint(names) != fmt.Sprint(map[string]string{depot: "Root", farm: "Farm"}) {
		t.Errorf("names %v, %v", names, err)
	}
	reports, err := ix.Inspections(ctx, ask)
	if err != nil || len(reports) != 2 || len(reports[bin]) != 1 || len(reports["H0"]) != MaxListed || reports["H0"][0].Record != newest {
		t.Errorf("%d targets, %v", len(reports), err)
	}
	places, err := ix.Places(ctx, ask)
	if err != nil || len(places) != 1 || places[id] != (Place{Tx: "tx-0-0-0", Index: 1, Time: "2026-09-01T08:00:00Z"}) {
		t.Errorf("places %v, %v", places, err)
	}
	for _, empty := range []error{second(ix.Names(ctx, nil)), second(ix.Inspections(ctx, nil)), second(ix.Places(ctx, nil))} {
		if empty != nil {
			t.Error(empty)
		}
	}
}

func TestRecordAndReceipt(t *testing.T) {
	c := newChain(t)
	c.harvest("H1", 1000)
	id := c.accept(&record.Sell{
		Header: c.header(farm), Lot: "H1", Buyer: depot, Grams: 10, Purpose: record.PurposeFood, Sealed: []string{"aa", "bb", "cc"},
	}, record.FlagInnerCheck)
	c.decide(record.Envelope{Payload: []byte("not decoded")}, record.Verdict{Outcome: record.Rejected, Code: record.UnknownLot})
	c.block()
	private := func(contract, collection, key string) ledger.PrivateWrite {
		return ledger.PrivateWrite{Contract: contract, Collection: collection, KeyHash: ledger.KeyHash(key), Hash: []byte{1}}
	}
	c.private = []ledger.PrivateWrite{
		private(ledger.GrainContract, record.SealedCollection, "aa"),
		private(ledger.GrainContract, record.SealedCollection, "bb"),
		private(ledger.GrainContract, "another", "cc"),
		private(ledger.CreditContract, record.SealedCollection, "cc"),
	}
	c.add(ledger.BlockTx{Function: record.FnSeal})
	c.block()
	purge := private(ledger.GrainContract, record.SealedCollection, "bb")
	purge.Hash, purge.Purge = nil, true
	c.private = []ledger.PrivateWrite{purge}
	c.add(ledger.BlockTx{Function: record.FnSeal})
	c.put("lot/never", "not valid")
	c.add(ledger.BlockTx{Function: record.FnSubmit, Code: ledger.MVCCReadConflict, Response: []byte("[]")})
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	r, err := ix.Record(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if r.Type != record.TypeSell || r.Place.Index != 1 || len(r.Flags) != 1 || r.OccurredAt == "" {
		t.Errorf("record %+v", r)
	}
	if s := fmt.Sprint(r.Sealed); s != "[{aa sealed} {bb purged} {cc unsealed}]" {
		t.Errorf("sealed parts are %s", s)
	}
	receipt, err := ix.Receipt(ctx, r.Place.Tx)
	if err != nil || len(receipt.Verdicts) != 3 || receipt.Verdicts[2].Code != record.UnknownLot || receipt.Code != ledger.Valid {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	// The response leaves out what the envelope says; the receipt does not.
	sold := record.Verdict{ID: id, Type: record.TypeSell, Issuer: farm, Ref: r.Ref, Outcome: record.Accepted,
		Flags: []record.Flag{record.FlagInnerCheck}, Tx: r.Place.Tx, Index: 1}
	if !reflect.DeepEqual(receipt.Verdicts[1], sold) {
		t.Errorf("verdict %+v", receipt.Verdicts[1])
	}
	invalid, err := ix.Receipt(ctx, "tx-0-2-1")
	if err != nil || invalid.Code != ledger.MVCCReadConflict || len(invalid.Verdicts) != 0 {
		t.Errorf("receipt %+v, %v", invalid, err)
	}
}

func TestEnterprisePages(t *testing.T) {
	c := newChain(t)
	uscc := bin[:18]
	c.put(record.RootKey, record.Root{USCC: depot, Name: "Root", Division: "000000"})
	c.put(record.KeyKey("k1"), record.RegisteredKey{ID: "k1", USCC: depot, PublicKey: "04"})
	c.add(ledger.BlockTx{Function: record.FnInit})
	c.enterprise(uscc, "Mill")
	for i := range 7 {
		c.facility(uscc, fmt.Sprintf("%03d", i), record.FacilityDepot)
		c.facility(uscc, fmt.Sprintf("%010d", i), record.FacilityBin)
	}
	c.facility(farm, "001", record.FacilityDepot)
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	var codes []string
	for cursor := ""; ; {
		e, err := ix.Enterprise(ctx, uscc, cursor, 4)
		if err != nil || e.Name != "Mill" || e.Place.Tx == "" {
			t.Fatalf("%+v, %v", e, err)
		}
		for _, f := range e.Facilities {
			codes = append(codes, f.Code)
		}
		if cursor = e.Next; cursor == "" {
			break
		}
	}
	if len(codes) != 14 {
		t.Errorf("facilities %v", codes)
	}
	for i := 1; i < len(codes); i++ {
		if codes[i-1] >= codes[i] {
			t.Errorf("%s stands before %s", codes[i-1], codes[i])
		}
	}
	root, err := ix.Enterprise(ctx, depot, "", 0)
	if err != nil || root.Name != "Root" || len(root.Keys) != 1 || root.Kind != record.KindRegulator {
		t.Errorf("root as an enterprise: %+v, %v", root, err)
	}
	if r, err := ix.Root(ctx); err != nil || r.Name != "Root" {
		t.Errorf("root %+v, %v", r, err)
	}
	if _, err := ix.Enterprise(ctx, uscc, "x", 0); !errors.Is(err, ErrBadCursor) {
		t.Errorf("error is %v", err)
	}
}

func TestBin(t *testing.T) {
	c := newChain(t)
	c.enterprise(depot, "Depot Two")
	c.facility(bin[:18], bin[18:], record.FacilityBin)
	c.facility(bin[:18], "0010010102", record.FacilityBin)
	c.facility(bin[:18], "001", record.FacilityDepot)
	village(c)
	c.inspect(bin)
	c.block()
	ix := indexed(t, c)
	b, err := ix.Bin(context.Background(), bin)
	if err != nil {
		t.Fatal(err)
	}
	if b.Name != "F0010010101" || b.CustodianName != "Depot Two" || b.QuantityGrams != 1200 || b.CapacityGrams != 5000 || b.Owner != depot {
		t.Errorf("bin %+v", b)
	}
	if len(b.Mixture) != 3 || b.Mixture[0].Lot != "P3" || len(b.Origins) != 3 || b.Origins[0].Lot != "H3" || len(b.Inspections) != 1 {
		t.Errorf("bin %+v", b)
	}
	empty, err := ix.Bin(context.Background(), bin[:18]+"0010010102")
	if err != nil || empty.Custodian != bin[:18] || empty.Mixture == nil || empty.Inspections == nil {
		t.Errorf("a bin that never held grain: %+v, %v", empty, err)
	}
	if _, err := ix.Bin(context.Background(), bin[:18]+"001"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a depot is no bin: %v", err)
	}
}

func TestRetail(t *testing.T) {
	c := newChain(t)
	season(c, 9)
	ix := indexed(t, c)
	ctx := context.Background()
	var got []string
	for cursor := ""; ; {
		page, err := ix.Retail(ctx, cursor, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page.Lots {
			got = append(got, l.Lot)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if s := fmt.Sprint(got); s != "[F8 F7 F6 F5 F4 F3 F2 F1 F0]" {
		t.Errorf("retail lots %s", s)
	}
	if lot, err := ix.LotByBatch(ctx, gtin, "F3"); err != nil || lot != "F3" {
		t.Errorf("lot %q, %v", lot, err)
	}
	if _, err := ix.Retail(ctx, "x", 4); !errors.Is(err, ErrBadCursor) {
		t.Errorf("error is %v", err)
	}
	s, err := ix.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := Stats{Transactions: 18, Records: 36, Lots: 27, Mixes: 9, Edges: 9*3 + 8, Retail: 9, Bins: 1}
	if s != want {
		t.Errorf("counts %+v, want %+v", s, want)
	}
}

func TestNothingIsFound(t *testing.T) {
	ix := openIndex(t)
	ctx := context.Background()
	for name, err := range map[string]error{
		"lot":        second(ix.Lot(ctx, "x")),
		"batch":      second(ix.LotByBatch(ctx, gtin, "x")),
		"origins":    second(ix.Origins(ctx, "x")),
		"trace":      second(ix.Trace(ctx, "x", Up, "", 0)),
		"bin":        second(ix.Bin(ctx, bin)),
		"enterprise": second(ix.Enterprise(ctx, farm, "", 0)),
		"record":     second(ix.Record(ctx, "x")),
		"ref":        second(ix.RecordByRef(ctx, farm, "x")),
		"root":       second(ix.Root(ctx)),
		"receipt":    second(ix.Receipt(ctx, "x")),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if s, err := ix.Stats(ctx); err != nil || s != (Stats{}) {
		t.Errorf("counts %+v, %v", s, err)
	}
}

func second[T any](_ T, err error) error { return err }
