package index

import (
	"fmt"
	"strings"

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
	answers  map[int]string // by place of the transaction: its verdicts as Receipt reads them

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
	year  int    // of a harvest
	sort         // where the state changed
	after int    // the number of records before the end of the transaction that wrote it
}

// sort is what kind of grain something is.
type sort struct{ variety, nature, product string }

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
		position: map[string]int{}, answers: map[int]string{},
		lots: map[string]*lotChange{}, edges: map[edgeKey]int64{},
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
	if err := c.addRecords(i, tx); err != nil {
		return err
	}
	edges := make([]edgeKey, 0, len(tx.Writes)/4)
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

// addRecords takes the accepted records out of a transaction.
func (c *changes) addRecords(tx int, b *ledger.BlockTx) error {
	if !b.BringsRecords() {
		return nil
	}
	envelopes, err := b.Batch()
	if err != nil {
		return err
	}
	records := make([]newRecord, len(envelopes))
	verdicts, err := record.DecodeVerdicts(b.ID, b.Response, len(envelopes), func(place int) (record.Verdict, error) {
		return records[place].open(envelopes[place])
	})
	if err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	if c.answers[tx], err = writeVerdicts(b.ID, verdicts); err != nil {
		return err
	}
	for i, v := range verdicts {
		records[i].verdict, records[i].tx, records[i].place = v, tx, i
		c.addRecord(records[i])
	}
	return nil
}

func (c *changes) addRecord(r newRecord) {
	switch v := r.verdict; {
	case v.Outcome == record.Accepted:
		c.position[v.ID] = len(c.records)
		c.records = append(c.records, r)
	case v.Outcome == record.IsDuplicate && hasFlag(v.Flags, record.FlagCosigned):
		c.repeats = append(c.repeats, repeat{v.ID, r.tx, r.place, r.envelope})
	}
}

// open reads the envelope of a record that was not refused, and names it.
func (r *newRecord) open(envelope []byte) (record.Verdict, error) {
	e, err := record.DecodeEnvelope(envelope)
	if err != nil {
		return record.Verdict{}, err
	}
	t, err := e.Type()
	if err != nil {
		return record.Verdict{}, err
	}
	if err := r.readPayload(t, e.Payload); err != nil {
		return record.Verdict{}, fmt.Errorf("payload: %w", err)
	}
	r.envelope = envelope
	return e.Named(&r.head), nil
}

// readPayload reads what the ledger has accepted, so it checks no form. Of a
// type that came after this program it reads the header alone.
func (r *newRecord) readPayload(t record.Type, data []byte) error {
	p, err := record.NewPayload(t)
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

// showsEverywhere tells whether the block changes what nodes show that it does
// not speak of: what is registered of enterprises and depots, sealed parts that are no more, marks that
// are in force no longer, and what was added to records of earlier blocks, or
// took them back.
func (c *changes) showsEverywhere() bool {
	for _, state := range c.sealed {
		if state == Purged {
			return true
		}
	}
	for _, e := range c.entries {
		if _, here := c.position[e.ID]; !here {
			return true
		}
	}
	for _, k := range c.causes {
		if k.Lifted != "" {
			return true
		}
	}
	for key := range c.state {
		if key == record.RootKey || strings.HasPrefix(key, record.EnterpriseKey("")) || strings.HasPrefix(key, record.FacilityKey("")) {
			return true
		}
	}
	return len(c.repeats) > 0
}
