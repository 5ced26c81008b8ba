package index

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// changes is what a block says, decoded and not yet written: its records in
// order, and for each state key the last value. It is a function of the block
// alone.
type changes struct {
	block    ledger.Block
	records  []newRecord
	position map[string]int // of each new record, by its id

	lots        map[string]*lotChange // by lot id
	edges       map[edgeKey]int64     // grams
	shipments   map[string]*shipmentChange
	inspections map[string]*inspectionChange
	keys        map[string]*keyChange
	retail      map[retailKey]string // lot id
	entries     map[entryKey]record.Entry
	repeats     []repeat
	sealed      map[string]string // hash of the part's name -> state
	state       map[string][]byte
	bins        map[string]record.BinState // as state has them
	marks       map[string][]record.Mark   // of nodes whose state was written, by id
	causes      map[string]*causeChange
}

// newRecord is an accepted record.
type newRecord struct {
	verdict  record.Verdict
	head     record.Header
	payload  record.Payload // nil where this program does not know the type
	tx       int            // among the transactions of the block
	place    int
	envelope []byte
	sealed   []string
	bins     []string // bins that it concerns without naming a lot
	mix      []string // and the mixes in them at that moment
}

// repeat is an envelope that came again with a counterparty's signature.
type repeat struct {
	id       string
	tx       int
	place    int
	envelope []byte
}

type lotChange struct {
	state []byte // nil where it did not change
	stock []byte
	kind  record.Type
	maker string // id of the record that made it
	after int    // the number of records before the end of the transaction that wrote it
}

type edgeKey struct{ child, parent, record string }

type retailKey struct{ gtin, batch string }

type entryKey struct{ issuer, ref string }

type shipmentChange struct {
	record.Shipment
	value []byte
}

type inspectionChange struct {
	record, target string
	value          []byte
}

type keyChange struct {
	uscc  string
	value []byte
}

func decodeBlock(b ledger.Block) (*changes, error) {
	c := &changes{
		block:    b,
		position: map[string]int{},
		lots:     map[string]*lotChange{}, edges: map[edgeKey]int64{},
		shipments: map[string]*shipmentChange{}, inspections: map[string]*inspectionChange{},
		keys: map[string]*keyChange{}, retail: map[retailKey]string{},
		entries: map[entryKey]record.Entry{}, sealed: map[string]string{},
		state: map[string][]byte{}, bins: map[string]record.BinState{},
		marks: map[string][]record.Mark{}, causes: map[string]*causeChange{},
	}
	for i := range b.Txs {
		if b.Txs[i].Code != ledger.Valid {
			continue
		}
		if err := c.addTx(i, &b.Txs[i]); err != nil {
			return nil, fmt.Errorf("transaction %s: %w", b.Txs[i].ID, err)
		}
	}
	return c, nil
}

func (c *changes) addTx(i int, tx *ledger.BlockTx) error {
	if decides(tx) {
		if err := c.addRecords(i, tx); err != nil {
			return err
		}
	}
	edges := make([]record.Edge, 0, len(tx.Writes)/4)
	for _, w := range tx.Writes {
		if w.Contract != ledger.GrainContract {
			continue // no business of the index, whatever it holds
		}
		if w.Delete {
			return fmt.Errorf("%s is deleted: the contract deletes nothing", w.Key)
		}
		if err := c.addWrite(w.Key, w.Value, &edges); err != nil {
			return fmt.Errorf("%s: %w", w.Key, err)
		}
	}
	c.findMixes(i, edges)
	for _, p := range tx.Private {
		c.addPrivate(p)
	}
	return nil
}

// decides tells whether a transaction brings records: the answer of another
// contract's function of the same name is no list of verdicts.
func decides(tx *ledger.BlockTx) bool {
	return tx.Contract == ledger.GrainContract && tx.Function == record.FnSubmit
}

// addRecords takes the accepted records out of a batch and its verdicts.
func (c *changes) addRecords(tx int, b *ledger.BlockTx) error {
	if len(b.Args) == 0 {
		return fmt.Errorf("%s has no argument", b.Function)
	}
	envelopes, err := record.OpenBatch(b.Args[0])
	if err != nil {
		return fmt.Errorf("batch: %w", err)
	}
	verdicts, err := record.DecodeVerdicts(b.ID, b.Response)
	if err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	if len(verdicts) != len(envelopes) {
		return fmt.Errorf("%d verdicts on %d records", len(verdicts), len(envelopes))
	}
	for i, v := range verdicts {
		if err := c.addRecord(tx, i, v, envelopes[i]); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return nil
}

func (c *changes) addRecord(tx, place int, v record.Verdict, envelope []byte) error {
	switch v.Outcome {
	case record.Accepted:
	case record.IsDuplicate:
		if hasFlag(v.Flags, record.FlagCosigned) {
			c.repeats = append(c.repeats, repeat{v.ID, tx, place, envelope})
		}
		return nil
	default:
		return nil
	}
	e, err := record.DecodeEnvelope(envelope)
	if err != nil {
		return err
	}
	r := newRecord{verdict: v, tx: tx, place: place, envelope: envelope}
	if err := r.readPayload(e.Payload); err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	c.position[v.ID] = len(c.records)
	c.records = append(c.records, r)
	return nil
}

// readPayload reads what the ledger has accepted, so it checks no form. Of a
// type that came after this program it reads the header alone.
func (r *newRecord) readPayload(data []byte) error {
	p, err := record.NewPayload(r.verdict.Type)
	if err != nil {
		return json.Unmarshal(data, &r.head)
	}
	if err := json.Unmarshal(data, p); err != nil {
		return err
	}
	r.payload, r.head, r.sealed = p, *p.Head(), record.SealedNames(p)
	return nil
}

func hasFlag(flags []record.Flag, want record.Flag) bool {
	for _, f := range flags {
		if f == want {
			return true
		}
	}
	return false
}
