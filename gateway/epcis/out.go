package epcis

import (
	"strconv"

	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/record"
)

// FromPayload is the event of a payload; nil where its type has none: what the
// registry, the rule tables and checkpoints of logs say is no event of grain.
func FromPayload(p record.Payload) *Event {
	h := p.Head()
	e := &Event{EventTime: h.OccurredAt, EventTimeZoneOffset: offsetOf(h.OccurredAt)}
	if a := record.AnnulmentOf(p); a != nil {
		return restate(e, p, a)
	}
	if !e.grain(p) && !e.custody(p) && !e.loss(p) && !e.mark(p) {
		return nil
	}
	return e
}

// object begins an ObjectEvent.
func (e *Event) object(action, bizStep, disposition string) {
	e.Type, e.Action, e.BizStep, e.Disposition = objectEvent, action, bizStep, disposition
}

// transformation begins a TransformationEvent.
func (e *Event) transformation(bizStep string) {
	e.Type, e.BizStep, e.Disposition = transformationEvent, bizStep, "active"
}

// document names the issuer's own document, under which the record stands.
func (e *Event) document(kind string, h *record.Header) {
	e.BizTransactionList = append(e.BizTransactionList, BizTransaction{kind, DocURI(h.Issuer, h.Ref)})
}

// moves says between which parties ownership or possession passes; an empty
// party is not named.
func (e *Event) moves(kind, from, to string) {
	if from != "" {
		e.SourceList = append(e.SourceList, Source{kind, PartyURI(from)})
	}
	if to != "" {
		e.DestinationList = append(e.DestinationList, Destination{kind, PartyURI(to)})
	}
}

func weighed(class string, grams int64) Quantity {
	return Quantity{class, kilograms(grams), kilogram}
}

func amounts(list []record.Amount) []Quantity {
	out := make([]Quantity, len(list))
	for i, a := range list {
		out[i] = weighed(LotURI(a.Lot), a.Grams)
	}
	return out
}

func total(list []record.Amount) (grams int64) {
	for _, a := range list {
		grams += a.Grams
	}
	return grams
}

func partyOrNone(uscc string) string {
	if uscc == "" {
		return ""
	}
	return PartyURI(uscc)
}

// grain maps what makes lots and bins' contents. It reports false for other
// payloads.
func (e *Event) grain(p record.Payload) bool {
	switch p := p.(type) {
	case *record.Harvest:
		e.object(actionAdd, "commissioning", "active")
		e.QuantityList = []Quantity{weighed(LotURI(p.Lot), p.Grams)}
		e.ILMD = &ILMD{Variety: p.Variety, HarvestYear: p.HarvestYear, Origin: p.Origin, AreaMu: p.AreaMu}
		e.document("", &p.Header)
	case *record.Purchase:
		e.purchase(p)
	case *record.Store:
		e.transformation("storing")
		e.TransformationID = BinURI(p.Bin)
		e.InputQuantityList = []Quantity{weighed(LotURI(p.Lot), p.Grams)}
		e.ReadPoint, e.BizLocation = &Location{FacilityURI(p.Bin)}, &Location{FacilityURI(p.Bin)}
		e.Owner = partyOrNone(p.Owner)
		e.document("", &p.Header)
	case *record.Withdraw:
		e.transformation("picking")
		e.TransformationID = BinURI(p.Bin)
		e.OutputQuantityList = []Quantity{weighed(LotURI(p.Lot), p.Grams)}
		e.ReadPoint = &Location{FacilityURI(p.Bin)}
		e.Purpose = p.Purpose
		e.document("", &p.Header)
	case *record.Split:
		e.transformation("repackaging")
		e.InputQuantityList = []Quantity{weighed(LotURI(p.Lot), total(p.Outputs))}
		e.OutputQuantityList = amounts(p.Outputs)
		e.Owner = partyOrNone(p.Owner)
		e.document("", &p.Header)
	case *record.Merge:
		e.transformation("assembling")
		e.InputQuantityList = amounts(p.Inputs)
		e.OutputQuantityList = []Quantity{weighed(LotURI(p.Output.Lot), p.Output.Grams)}
		e.Owner = partyOrNone(p.Owner)
		e.document("", &p.Header)
	case *record.Process:
		e.process(p)
	case *record.Inspect:
		e.inspect(p)
	default:
		return false
	}
	return true
}

