package contract

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// MaxBatch bounds the records of one transaction.
const MaxBatch = 5000

// submit decides a batch of records. Each gets its own verdict, in order; the
// verdicts are the transaction's response. Records are decided as if each
// came in a transaction of its own, one after another.
func (c *Contract) submit(stub Stub, arg []byte) ([]byte, error) {
	b, items, err := c.open(stub, arg, record.DecodeEnvelope)
	if err != nil {
		return nil, err
	}
	c.verify(b.view, b.root, items)
	if err := b.decideAll(items); err != nil {
		return nil, err
	}
	return b.store(stub)
}

// open decodes a batch and loads all that it touches.
func (c *Contract) open(stub Stub, arg []byte, as decoder) (*batch, []item, error) {
	now, err := c.now(stub)
	if err != nil {
		return nil, nil, err
	}
	envelopes, err := record.OpenBatch(arg)
	if err != nil {
		return nil, nil, record.Refuse(record.BadCall, "the argument is not a batch of envelopes")
	}
	if len(envelopes) == 0 || len(envelopes) > MaxBatch {
		return nil, nil, record.Refuse(record.BadCall, "a batch has 1 to %d records", MaxBatch)
	}
	items := c.decode(envelopes, as, now)
	view, err := load(stub, items)
	if err != nil {
		return nil, nil, err
	}
	root := state.Get[record.Root](view, record.RootKey)
	if root == nil {
		return nil, nil, record.Refuse(record.NotInitialised, "the ledger has no root yet")
	}
	b := &batch{contract: c, view: view, root: root, tx: stub.GetTxID(), now: now}
	b.signers = b.authenticated
	return b, items, nil
}

// batch is the state of one transaction while its records are decided.
type batch struct {
	contract *Contract
	view     *state.View
	root     *record.Root // before the batch; one of its records may change it
	tx       string
	now      time.Time
	signers  func(*item) (*signers, error) // who signed a record
	verdicts []record.Verdict
	event    record.Event
}

func (b *batch) decideAll(items []item) error {
	for i := range items {
		b.decide(&items[i])
	}
	if err := b.view.Fault(); err != nil {
		return internal(err)
	}
	return nil
}

// decide gives a record its verdict. A refused record leaves no trace in the
// state; its ref stays free.
func (b *batch) decide(it *item) {
	v := it.verdict
	v.Index = len(b.verdicts)
	err := it.refused
	if err == nil {
		err = b.apply(it, &v)
	}
	if err != nil {
		b.view.Discard()
		refusal := record.Refusal(err)
		refusal.ID, refusal.Type, refusal.Issuer, refusal.Ref = v.ID, v.Type, v.Issuer, v.Ref
		b.verdicts = append(b.verdicts, refusal)
		return
	}
	b.view.Accept()
	b.verdicts = append(b.verdicts, v)
	if v.Outcome == record.Accepted {
		b.announce(&v)
	}
}

// announce puts an accepted record into the event.
func (b *batch) announce(v *record.Verdict) {
	r := record.EventRecord{ID: v.ID, Type: v.Type, Flags: v.Flags}
	if v.Index != len(b.event.Records) {
		r.Index = v.Index
	}
	b.event.Records = append(b.event.Records, r)
}

// apply looks for reasons in the order of their codes: signature, reference,
// authority, and then what the rules of the type say.
func (b *batch) apply(it *item, v *record.Verdict) error {
	signed, err := b.signers(it)
	if err != nil {
		return err
	}
	known, err := b.repeated(it, signed, v)
	if known || err != nil {
		return err
	}
	if err := signed.mustBeGood(b.now); err != nil {
		return err
	}
	issuer, err := b.issuer(it.payload)
	if err != nil {
		return err
	}
	root := state.Get[record.Root](b.view, record.RootKey)
	c := &state.Case{View: b.view, ID: it.id, Now: b.now, Issuer: issuer, Root: root,
		Cosigned: signed.cosigners(b.now, it.payload)}
	if err := b.contract.rule(c, it.payload); err != nil {
		return err
	}
	v.Outcome, v.Flags, v.Tx = record.Accepted, c.Flags, b.tx
	head := it.payload.Head()
	state.Put(b.view, record.EntryKey(head.Issuer, head.Ref), &record.Entry{
		ID: it.id, Type: it.payload.Type(), Tx: b.tx, Index: v.Index,
		Flags: c.Flags, Sealed: record.SealedNames(it.payload), Cosigned: c.Cosigned,
		Undo: undo(c),
	})
	return nil
}

// undo is what the rules noted for a void, without what goes without saying.
func undo(c *state.Case) record.Undo {
	if u := &c.Undo; !slices.ContainsFunc(u.NonFood, func(grams int64) bool { return grams != 0 }) {
		u.NonFood = nil
	}
	return c.Undo
}

// store writes what was accepted, in key order, and the one event.
func (b *batch) store(stub Stub) ([]byte, error) {
	if err := put(stub, b.view); err != nil {
		return nil, err
	}
	if len(b.event.Records) > 0 {
		b.event.Version = record.EventVersion
		raw, err := json.Marshal(&b.event)
		if err != nil {
			return nil, internal(err)
		}
		if err := stub.SetEvent(record.EventName, raw); err != nil {
			return nil, internal(err)
		}
	}
	response, err := record.EncodeVerdicts(b.tx, b.verdicts)
	if err != nil {
		return nil, internal(err)
	}
	return response, nil
}
