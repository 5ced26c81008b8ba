package web

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Enterprises of the fixtures.
const (
	depot   = "91320582508808129Y"
	mill    = "9132058242815733PW"
	carrier = "913205826573319749"
	shopA   = "9132058297714599JC"
	shopB   = "9132058253268095JB"
	lab     = "12320582315871654G"
	bin     = "91320582508808129Y001000100101"

	retailGTIN  = "06901234567809"
	retailBatch = "2026010100"
	retailLot   = "R-A-00"
)

func coop(i int) string { return fmt.Sprintf("93320582COOP%06d", i) }

var registry = map[string]string{
	depot: "张家港第1粮库有限公司", mill: "江南第1米厂", carrier: "第1物流公司", shopA: "第1超市",
	shopB: "第2超市", lab: "粮油质量检测站",
}

// world is hand-made index data that answers as the index would.
type world struct {
	lots    map[string]*index.Lot
	origins map[string][]index.Origin
	traces  map[string]index.Trace
	bins    map[string][]record.Inspection
	retail  []index.RetailLot
	names   map[string]string
	err     error // answers everything
	height  atomic.Uint64

	enterprises map[string]record.RegisteredEnterprise // before names
	facilities  map[string]record.RegisteredFacility
}

var _ Reader = (*world)(nil)

func (w *world) LotByBatch(_ context.Context, gtin, batch string) (string, error) {
	if w.err != nil {
		return "", w.err
	}
	for id, l := range w.lots {
		if l.GTIN == gtin && l.Batch == batch {
			return id, nil
		}
	}
	return "", index.ErrNotFound
}

func (w *world) Lot(_ context.Context, id string) (index.Lot, error) {
	if w.err != nil {
		return index.Lot{}, w.err
	}
	if l, ok := w.lots[id]; ok {
		return *l, nil
	}
	return index.Lot{}, index.ErrNotFound
}

func (w *world) Origins(_ context.Context, id string) ([]index.Origin, error) {
	return w.origins[id], w.err
}

func (w *world) Trace(_ context.Context, lot string, _ index.Direction, _ string, _ int) (index.Trace, error) {
	return w.traces[lot], w.err
}

func (w *world) Inspections(_ context.Context, targets []string) (map[string][]record.Inspection, error) {
	found := map[string][]record.Inspection{}
	for _, target := range targets {
		if l := w.lots[target]; l != nil {
			found[target] = l.Inspections
		} else if list, ok := w.bins[target]; ok {
			found[target] = list
		}
	}
	return found, w.err
}

func (w *world) Retail(_ context.Context, cursor string, limit int) (index.RetailPage, error) {
	switch {
	case w.err != nil:
		return index.RetailPage{}, w.err
	case cursor != "" && cursor != "more":
		return index.RetailPage{}, index.ErrBadCursor
	case cursor == "more":
		return index.RetailPage{Lots: w.retail[limit:]}, nil
	case len(w.retail) > limit:
		return index.RetailPage{Lots: w.retail[:limit], Next: "more"}, nil
	}
	return index.RetailPage{Lots: w.retail}, nil
}

// Height: a world that a test changes by hand has a new height each time.
func (w *world) Height() uint64 { return w.height.Add(1) }

func (w *world) Enterprises(_ context.Context, usccs []string) (map[string]record.RegisteredEnterprise, error) {
	found := map[string]record.RegisteredEnterprise{}
	for _, uscc := range usccs {
		if e, ok := w.enterprises[uscc]; ok {
			found[uscc] = e
		} else if n, ok := w.names[uscc]; ok {
			found[uscc] = record.RegisteredEnterprise{USCC: uscc, Name: n, Division: "320582"}
		}
	}
	return found, nil
}

func (w *world) Facilities(_ context.Context, codes []string) (map[string]record.RegisteredFacility, error) {
	found := map[string]record.RegisteredFacility{}
	for _, code := range codes {
		if f, ok := w.facilities[code]; ok {
			found[code] = f
		}
	}
	return found, nil
}

// signed makes a record as the index shows it.
func signed(t testing.TB, block uint64, p record.Payload, flags ...record.Flag) index.Record {
	t.Helper()
	payload, err := record.EncodePayload(p)
	if err != nil {
		t.Fatal(err)
	}
	e := record.Envelope{PayloadType: p.Type().PayloadType(), Payload: payload}
	h := p.Head()
	return index.Record{
		ID: e.ID(), Type: p.Type(), Issuer: h.Issuer, IssuerName: registry[h.Issuer], Ref: h.Ref,
		OccurredAt: h.OccurredAt, Flags: flags, Payload: payload,
		Place: index.Place{Block: block, Time: h.OccurredAt},
	}
}

func head(issuer, ref, at string) record.Header {
	return record.Header{Issuer: issuer, Ref: ref, OccurredAt: at}
}

// report is an inspection that passed.
func report(id, target, stage, at string) record.Inspection {
	r := record.Inspection{
		Record: record.SM3([]byte(id)), Target: target, Stage: stage, Lab: lab, OccurredAt: at,
		Passed: true, Safe: true,
		Items: []record.Finding{
			{Item: "moisture", Value: "14.2", Limit: "14.5", Bound: "max", Verdict: "within"},
			{Item: "aflatoxin_b1_ugkg", Value: "0.8", Limit: "10", Bound: "max", Verdict: "within", Safety: true},
			{Item: "cadmium_mgkg", Value: "0.04", Limit: "0.2", Bound: "max", Verdict: "within", Safety: true},
			{Item: "lead_mgkg", Value: "0.05", Limit: "0.2", Bound: "max", Verdict: "within", Safety: true},
		},
		Missing: []string{"mercury_mgkg", "inorganic_arsenic_mgkg", "chromium_mgkg"},
		Rules:   []record.RuleRef{{Table: "food-safety", Document: "GB 2762-2022", From: "2023-06-30"}},
	}
	if stage == record.StageProduct {
		r.Items = append(r.Items, record.Finding{Item: "broken", Value: "8.0"})
		r.Rules = append(r.Rules, record.RuleRef{Table: "grades", Document: "GB/T 1354-2018"})
		return r
	}
	r.Grade, r.Storage = "2", "suitable"
	r.Items = append(r.Items, record.Finding{Item: "brown_rice_yield", Value: "79.8"},
		record.Finding{Item: "fatty_acid_value", Value: "18.5", Limit: "25.0", Bound: "max", Verdict: "within"})
	r.Rules = append(r.Rules, record.RuleRef{Table: "grades", Document: "GB 1350-2009"})
	return r
}
