package epcis

import (
	"fmt"
	"strings"

	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/record"
)

// toPayload reads the payload that an event says. What it does not read is
// found by comparing the event with that of the payload (see Payload).
func (e *Event) toPayload() (record.Payload, error) {
	r := &reading{e: e}
	at, err := localTime(e.EventTime, e.EventTimeZoneOffset)
	if err != nil {
		return nil, err
	}
	r.at = at
	var p record.Payload
	switch e.Type {
	case objectEvent:
		p = r.object()
	case transformationEvent:
		p = r.transformation()
	case transactionEvent:
		p = r.transaction()
	default:
		r.fail("type", "%s: no record of the ledger says this", e.Type)
	}
	if r.err != nil {
		return nil, r.err
	}
	if e.ErrorDeclaration != nil {
		return e.annulment(p)
	}
	return p, nil
}

// reading is an event with the first reason why it cannot be mapped.
type reading struct {
	e   *Event
	at  string // occurredAt
	err error
}

func (r *reading) fail(field, format string, args ...any) {
	if r.err == nil {
		r.err = &FieldError{field, fmt.Sprintf(format, args...)}
	}
}

// document reads header and number out of the document of a kind.
func (r *reading) document(kind string) record.Header {
	for i, t := range r.e.BizTransactionList {
		if t.Type != kind {
			continue
		}
		issuer, ref, ok := readDoc(t.BizTransaction)
		if !ok {
			r.fail(fmt.Sprintf("bizTransactionList/%d/bizTransaction", i), "is not %s<USCC>:<number>", docURI)
		}
		return record.Header{Issuer: issuer, Ref: ref, OccurredAt: r.at}
	}
	what := "of type " + kind
	if kind == "" {
		what = "without a type"
	}
	r.fail("bizTransactionList", "needs the issuer's own document %s: %s<USCC>:<number>", what, docURI)
	return record.Header{}
}

// one is the only quantity of a list.
func (r *reading) one(field string, list []Quantity) Quantity {
	if len(list) != 1 {
		r.fail(field, "needs exactly one element")
		return Quantity{}
	}
	return list[0]
}

func (r *reading) lot(field, class string) string {
	lot, ok := LotOf(class)
	if !ok {
		r.fail(field+"/epcClass", "is not %s<lot id>", lotURI)
	}
	return lot
}

// target is a lot or a bin.
func (r *reading) target(field, class string) string {
	if bin, ok := strings.CutPrefix(class, binURI); ok {
		return bin
	}
	return r.lot(field, class)
}

func (r *reading) grams(field string, q Quantity) int64 {
	if q.UOM != kilogram {
		r.fail(field+"/uom", "is not KGM: the ledger counts mass")
	}
	g, why := gramsOf(q.Quantity)
	if why != "" {
		r.fail(field+"/quantity", "%s", why)
	}
	return g
}

// amount is the only quantity of a list, as lot and grams.
func (r *reading) amount(field string, list []Quantity) record.Amount {
	q := r.one(field, list)
	if r.err != nil {
		return record.Amount{}
	}
	at := field + "/0"
	return record.Amount{Lot: r.lot(at, q.EPCClass), Grams: r.grams(at, q)}
}

func (r *reading) amounts(field string, list []Quantity) []record.Amount {
	out := make([]record.Amount, len(list))
	for i, q := range list {
		at := fmt.Sprintf("%s/%d", field, i)
		out[i] = record.Amount{Lot: r.lot(at, q.EPCClass), Grams: r.grams(at, q)}
	}
	if len(list) == 0 {
		r.fail(field, "is missing")
	}
	return out
}

// party reads the name of a party; an empty one is none.
func (r *reading) party(field, uri string) string {
	if uri == "" {
		return ""
	}
	uscc, ok := strings.CutPrefix(uri, partyURI)
	if !ok {
		r.fail(field, "is not %s<USCC>", partyURI)
	}
	return uscc
}

// from is the source of a kind, or nobody.
func (r *reading) from(kind string) string {
	for i, s := range r.e.SourceList {
		if s.Type == kind {
			return r.party(fmt.Sprintf("sourceList/%d/source", i), s.Source)
		}
	}
	return ""
}

func (r *reading) to(kind string) string {
	for i, d := range r.e.DestinationList {
		if d.Type == kind {
			return r.party(fmt.Sprintf("destinationList/%d/destination", i), d.Destination)
		}
	}
	return ""
}

func (r *reading) ilmd() ILMD {
	if r.e.ILMD == nil {
		return ILMD{}
	}
	return *r.e.ILMD
}

// bin is the bin of a transformation.
func (r *reading) bin() string {
	bin, ok := strings.CutPrefix(r.e.TransformationID, binURI)
	switch {
	case !ok:
		r.fail("transformationID", "is not %s<code of the bin>", binURI)
	case strings.Contains(bin, ":"):
		r.fail("transformationID", "names a filling of the bin, which the ledger counts itself: give %s<code of the bin>", binURI)
	}
	return bin
}

