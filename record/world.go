package record

import "github.com/go-json-experiment/json/jsontext"

// The values of the world state: what the ledger says about things. The
// contract writes them, the gateway's index reads them out of the blocks.
//
// A value does not repeat its key, nor what stands in the record that wrote
// it: each byte of it goes through every endorser, orderer and peer and stays
// in their databases. Who reads a value puts that back.

// Root is the regulator's root, from which every key hangs.
type Root struct {
	USCC      string   `json:"uscc"`
	Name      string   `json:"name"`
	Division  string   `json:"division"`
	Threshold int      `json:"threshold"`         // signatures that a record of the root needs
	Keys      []string `json:"keys"`              // public keys, 04||x||y hex
	Genesis   string   `json:"genesis,omitempty"` // SM3 of the root that Init named; stays when keys rotate
}

// Entry is the ledger's note of an accepted record, kept under its issuer and
// ref. It is the receipt that a duplicate gets again.
type Entry struct {
	ID       string   `json:"id"`
	Type     Type     `json:"type"`
	Tx       string   `json:"tx"`
	Index    int      `json:"i"` // place among the records of the transaction
	Flags    []Flag   `json:"flags,omitempty"`
	Sealed   []string `json:"sealed,omitempty"`   // SM3 of each sealed part
	Cosigned []string `json:"cosigned,omitempty"` // USCCs of counterparties that signed too
	Undo     Undo     `json:"undo,omitzero"`
	Voided   *Voided  `json:"voided,omitempty"`
}

// Undo is what a void of the record will need and what neither its payload nor
// the state tells later. Most records need none of it.
type Undo struct {
	Mix     string  `json:"mix,omitempty"`     // that it put grain into, drew from or reported on
	Owner   string  `json:"owner,omitempty"`   // whose grain it was, where the payload does not say
	NonFood []int64 `json:"nonFood,omitempty"` // grams of each input that were not for food; empty where none were
	Took    []Mark  `json:"took,omitempty"`    // marks that a bin took over with the grain
	Lost    []Part  `json:"lost,omitempty"`    // transit loss by owner, where it was not all food of the shipment's owner
}

// Voided says that a record was taken back.
type Voided struct {
	By          string `json:"by"` // id of the void or correct
	Replacement string `json:"replacement,omitempty"`
}

// RegisteredEnterprise is what the registry holds about an enterprise.
type RegisteredEnterprise struct {
	USCC     string  `json:"uscc"`
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Division string  `json:"division"`
	Lon      Decimal `json:"lon,omitempty"`
	Lat      Decimal `json:"lat,omitempty"`
	Record   string  `json:"record"` // id of the record that says so
}

// RegisteredFacility is a depot, warehouse, section or bin.
type RegisteredFacility struct {
	Code          string  `json:"code"`
	Name          string  `json:"name"`
	USCC          string  `json:"uscc"`
	Kind          string  `json:"kind"`
	Lon           Decimal `json:"lon,omitempty"`
	Lat           Decimal `json:"lat,omitempty"`
	CapacityGrams int64   `json:"capacityGrams,omitzero"`
	Record        string  `json:"record"`
}

// RegisteredKey is a public key and when it may sign.
type RegisteredKey struct {
	ID        string `json:"id"`
	USCC      string `json:"uscc"`
	Device    string `json:"device,omitempty"` // whose key it is, where it signs frames and no records
	PublicKey string `json:"publicKey"`
	NotBefore string `json:"notBefore,omitempty"` // RFC 3339; judged at transaction time
	NotAfter  string `json:"notAfter,omitempty"`
	Record    string `json:"record"`
	Revoked   string `json:"revoked,omitempty"` // id of the revoking record
}

// RegisteredDevice is a collector or sensor of a facility.
type RegisteredDevice struct {
	Device   string `json:"device"`
	USCC     string `json:"uscc"`
	Facility string `json:"facility"`
	Model    string `json:"model,omitempty"`
	KeyID    string `json:"keyId"`
	Record   string `json:"record"`
}

// LotState is the rarely changing part of a lot: what it is and where it came from.
type LotState struct {
	Lot           string `json:"lot,omitempty"` // its id; the world state has it in the key alone
	Kind          Type   `json:"kind"`          // the type of the record that made it
	Issuer        string `json:"issuer"`
	Record        string `json:"record"`
	OccurredAt    string `json:"occurredAt"`
	Grams         int64  `json:"grams"` // when it was made
	Variety       string `json:"variety"`
	Nature        string `json:"nature,omitempty"`
	HarvestYear   int    `json:"harvestYear,omitzero"` // where it is one
	Origin        string `json:"origin,omitempty"`     // GB/T 2260, where it is one
	Product       string `json:"product,omitempty"`
	GTIN          string `json:"gtin,omitempty"`
	Batch         string `json:"batch,omitempty"`
	Purpose       string `json:"purpose,omitempty"` // of a withdrawn lot
	GrossGrams    int64  `json:"grossGrams,omitzero"`
	TareGrams     int64  `json:"tareGrams,omitzero"`
	DeductGrams   int64  `json:"deductGrams,omitzero"`
	NaturalGrams  int64  `json:"naturalGrams,omitzero"`  // taken off so far as natural loss
	MoistureGrams int64  `json:"moistureGrams,omitzero"` // and as moisture reduction
	ImpurityGrams int64  `json:"impurityGrams,omitzero"` // and as impurity reduction
	Marks         []Mark `json:"marks,omitempty"`        // in force while their causes are
}

