package index

import (
	"fmt"

	"github.com/grainledger/grainledger/record"
)

// The records that tests are written in, each with the state that the
// contract would leave.

func (c *chain) makeLot(p record.Payload, s record.LotState, parents ...Edge) {
	c.makeLotAs(c.accept(p), p, s, parents...)
}

func (c *chain) makeLotAs(id string, p record.Payload, s record.LotState, parents ...Edge) {
	s.Kind, s.Issuer, s.Record, s.OccurredAt = p.Type(), p.Head().Issuer, id, p.Head().OccurredAt
	c.putLot(s)
	c.stock(s.Lot, record.Part{Party: s.Issuer, Owned: s.Grams, Held: s.Grams, Was: 3})
	for _, e := range parents {
		c.edge(s.Lot, e.Parent, e.Grams, id)
	}
}

func (c *chain) putLot(s record.LotState) {
	whole := s
	c.lots[s.Lot] = &whole
	s.Lot = ""
	c.put(record.LotKey(whole.Lot), s)
}

func (c *chain) edge(child, parent string, grams int64, id string) {
	c.put(record.EdgeKey(child, id, parent), record.Edge{Grams: grams})
}

func (c *chain) stock(lot string, parts ...record.Part) {
	c.put(record.StockKey(lot), record.Stock{Parts: parts})
}

func (c *chain) harvest(lot string, grams int64) {
	p := &record.Harvest{Header: c.header(farm), Lot: lot, Variety: "1110100", HarvestYear: 2026, Origin: "370102", Grams: grams}
	c.makeLot(p, record.LotState{Lot: lot, Grams: grams, Variety: p.Variety, HarvestYear: 2026, Origin: p.Origin})
}

// purchase draws from a lot, or from nowhere recorded.
func (c *chain) purchase(lot, from string, grams int64, flags ...record.Flag) {
	p := &record.Purchase{
		Header: c.header(depot), Lot: lot, FromLot: from, Seller: farm, Nature: "110", GrossGrams: grams, NetGrams: grams,
	}
	var parents []Edge
	if from != "" {
		p.FromGrams = grams
		parents = append(parents, Edge{Parent: from, Grams: grams})
	}
	c.makeLotAs(c.accept(p, flags...), p, record.LotState{Lot: lot, Grams: grams, Variety: "1110100", Nature: "110"}, parents...)
}

func (c *chain) binState(code string) *record.BinState {
	b := c.bins[code]
	if b == nil {
		b = &record.BinState{Bin: code, Custodian: depot}
		c.bins[code] = b
	}
	return b
}

func (c *chain) store(lot, code string, grams int64) {
	id := c.accept(&record.Store{Header: c.header(depot), Lot: lot, Bin: code, Grams: grams})
	b := c.binState(code)
	switch {
	case b.Grams == 0:
		b.Epoch++
		b.Mix, b.Closed, b.Owner = 1, false, depot
	case b.Closed:
		left := b.MixID()
		b.Mix++
		b.Closed = false
		c.edge(b.MixID(), left, b.Grams, id)
	}
	b.Grams += grams
	c.edge(b.MixID(), lot, grams, id)
	c.put(record.BinKey(code), b)
	c.stock(lot, record.Part{Party: depot, Was: 3})
}

func (c *chain) withdraw(code, lot string, grams int64) {
	b := c.binState(code)
	p := &record.Withdraw{Header: c.header(depot), Bin: code, Lot: lot, Grams: grams, Purpose: record.PurposeFood}
	c.makeLot(p, record.LotState{Lot: lot, Grams: grams}, Edge{Parent: b.MixID(), Grams: grams})
	b.Grams -= grams
	b.Closed = true
	c.put(record.BinKey(code), b)
}