func (r *reading) shipment() (shipper, ref string) {
	for i, t := range r.e.BizTransactionList {
		if t.Type == "desadv" {
			issuer, ref, ok := readDoc(t.BizTransaction)
			if !ok {
				r.fail(fmt.Sprintf("bizTransactionList/%d/bizTransaction", i), "is not %s<USCC>:<number>", docURI)
			}
			return issuer, ref
		}
	}
	r.fail("bizTransactionList", "needs the shipment's document of type desadv: %s<USCC of the shipper>:<number>", docURI)
	return "", ""
}

func (r *reading) object() record.Payload {
	e := r.e
	switch e.Action + " " + e.BizStep {
	case "ADD commissioning":
		a, m := r.amount("quantityList", e.QuantityList), r.ilmd()
		return &record.Harvest{Header: r.document(""), Lot: a.Lot, Grams: a.Grams,
			Variety: m.Variety, HarvestYear: m.HarvestYear, Origin: m.Origin, AreaMu: m.AreaMu}
	case "ADD accepting":
		a := r.amount("quantityList", e.QuantityList)
		return r.purchase(a, record.Amount{})
	case "OBSERVE inspecting":
		return r.inspect()
	case "OBSERVE shipping":
		if e.Disposition == "returned" {
			return r.returned()
		}
		return r.ship()
	case "OBSERVE receiving":
		a := r.amount("quantityList", e.QuantityList)
		shipper, ref := r.shipment()
		return &record.Receive{Header: r.document("recadv"), Shipper: shipper, Shipment: ref, Lot: a.Lot, Grams: a.Grams}
	case "OBSERVE void_shipping":
		_, ref := r.shipment()
		return &record.CancelShip{Header: r.document(""), Shipment: ref,
			Lot: r.lot("quantityList/0", r.one("quantityList", e.QuantityList).EPCClass), Reason: e.Reason}
	case "DELETE decommissioning":
		q := r.one("quantityList", e.QuantityList)
		return &record.Adjust{Header: r.document(""), Target: r.target("quantityList/0", q.EPCClass), Grams: r.grams("quantityList/0", q),
			Owner: r.party("gl:owner", e.Owner), Kind: e.Kind, Before: e.Before, After: e.After,
			MoistureBefore: e.MoistureBefore, MoistureAfter: e.MoistureAfter}
	case "DELETE destroying":
		q := r.one("quantityList", e.QuantityList)
		return &record.WriteOff{Header: r.document(""), Target: r.target("quantityList/0", q.EPCClass), Grams: r.grams("quantityList/0", q),
			Owner: r.party("gl:owner", e.Owner), Reason: e.Reason}
	case "OBSERVE holding":
		if e.Disposition == "recalled" {
			return r.recall()
		}
		q := r.one("quantityList", e.QuantityList)
		return &record.Hold{Header: r.document(""), Target: r.target("quantityList/0", q.EPCClass),
			Holder: r.party("gl:holder", e.Holder), Reason: e.Reason, Document: e.Document}
	case "OBSERVE other":
		return r.release()
	}
	r.fail("bizStep", "%q with action %q: no record of the ledger says this", e.BizStep, e.Action)
	return nil
}

func (r *reading) purchase(made, drawn record.Amount) record.Payload {
	e, m := r.e, r.ilmd()
	h := r.document("po")
	if buyer := r.to(owning); buyer != h.Issuer {
		r.fail("destinationList", "the owning_party is not the issuer of the document: who buys signs")
	}
	return &record.Purchase{Header: h, Lot: made.Lot, NetGrams: made.Grams, FromLot: drawn.Lot, FromGrams: drawn.Grams,
		Seller: r.from(owning), Nature: m.Nature, Variety: m.Variety, HarvestYear: m.HarvestYear, Origin: m.Origin,
		GrossGrams: e.GrossGrams, TareGrams: e.TareGrams, DeductGrams: e.DeductGrams, Sealed: e.Sealed}
}

func (r *reading) inspect() record.Payload {
	e := r.e
	p := &record.Inspect{Header: r.document("testres"), Stage: e.Stage, Standard: e.Standard,
		Target: r.target("quantityList/0", r.one("quantityList", e.QuantityList).EPCClass)}
	if len(e.SensorElementList) != 1 {
		r.fail("sensorElementList", "needs exactly one element: one report")
		return p
	}
	for i, s := range e.SensorElementList[0].SensorReport {
		field := fmt.Sprintf("sensorElementList/0/sensorReport/%d", i)
		item, ok := strings.CutPrefix(s.Type, "gl:")
		if !ok {
			r.fail(field+"/type", "is not gl:<item>, an item of the ledger's tables")
		}
		value := s.Written
		if value == "" {
			value = record.Decimal(s.Value)
		}
		p.Items = append(p.Items, record.Measured{Item: item, Value: value})
	}
	return p
}

