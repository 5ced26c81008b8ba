package proof

import (
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// facts is what the checks need of a record. The payload's form is not judged
// again: the ledger did, and the log has accepted records alone.
type facts struct {
	id      string
	kind    record.Type
	index   uint64
	Issuer  string   `json:"issuer"`
	named   []string // every text of a payload of another type
	makes   []made
	from    []string // lots
	bin     string   // what it draws from, or fills
	fills   bool
	signers []string // ids of keys

	// Of registry records.
	USCC      string   `json:"uscc"`
	Kind      string   `json:"kind"`
	Division  string   `json:"division"`
	Action    string   `json:"action"`
	Subject   string   `json:"subject"`
	PublicKey string   `json:"publicKey"`
	KeyID     string   `json:"keyId"`
	Threshold int      `json:"threshold"`
	Keys      []string `json:"keys"`

	// Of checkpoint records.
	Note []byte `json:"note"`

	// Of records about grain.
	Lot      string `json:"lot"`
	FromLot  string `json:"fromLot"`
	Bin      string `json:"bin"`
	Grams    int64  `json:"grams"`
	NetGrams int64  `json:"netGrams"`
	Inputs   []made `json:"inputs"`
	Outputs  []made `json:"outputs"`
	Output   made   `json:"output"`
}

// made is a lot that a record makes, or takes from.
type made struct {
	Lot   string `json:"lot"`
	Grams int64  `json:"grams"`
	GTIN  string `json:"gtin"`
	Batch string `json:"batch"`
}

// readFacts reads a record; false where the payload is not of its type.
func readFacts(e *Entry) (*facts, bool) {
	f := &facts{id: e.Envelope.ID(), index: e.Index}
	f.kind, _ = e.Envelope.Type()
	for _, s := range e.Envelope.Signatures {
		f.signers = append(f.signers, s.KeyID)
	}
	switch f.kind {
	case record.TypeHarvest, record.TypePurchase, record.TypeStore, record.TypeWithdraw, record.TypeSplit,
		record.TypeMerge, record.TypeProcess, record.TypeEnterprise, record.TypeKey, typeCheckpoint:
		if json.Unmarshal(e.Envelope.Payload, f) != nil {
			return nil, false
		}
		f.link()
		return f, true
	}
	return f, f.readNamed(e.Envelope.Payload)
}

const typeCheckpoint = record.Type("checkpoint")

// link tells what the record makes of what.
func (f *facts) link() {
	switch f.kind {
	case record.TypeHarvest:
		f.makes = []made{{Lot: f.Lot, Grams: f.Grams}}
	case record.TypePurchase:
		f.makes = []made{{Lot: f.Lot, Grams: f.NetGrams}}
		if f.FromLot != "" {
			f.from = []string{f.FromLot}
		}
	case record.TypeStore:
		f.bin, f.fills, f.from = f.Bin, true, []string{f.Lot}
	case record.TypeWithdraw:
		f.bin, f.makes = f.Bin, []made{{Lot: f.Lot, Grams: f.Grams}}
	case record.TypeSplit:
		f.makes, f.from = f.Outputs, []string{f.Lot}
	case record.TypeMerge:
		f.makes, f.from = []made{f.Output}, lotsOf(f.Inputs)
	case record.TypeProcess:
		f.makes, f.from = f.Outputs, lotsOf(f.Inputs)
	}
}

func lotsOf(list []made) []string {
	lots := make([]string, len(list))
	for i, m := range list {
		lots[i] = m.Lot
	}
	return lots
}

// readNamed collects the texts of a payload: a record that makes nothing is
// about the lots, bins and records that it names.
func (f *facts) readNamed(payload []byte) bool {
	var members map[string]any
	if json.Unmarshal(payload, &members) != nil {
		return false
	}
	f.Issuer, _ = members["issuer"].(string)
	for name, v := range members {
		if name != "issuer" && name != "ref" && name != "occurredAt" {
			f.collect(v)
		}
	}
	return true
}

func (f *facts) collect(v any) {
	switch v := v.(type) {
	case string:
		f.named = append(f.named, v)
	case []any:
		for _, item := range v {
			f.collect(item)
		}
	case map[string]any:
		for _, item := range v {
			f.collect(item)
		}
	}
}
