package epcis

import (
	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/record"
)

// Facts are what the ledger knows of a record beside what it says.
type Facts struct {
	Record   string // id
	Issuer   string
	Time     string // of the transaction, RFC 3339 UTC
	Tx       string
	Block    uint64
	Index    int
	Flags    []record.Flag
	Cosigned []string
	Epoch    string // <bin>:<epoch>, of a deposit or withdrawal
}

// Batch is the GTIN and batch number of a lot; false where it is no retail
// batch.
type Batch func(lot string) (gtin, batch string, ok bool)

// Describe is the event of a committed record: what it says, and what the
// ledger adds. It is nil where its type has no event. Nothing sealed is in it.
func Describe(p record.Payload, f Facts, batch Batch) *Event {
	e := FromPayload(p)
	if e == nil {
		return nil
	}
	e.RecordTime = f.Time
	if d := e.ErrorDeclaration; d != nil {
		d.Record = f.Record
	} else {
		e.EventID = EventID(f.Record)
	}
	if f.Epoch != "" {
		e.Epoch(f.Epoch)
	}
	e.Provenance = Provenance{Record: f.Record, Issuer: PartyURI(f.Issuer), Tx: f.Tx, Block: f.Block, Index: &f.Index, Flags: f.Flags}
	for _, uscc := range f.Cosigned {
		e.Cosigned = append(e.Cosigned, PartyURI(uscc))
	}
	for _, list := range [][]Quantity{e.QuantityList, e.InputQuantityList, e.OutputQuantityList} {
		rename(list, batch)
	}
	return e
}

// rename names retail batches by their Digital Link.
func rename(list []Quantity, batch Batch) {
	for i, q := range list {
		lot, ok := LotOf(q.EPCClass)
		if !ok || batch == nil {
			continue
		}
		if gtin, number, ok := batch(lot); ok {
			list[i].EPCClass = gs1.BatchClass(gtin, number)
		}
	}
}

// Lots are the lots that a payload names, so that their batches can be looked
// up.
func Lots(p record.Payload) []string {
	e := FromPayload(p)
	if e == nil {
		return nil
	}
	var lots []string
	for _, list := range [][]Quantity{e.QuantityList, e.InputQuantityList, e.OutputQuantityList} {
		for _, q := range list {
			if lot, ok := LotOf(q.EPCClass); ok {
				lots = append(lots, lot)
			}
		}
	}
	for _, o := range e.Outputs {
		lots = append(lots, o.Lot)
	}
	return lots
}

// List is an EPCIS document of events.
type List struct {
	Context       any      `json:"@context"`
	Type          string   `json:"type"`
	SchemaVersion string   `json:"schemaVersion"`
	CreationDate  string   `json:"creationDate"`
	Body          ListBody `json:"epcisBody"`
}

// ListBody holds the events, or the results of a query with them.
type ListBody struct {
	EventList    *[]*Event     `json:"eventList,omitzero"`
	QueryResults *QueryResults `json:"queryResults,omitempty"`
}

// QueryResults are the answer to a query.
type QueryResults struct {
	QueryName      string `json:"queryName"`
	SubscriptionID string `json:"subscriptionID,omitempty"`
	ResultsBody    struct {
		EventList []*Event `json:"eventList"`
	} `json:"resultsBody"`
}

// NewQueryDocument is the document that answers a query, created at a time.
func NewQueryDocument(query, subscription, created string, events []*Event) *List {
	r := &QueryResults{QueryName: query, SubscriptionID: subscription}
	if r.ResultsBody.EventList = events; events == nil {
		r.ResultsBody.EventList = []*Event{}
	}
	return &List{Context: Context(), Type: "EPCISQueryDocument", SchemaVersion: "2.0", CreationDate: created, Body: ListBody{QueryResults: r}}
}

// NewDocument is an EPCISDocument of events, for a sender.
func NewDocument(created string, events []*Event) *List {
	return &List{Context: Context(), Type: "EPCISDocument", SchemaVersion: "2.0", CreationDate: created, Body: ListBody{EventList: &events}}
}