func (r *reading) ship() record.Payload {
	a, h := r.amount("quantityList", r.e.QuantityList), r.document("desadv")
	return &record.Ship{Header: h, Lot: a.Lot, Grams: a.Grams, Owner: r.party("gl:owner", r.e.Owner), To: r.to(possessing),
		Carrier: r.party("gl:carrier", r.e.Carrier), Sealed: r.e.Sealed}
}

func (r *reading) returned() record.Payload {
	shipper, ref := r.shipment()
	return &record.Return{Header: r.document("rma"), Shipper: shipper, Shipment: ref, Reason: r.e.Reason,
		Lot: r.lot("quantityList/0", r.one("quantityList", r.e.QuantityList).EPCClass)}
}

func (r *reading) recall() record.Payload {
	e := r.e
	p := &record.Recall{Header: r.document(""), Holder: r.party("gl:holder", e.Holder), Level: e.Level, Reason: e.Reason,
		Notice: e.Notice, To: r.party("gl:to", e.To)}
	for i, q := range e.QuantityList {
		p.Targets = append(p.Targets, r.lot(fmt.Sprintf("quantityList/%d", i), q.EPCClass))
	}
	return p
}

func (r *reading) release() record.Payload {
	e := r.e
	p := &record.Release{Header: r.document(""), Reason: e.Reason}
	if len(e.QuantityList) > 0 {
		p.Target = r.target("quantityList/0", r.one("quantityList", e.QuantityList).EPCClass)
		return p
	}
	id, ok1 := RecordOf(e.Releases)
	issuer, ref, ok2 := readDoc(e.ReleasesDoc)
	if !ok1 || !ok2 {
		r.fail("gl:releases", "a release names a lot or bin, or event and document of what it releases")
	}
	p.Record, p.Of = id, record.Reference{Issuer: issuer, Ref: ref}
	return p
}

func (r *reading) transformation() record.Payload {
	e := r.e
	owner := r.party("gl:owner", e.Owner)
	switch e.BizStep {
	case "accepting":
		return r.purchase(r.amount("outputQuantityList", e.OutputQuantityList), r.amount("inputQuantityList", e.InputQuantityList))
	case "storing":
		a := r.amount("inputQuantityList", e.InputQuantityList)
		return &record.Store{Header: r.document(""), Lot: a.Lot, Grams: a.Grams, Bin: r.bin(), Owner: owner}
	case "picking":
		a := r.amount("outputQuantityList", e.OutputQuantityList)
		return &record.Withdraw{Header: r.document(""), Lot: a.Lot, Grams: a.Grams, Bin: r.bin(), Purpose: e.Purpose}
	case "repackaging":
		a := r.amount("inputQuantityList", e.InputQuantityList)
		return &record.Split{Header: r.document(""), Lot: a.Lot, Owner: owner, Outputs: r.amounts("outputQuantityList", e.OutputQuantityList)}
	case "assembling":
		return &record.Merge{Header: r.document(""), Owner: owner, Inputs: r.amounts("inputQuantityList", e.InputQuantityList),
			Output: r.amount("outputQuantityList", e.OutputQuantityList)}
	case "commissioning":
		return r.process()
	}
	r.fail("bizStep", "%q of a TransformationEvent: no record of the ledger says this", e.BizStep)
	return nil
}

func (r *reading) process() record.Payload {
	e := r.e
	p := &record.Process{Header: r.document("prodorder"), Process: e.Process, LossGrams: e.LossGrams,
		Inputs: r.amounts("inputQuantityList", e.InputQuantityList)}
	if len(e.Outputs) != len(e.OutputQuantityList) {
		r.fail("gl:outputs", "needs lot and product of each output, in the order of outputQuantityList")
		return p
	}
	for i, q := range e.OutputQuantityList {
		at := fmt.Sprintf("outputQuantityList/%d", i)
		o := record.Product{Lot: e.Outputs[i].Lot, Product: e.Outputs[i].Product, Grams: r.grams(at, q)}
		if lot, isLot := LotOf(q.EPCClass); isLot {
			if lot != o.Lot {
				r.fail(at+"/epcClass", "is not the lot of gl:outputs/%d", i)
			}
		} else if gtin, batch, ok := gs1.ParseBatchClass(q.EPCClass); ok {
			o.GTIN, o.Batch = gtin, batch
		} else {
			r.fail(at+"/epcClass", "is neither %s<lot id> nor the Digital Link of a batch", lotURI)
		}
		p.Outputs = append(p.Outputs, o)
	}
	for _, b := range e.Byproducts {
		p.Byproducts = append(p.Byproducts, record.Byproduct{Name: b.Name, Grams: b.Grams})
	}
	return p
}

func (r *reading) transaction() record.Payload {
	e := r.e
	if e.Action != actionAdd {
		r.fail("action", "%q of a TransactionEvent: no record of the ledger says this", e.Action)
		return nil
	}
	a := r.amount("quantityList", e.QuantityList)
	return &record.Sell{Header: r.document("inv"), Lot: a.Lot, Grams: a.Grams, Buyer: r.to(owning), Purpose: e.Purpose, Sealed: e.Sealed}
}