func (e *Event) purchase(p *record.Purchase) {
	e.ILMD = &ILMD{Variety: p.Variety, HarvestYear: p.HarvestYear, Origin: p.Origin, Nature: p.Nature}
	made := weighed(LotURI(p.Lot), p.NetGrams)
	if p.FromLot == "" {
		e.object(actionAdd, "accepting", "active")
		e.QuantityList = []Quantity{made}
	} else {
		e.transformation("accepting")
		e.InputQuantityList = []Quantity{weighed(LotURI(p.FromLot), p.FromGrams)}
		e.OutputQuantityList = []Quantity{made}
	}
	e.moves(owning, p.Seller, p.Issuer)
	e.GrossGrams, e.TareGrams, e.DeductGrams = p.GrossGrams, p.TareGrams, p.DeductGrams
	e.Sealed = p.Sealed
	e.document("po", &p.Header)
}

func (e *Event) process(p *record.Process) {
	e.transformation("commissioning")
	e.InputQuantityList = amounts(p.Inputs)
	for _, o := range p.Outputs {
		class := LotURI(o.Lot)
		if o.GTIN != "" {
			class = gs1.BatchClass(o.GTIN, o.Batch)
		}
		e.OutputQuantityList = append(e.OutputQuantityList, weighed(class, o.Grams))
		e.Outputs = append(e.Outputs, Output{class, o.Lot, o.Product})
	}
	for _, b := range p.Byproducts {
		e.Byproducts = append(e.Byproducts, Byproduct{b.Name, b.Grams})
	}
	e.Process, e.LossGrams = p.Process, p.LossGrams
	e.document("prodorder", &p.Header)
}

func (e *Event) inspect(p *record.Inspect) {
	e.object(actionObserve, "inspecting", "")
	e.QuantityList = []Quantity{{EPCClass: targetURI(p.Target)}}
	if record.IsBinCode(p.Target) {
		e.ReadPoint = &Location{FacilityURI(p.Target)}
	}
	reports := make([]SensorReport, len(p.Items))
	for i, m := range p.Items {
		reports[i] = measured(m)
	}
	e.SensorElementList = []SensorElement{{reports}}
	e.Stage, e.Standard = p.Stage, p.Standard
	e.document("testres", &p.Header)
}

// custody maps what moves possession or ownership.
func (e *Event) custody(p record.Payload) bool {
	switch p := p.(type) {
	case *record.Ship:
		e.object(actionObserve, "shipping", "in_transit")
		e.QuantityList = []Quantity{weighed(LotURI(p.Lot), p.Grams)}
		e.moves(possessing, p.Issuer, p.To)
		e.Owner, e.Carrier, e.Sealed = PartyURI(p.Owner), partyOrNone(p.Carrier), p.Sealed
		e.document("desadv", &p.Header)
	case *record.Receive:
		e.object(actionObserve, "receiving", "in_progress")
		e.QuantityList = []Quantity{weighed(LotURI(p.Lot), p.Grams)}
		e.shipment(p.Shipper, p.Shipment)
		e.moves(possessing, p.Shipper, p.Issuer)
		e.document("recadv", &p.Header)
	case *record.Return:
		e.object(actionObserve, "shipping", "returned")
		e.QuantityList = []Quantity{{EPCClass: LotURI(p.Lot)}}
		e.shipment(p.Shipper, p.Shipment)
		e.moves(possessing, p.Issuer, p.Shipper)
		e.Reason = p.Reason
		e.document("rma", &p.Header)
	case *record.CancelShip:
		e.object(actionObserve, "void_shipping", "in_progress")
		e.QuantityList = []Quantity{{EPCClass: LotURI(p.Lot)}}
		e.shipment(p.Issuer, p.Shipment)
		e.Reason = p.Reason
		e.document("", &p.Header)
	case *record.Sell:
		e.Type, e.Action = transactionEvent, actionAdd
		e.QuantityList = []Quantity{weighed(LotURI(p.Lot), p.Grams)}
		e.moves(owning, p.Issuer, p.Buyer)
		e.Purpose, e.Sealed = p.Purpose, p.Sealed
		e.document("inv", &p.Header)
	default:
		return false
	}
	return true
}

