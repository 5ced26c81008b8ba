// Package index is the gateway's read model: an SQLite or PostgreSQL database
// filled from the ledger's block stream. It can be deleted at any time; it is
// built again from the blocks. Reads of the gateway come from here and never
// disturb the ledger.
package index

import (
	"errors"

	"github.com/grainledger/grainledger/record"
)

// ErrNotFound: the ledger holds no such thing, as far as the index has read it.
var ErrNotFound = errors.New("index: not found")

// Place says where in the ledger a record stands.
type Place struct {
	Block uint64 `json:"block"`
	Tx    string `json:"tx"`
	Index int    `json:"index"` // among the records of the transaction
	Time  string `json:"time"`  // transaction time, RFC 3339 UTC
}

// Record is an accepted record as the gateway shows it.
type Record struct {
	ID         string        `json:"id"`
	Type       record.Type   `json:"type"`
	Issuer     string        `json:"issuer"`
	IssuerName string        `json:"issuerName,omitempty"`
	Ref        string        `json:"ref"`
	OccurredAt string        `json:"occurredAt"`
	Flags      []record.Flag `json:"flags"`
	Place      Place         `json:"place"`
	Cosigned   []string      `json:"cosigned,omitempty"`
	Sealed     []SealedState `json:"sealed,omitempty"`
	// Voided says what took the record back; what rests on it is under review
	// where it could not be undone.
	Voided      *record.Voided `json:"voided,omitempty"`
	UnderReview bool           `json:"underReview,omitzero"`
	Payload     []byte         `json:"-"` // as signed
	Envelope    []byte         `json:"-"` // as it came
	// Cosignatures are envelopes of the same record that came later with a
	// counterparty's signature. Record and RecordByRef read them; lists of
	// records do without.
	Cosignatures [][]byte `json:"-"`
}

// SealedState tells whether a sealed part has reached the private collection.
type SealedState struct {
	Part  string `json:"part"`  // SM3
	State string `json:"state"` // unsealed (not stored yet), sealed, purged
}

// Lot is a lot with how it is held now.
type Lot struct {
	record.LotState // with the marks in force alone
	Standing
	Causes       []NamedCause        `json:"causes,omitempty"` // of the marks, in their order
	OwnedGrams   int64               `json:"ownedGrams"`       // by all parties, outside bins and transit
	InTransit    int64               `json:"inTransitGrams"`   // on open shipments
	Parts        []record.Part       `json:"parts"`
	Inspections  []record.Inspection `json:"inspections"`    // newest first, at most MaxListed
	Shipments    []record.Shipment   `json:"shipments"`      // newest first, at most MaxListed
	More         bool                `json:"more,omitempty"` // there are older inspections or shipments
	Retail       bool                `json:"retail"`         // a retail batch, with GTIN and batch number
	RecordPlace  Place               `json:"place"`
	IssuerName   string              `json:"issuerName,omitempty"`
	SellerStatus string              `json:"sellerStatus,omitempty"` // of a purchase: confirmed or unconfirmed
}

// Origin is the share of one harvest lot in a lot.
type Origin struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"` // 0 to 1
	Grams int64   `json:"grams"` // of the lot asked about, when it was made
	// What the harvest lot says, for pages; the API's origins endpoint
	// gives the three members above.
	Variety     string `json:"-"`
	HarvestYear int    `json:"-"`
	Place       string `json:"-"` // 产地, GB/T 2260
	Issuer      string `json:"-"`
	IssuerName  string `json:"-"`
}

// Bounds of lists inside an answer.
const (
	MaxListed      = 100 // inspections and shipments of a lot or bin
	MaxNodeRecords = 50  // records of one node of a trace
)

// Direction of a trace.
type Direction string

// Directions: up towards the harvest, down towards the shops.
const (
	Up   Direction = "up"
	Down Direction = "down"
)

// Trace is a part of the lot graph around a lot, breadth first. Nodes are
// lots and mixes of bins.
type Trace struct {
	Lot       string    `json:"lot"`
	Direction Direction `json:"direction"`
	Nodes     []Node    `json:"nodes"`
	Edges     []Edge    `json:"edges"`
	Next      string    `json:"next,omitempty"` // cursor of the next page; empty at the end
}

// Node is a lot or a mix of a bin.
type Node struct {
	ID    string           `json:"id"`
	Depth int              `json:"depth"`           // steps from the lot asked about
	Bin   string           `json:"bin,omitempty"`   // of a mix
	Lot   *record.LotState `json:"lot,omitempty"`   // with the marks in force alone
	Marks []record.Mark    `json:"marks,omitempty"` // of a mix, those in force
	Standing
	Records []Record `json:"records"`        // that made it or moved it, in order of time, at most MaxNodeRecords
	More    int      `json:"more,omitempty"` // so many later records are left out
}

// Edge says that grams of the parent went into the child.
type Edge struct {
	Parent string `json:"parent"`
	Child  string `json:"child"`
	Grams  int64  `json:"grams"`
	Record string `json:"record"`
}

// Bin is a bin with its content.
type Bin struct {
	Code          string        `json:"code"`
	Name          string        `json:"name"`
	Custodian     string        `json:"custodian"`
	CustodianName string        `json:"custodianName,omitempty"`
	QuantityGrams int64         `json:"quantityGrams"`
	CapacityGrams int64         `json:"capacityGrams,omitempty"`
	Epoch         int           `json:"epoch"`
	Owner         string        `json:"owner,omitempty"`
	Variety       string        `json:"variety,omitempty"`
	Nature        string        `json:"nature,omitempty"`
	Marks         []record.Mark `json:"marks,omitempty"`  // of its content, those in force
	Causes        []NamedCause  `json:"causes,omitempty"` // of the marks, in their order
	Standing
	Mixture     []Component         `json:"mixture"`              // by share, largest first, at most MaxLimit
	Origins     []Origin            `json:"origins"`              // the same
	MoreMixture int                 `json:"moreMixture,omitzero"` // so many smaller shares are left out
	MoreOrigins int                 `json:"moreOrigins,omitzero"`
	Inspections []record.Inspection `json:"inspections"`    // newest first, at most MaxListed
	More        bool                `json:"more,omitempty"` // there are older inspections
}

// Component is the share of one deposited lot in a bin's content now.
type Component struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"`
	Grams int64   `json:"grams"`
}

// Enterprise is a registered enterprise with its facilities.
type Enterprise struct {
	record.RegisteredEnterprise
	Facilities []record.RegisteredFacility `json:"facilities"`     // by code, one page
	Next       string                      `json:"next,omitempty"` // cursor of the next page of facilities
	Keys       []KeyInfo                   `json:"keys"`
	Place      Place                       `json:"place"` // zero for the root, which no record registered
}

// KeyInfo is a registered key, public half only.
type KeyInfo struct {
	ID        string `json:"id"`
	PublicKey string `json:"publicKey"`
	NotBefore string `json:"notBefore,omitempty"`
	NotAfter  string `json:"notAfter,omitempty"`
	Revoked   bool   `json:"revoked"`
}