func (c *chain) split(lot string, outputs ...record.Amount) {
	p := &record.Split{Header: c.header(depot), Lot: lot, Outputs: outputs}
	id := c.accept(p)
	for _, o := range outputs {
		s := record.LotState{Lot: o.Lot, Kind: record.TypeSplit, Issuer: depot, Record: id, Grams: o.Grams}
		c.putLot(s)
		c.stock(o.Lot, record.Part{Party: depot, Owned: o.Grams, Held: o.Grams})
		c.edge(o.Lot, lot, o.Grams, id)
	}
}

func (c *chain) merge(lot string, inputs ...record.Amount) {
	var parents []Edge
	var total int64
	for _, in := range inputs {
		parents = append(parents, Edge{Parent: in.Lot, Grams: in.Grams})
		total += in.Grams
	}
	p := &record.Merge{Header: c.header(depot), Inputs: inputs, Output: record.Amount{Lot: lot, Grams: total}}
	c.makeLot(p, record.LotState{Lot: lot, Grams: total}, parents...)
}

const gtin = "06901234567892"

// process makes a retail batch of the same name as the lot.
func (c *chain) process(lot string, grams int64, inputs ...record.Amount) {
	var parents []Edge
	for _, in := range inputs {
		parents = append(parents, Edge{Parent: in.Lot, Grams: in.Grams})
	}
	out := record.Product{Lot: lot, Product: "flour", Grams: grams, GTIN: gtin, Batch: lot}
	p := &record.Process{Header: c.header(depot), Inputs: inputs, Outputs: []record.Product{out}}
	c.makeLot(p, record.LotState{Lot: lot, Grams: grams, Product: "flour", GTIN: gtin, Batch: lot}, parents...)
	c.put(record.BatchKey(gtin, lot), lot)
}

func (c *chain) inspect(target string) {
	p := &record.Inspect{Header: c.header(depot), Target: target, Stage: record.StageOutbound}
	id := c.accept(p)
	c.put(record.InspectionKey(id), record.Judgement{Passed: true})
}

func (c *chain) ship(lot string, grams int64) (ref string) {
	p := &record.Ship{Header: c.header(depot), Lot: lot, Grams: grams, Owner: depot, To: farm}
	id := c.accept(p)
	c.put(record.ShipmentKey(depot, p.Ref), record.Shipment{
		Shipper: depot, Ref: p.Ref, Record: id, Lot: lot, Owner: depot, To: farm, Grams: grams, Status: record.InTransit,
	})
	return p.Ref
}

func (c *chain) receive(lot, ref string, grams int64) {
	id := c.accept(&record.Receive{Header: c.header(farm), Shipper: depot, Shipment: ref, Lot: lot, Grams: grams})
	c.put(record.ShipmentKey(depot, ref), record.Shipment{
		Shipper: depot, Ref: ref, Lot: lot, Owner: depot, To: farm, Grams: grams,
		Status: record.Received, ReceivedGrams: grams, ClosedBy: id,
	})
}

func (c *chain) enterprise(uscc, name string) {
	id := c.accept(&record.Enterprise{Header: c.header(depot), USCC: uscc, Name: name, Kind: record.KindStorage, Division: "370000"})
	c.put(record.EnterpriseKey(uscc), record.RegisteredEnterprise{USCC: uscc, Name: name, Kind: record.KindStorage, Record: id})
}

func (c *chain) facility(uscc, digits, kind string) {
	code := uscc + digits
	id := c.accept(&record.Facility{Header: c.header(depot), Code: code, Name: "F" + digits, USCC: uscc, Kind: kind})
	c.put(record.FacilityKey(code), record.RegisteredFacility{
		Code: code, Name: "F" + digits, USCC: uscc, Kind: kind, CapacityGrams: 5000, Record: id,
	})
}

// amounts reads "lot", grams, "lot", grams, ...
func amounts(list ...any) []record.Amount {
	out := make([]record.Amount, 0, len(list)/2)
	for i := 0; i < len(list); i += 2 {
		out = append(out, record.Amount{Lot: fmt.Sprint(list[i]), Grams: int64(list[i+1].(int))})
	}
	return out
}
