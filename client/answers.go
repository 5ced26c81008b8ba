package client

import "github.com/grainledger/grainledger/record"

// Ledger is the state of the ledger behind a gateway.
type Ledger struct {
	Height uint64      `json:"height"` // number of blocks; the next block has this number
	Head   string      `json:"head"`   // hash of the newest block, hex
	Root   record.Root `json:"root"`   // the regulator from whom every key hangs; empty before there is one
}

// Place says where in the ledger a record stands.
type Place struct {
	Block uint64 `json:"block"`
	Tx    string `json:"tx"`
	Index int    `json:"index"` // among the records of the transaction
	Time  string `json:"time"`  // transaction time, RFC 3339
}

// Record is an accepted record.
type Record struct {
	ID         string        `json:"id"`
	Type       record.Type   `json:"type"`
	Issuer     string        `json:"issuer"`
	IssuerName string        `json:"issuerName,omitempty"`
	Ref        string        `json:"ref"`
	OccurredAt string        `json:"occurredAt"`
	Flags      []record.Flag `json:"flags,omitempty"`
	Place      Place         `json:"place"`
	Cosigned   []string      `json:"cosigned,omitempty"` // USCCs of counterparties that signed too
	// LogIndex is its place in the records log, and Anchored tells whether a
	// checkpoint on the ledger covers it. They come with Client.Record alone.
	LogIndex *uint64 `json:"logIndex,omitempty"`
	Anchored bool    `json:"anchored,omitempty"`
	// Voided says what took the record back; what rests on it is under review
	// where it could not be undone.
	Voided      *record.Voided `json:"voided,omitempty"`
	UnderReview bool           `json:"underReview,omitzero"`
	// Envelope is the envelope as it was signed, JSON. It comes with
	// Client.Record alone; check it with Verify.
	Envelope []byte `json:"envelope,omitempty"`
}

// Standing says what is the matter with a lot or with what lies in a bin.
type Standing struct {
	NonFood     string `json:"nonFood,omitempty"` // id of the record that made it so
	UnderReview bool   `json:"underReview,omitzero"`
	Held        bool   `json:"held,omitzero"`
	Recalled    bool   `json:"recalled,omitzero"`
	Spreading   bool   `json:"spreading,omitzero"` // a mark is still on its way: this may be marked yet
}

// Cause is why marks stand, and how far they have spread.
type Cause struct {
	ID string `json:"id"`
	record.Cause
	IssuerName string `json:"issuerName,omitempty"`
	Spreading  bool   `json:"spreading"`
	Waiting    int64  `json:"waiting"` // edges that the mark has still to pass, as far as it has come
	Marked     int64  `json:"marked"`  // lots and mixes that it has reached
}

// Lot is a lot and how it is held now. Weights are grams.
type Lot struct {
	record.LotState // with the marks in force alone
	Standing
	OwnedGrams     int64               `json:"ownedGrams"`
	InTransitGrams int64               `json:"inTransitGrams"`
	Parts          []record.Part       `json:"parts"`
	Inspections    []record.Inspection `json:"inspections"` // newest first
	Shipments      []record.Shipment   `json:"shipments"`   // newest first
	Place          Place               `json:"place"`       // of the record that made it
	IssuerName     string              `json:"issuerName,omitempty"`
	SellerStatus   string              `json:"sellerStatus,omitempty"` // of a purchase: confirmed or unconfirmed
}

// Origin is the share of one harvest lot in a lot.
type Origin struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"` // 0 to 1
	Grams int64   `json:"grams"`
}

// origins is the answer to Client.Origins.
type origins struct {
	Origins []Origin `json:"origins"`
	Next    string   `json:"next,omitempty"`
}

// Direction of a trace.
type Direction string

// Directions: up towards the harvest, down towards the shops.
const (
	Up   Direction = "up"
	Down Direction = "down"
)

// MaxTraceNodes bounds a trace that Client.Trace collects.
const MaxTraceNodes = 100_000

// Trace is a part of the lot graph around a lot, breadth first.
type Trace struct {
	Lot       string      `json:"lot"`
	Direction Direction   `json:"direction"`
	Nodes     []TraceNode `json:"nodes"`
	Edges     []TraceEdge `json:"edges"`
	Next      string      `json:"next,omitempty"` // cursor of the next page; empty at the end
}

func (t *Trace) add(page *Trace) {
	t.Nodes = append(t.Nodes, page.Nodes...)
	t.Edges = append(t.Edges, page.Edges...)
}

// TraceNode is a lot or a mix of a bin.
type TraceNode struct {
	ID    string           `json:"id"`
	Depth int              `json:"depth"`           // steps from the lot asked about
	Bin   string           `json:"bin,omitempty"`   // of a mix
	Lot   *record.LotState `json:"lot,omitempty"`   // with the marks in force alone
	Marks []record.Mark    `json:"marks,omitempty"` // of a mix, those in force
	Standing
	Records []Record `json:"records"` // that made it or moved it, in order of time
}

// TraceEdge says that grams of the parent went into the child.
type TraceEdge struct {
	Parent string `json:"parent"`
	Child  string `json:"child"`
	Grams  int64  `json:"grams"`
	Record string `json:"record"`
}

// Component is the share of one lot in a bin's content.
type Component struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"` // 0 to 1
}

// Bin is a bin with its content now, but for how much it is: that is no public fact.
type Bin struct {
	Code          string        `json:"code"`
	Name          string        `json:"name"`
	Custodian     string        `json:"custodian"`
	CapacityGrams int64         `json:"capacityGrams,omitempty"`
	Epoch         int           `json:"epoch"` // begins with the first deposit into the empty bin
	Owner         string        `json:"owner,omitempty"`
	Variety       string        `json:"variety,omitempty"`
	Nature        string        `json:"nature,omitempty"`
	Marks         []record.Mark `json:"marks,omitempty"` // of its content, those in force
	Standing
	Mixture     []Component         `json:"mixture"`              // by deposited lot, the largest 500 shares
	Origins     []Component         `json:"origins"`              // by harvest lot, the same
	MoreMixture int                 `json:"moreMixture,omitzero"` // so many smaller shares are left out
	MoreOrigins int                 `json:"moreOrigins,omitzero"`
	Inspections []record.Inspection `json:"inspections"`
}

// Enterprise is a registered enterprise.
type Enterprise struct {
	record.RegisteredEnterprise
	Facilities []record.RegisteredFacility `json:"facilities"` // the first page, by code
	Keys       []EnterpriseKey             `json:"keys"`
	Place      Place                       `json:"place"`
}

// EnterpriseKey is a registered public key.
type EnterpriseKey struct {
	ID        string `json:"id"`
	PublicKey string `json:"publicKey"` // 04||x||y hex
	NotBefore string `json:"notBefore,omitempty"`
	NotAfter  string `json:"notAfter,omitempty"`
	Revoked   bool   `json:"revoked"`
}