// Stock is how a lot is held: for each party so many grams owned and so many
// in custody. At all times the grams owned are those in custody of parties and
// of open shipments; grain in a bin is counted there.
type Stock struct {
	Parts []Part `json:"parts"`          // by party; a party that ever had any stays
	Last  string `json:"last,omitempty"` // id of the newest record that changed it since the lot was made
}

// Untouched tells whether the lot is held as the record that made it left it.
func (s *Stock) Untouched() bool { return s.Last == "" }

// Part is one party's share of a lot, in grams.
type Part struct {
	Party   string `json:"party"`
	Owned   int64  `json:"owned"`            // fit for food as far as the lot is
	NonFood int64  `json:"nonFood,omitzero"` // owned, bought for another purpose than food
	Held    int64  `json:"held"`             // in custody
	Was     int    `json:"was,omitzero"`     // 1 ever owned, 2 ever held, 3 both
}

// BinState is the content of a bin. A bin is a vessel: what it holds is
// perfectly mixed. An epoch begins with the first deposit into an empty bin
// and has one owner, one variety and one nature. Within an epoch each
// withdrawal closes the current mix; the next deposit opens a new one from
// what was left, so that every withdrawn lot has one exact parent.
type BinState struct {
	Bin            string          `json:"-"` // its code, from the key
	Custodian      string          `json:"custodian"`
	Grams          int64           `json:"grams"`
	Epoch          int             `json:"epoch"`
	Mix            int             `json:"mix"`
	Closed         bool            `json:"closed,omitzero"` // the current mix was drawn from
	Owner          string          `json:"owner,omitempty"`
	Variety        string          `json:"variety,omitempty"`
	Nature         string          `json:"nature,omitempty"`
	Product        string          `json:"product,omitempty"`      // where what lies in it has been processed
	Marks          []Mark          `json:"marks,omitempty"`        // of the current mix; a new mix of the epoch takes them over
	DepositedGrams int64           `json:"depositedGrams"`         // in this epoch
	NaturalGrams   int64           `json:"naturalGrams,omitzero"`  // taken off in this epoch as natural loss
	MoistureGrams  int64           `json:"moistureGrams,omitzero"` // and as moisture reduction
	ImpurityGrams  int64           `json:"impurityGrams,omitzero"` // and as impurity reduction
	FirstDeposit   string          `json:"firstDeposit,omitempty"` // occurredAt, of this epoch
	LastDeposit    string          `json:"lastDeposit,omitempty"`
	Outbound       []BinInspection `json:"outbound,omitempty"` // since the last deposit
	Last           string          `json:"last"`               // id of the newest record that changed it
}

// UntouchedSince tells whether the bin is as the record of that id left it.
func (b *BinState) UntouchedSince(record string) bool { return b.Last == record }

// MixID names a mix as a node of the lot graph.
func (b *BinState) MixID() string { return MixID(b.Bin, b.Epoch, b.Mix) }

// NextMixID names the mix that grain put into the bin now becomes part of.
func (b *BinState) NextMixID() string {
	if b.Closed {
		return MixID(b.Bin, b.Epoch, b.Mix+1)
	}
	return b.MixID()
}

// BinInspection is what a withdrawal needs to know of an outbound report.
type BinInspection struct {
	Record     string `json:"record"`
	OccurredAt string `json:"occurredAt"`
	Passed     bool   `json:"passed"`
}

// Edge says how many grams of one node went into another. Nodes are lots and
// mixes; which ones, and by which record, is in its key: see SplitEdgeKey.
type Edge struct {
	Grams int64 `json:"grams"`
}

// Shipment is grain on its way. It has custody of the grams until it is
// received, returned or cancelled; their ownership stays with the lot's owners.
type Shipment struct {
	Shipper       string `json:"shipper"`
	Ref           string `json:"ref"`
	Record        string `json:"record"`
	OccurredAt    string `json:"occurredAt"`
	Lot           string `json:"lot"`
	Owner         string `json:"owner"`
	To            string `json:"to"`
	Carrier       string `json:"carrier,omitempty"`
	Grams         int64  `json:"grams"`
	Status        string `json:"status"` // in_transit, received, returned, cancelled
	ReceivedGrams int64  `json:"receivedGrams,omitzero"`
	ClosedBy      string `json:"closedBy,omitempty"`
}

// Status of a shipment.
const (
	InTransit = "in_transit"
	Received  = "received"
	Returned  = "returned"
	Cancelled = "cancelled"
)

// LogState is the newest checkpoint of a transparency log that the ledger has
// anchored.
type LogState struct {
	Size   uint64 `json:"size"` // leaves
	Root   string `json:"root"` // hex
	Record string `json:"record"`
	At     int64  `json:"at"` // transaction time, Unix milliseconds
}

// RuleRef names the version of a rule table that was applied.
type RuleRef struct {
	Table    string `json:"table"`
	Document string `json:"document"`
	From     string `json:"from"` // effective date
}

// RuleVersions lists the versions of one rule table that records have added.
type RuleVersions struct {
	Table    string        `json:"table"`
	Versions []RuleVersion `json:"versions"` // in ledger order
}

// RuleVersion is one version of a rule table; its content has its own key.
type RuleVersion struct {
	EffectiveFrom string `json:"effectiveFrom"`
	Document      string `json:"document"`
	Record        string `json:"record"`
}

// RuleContent is the content of one version of a rule table, as it was signed.
type RuleContent struct {
	Content jsontext.Value `json:"content"`
}