// shipment names the despatch advice of a shipment.
func (e *Event) shipment(shipper, ref string) {
	e.BizTransactionList = append(e.BizTransactionList, BizTransaction{"desadv", DocURI(shipper, ref)})
}

// loss maps what takes grain off the books.
func (e *Event) loss(p record.Payload) bool {
	target := ""
	switch p := p.(type) {
	case *record.Adjust:
		target = p.Target
		e.object(actionDelete, "decommissioning", "inactive")
		e.QuantityList = []Quantity{weighed(targetURI(p.Target), p.Grams)}
		e.Owner, e.Kind = partyOrNone(p.Owner), p.Kind
		e.Before, e.After, e.MoistureBefore, e.MoistureAfter = p.Before, p.After, p.MoistureBefore, p.MoistureAfter
		e.document("", &p.Header)
	case *record.WriteOff:
		target = p.Target
		e.object(actionDelete, "destroying", "destroyed")
		e.QuantityList = []Quantity{weighed(targetURI(p.Target), p.Grams)}
		e.Owner, e.Reason = partyOrNone(p.Owner), p.Reason
		e.document("", &p.Header)
	default:
		return false
	}
	if record.IsBinCode(target) {
		e.ReadPoint = &Location{FacilityURI(target)}
	}
	return true
}

// mark maps holds, recalls and their releases.
func (e *Event) mark(p record.Payload) bool {
	switch p := p.(type) {
	case *record.Hold:
		e.object(actionObserve, "holding", "non_sellable_other")
		e.QuantityList = []Quantity{{EPCClass: targetURI(p.Target)}}
		e.Holder, e.Reason, e.Document = partyOrNone(p.Holder), p.Reason, p.Document
		e.document("", &p.Header)
	case *record.Recall:
		e.object(actionObserve, "holding", "recalled")
		for _, lot := range p.Targets {
			e.QuantityList = append(e.QuantityList, Quantity{EPCClass: LotURI(lot)})
		}
		e.Holder, e.Level, e.Reason, e.Notice, e.To = partyOrNone(p.Holder), p.Level, p.Reason, p.Notice, partyOrNone(p.To)
		e.document("", &p.Header)
	case *record.Release:
		e.object(actionObserve, "other", "available")
		e.Reason = p.Reason
		if p.Target != "" {
			e.QuantityList = []Quantity{{EPCClass: targetURI(p.Target)}}
		} else {
			e.EPCList = &[]string{} // the record says which; the event need not list all that it reached
			e.Releases, e.ReleasesDoc = EventID(p.Record), DocURI(p.Of.Issuer, p.Of.Ref)
		}
		e.document("", &p.Header)
	default:
		return false
	}
	return true
}

// restate is the event of a void or correct: the original's event again, under
// its id, with an error declaration.
func restate(said *Event, p record.Payload, a *record.Annulment) *Event {
	was := a.Taken()
	if was == nil {
		return nil
	}
	e := FromPayload(was)
	h := p.Head()
	e.EventID = EventID(a.Record)
	d := &ErrorDeclaration{
		DeclarationTime: said.EventTime, Reason: "did_not_occur", Document: DocURI(h.Issuer, h.Ref),
		Words: a.Reason, Regulator: partyOrNone(a.Regulator),
	}
	if c, ok := p.(*record.Correct); ok {
		d.Reason, d.CorrectiveEventIDs = "incorrect_data", []string{EventID(c.Replacement)}
	}
	if again, err := record.EncodePayload(was); err != nil || string(again) != string(a.Original.Payload) {
		d.Original = a.Original.Payload
	}
	e.ErrorDeclaration = d
	return e
}

// Epoch adds to a deposit or withdrawal which filling of its bin it belongs
// to, so that what went in and what came out share one transformation.
func (e *Event) Epoch(epoch string) {
	if e.Type == transformationEvent && e.TransformationID != "" {
		e.TransformationID = binURI + epoch
	}
}

// EpochOf is the form that Epoch wants.
func EpochOf(bin string, epoch int) string { return bin + ":" + strconv.Itoa(epoch) }
