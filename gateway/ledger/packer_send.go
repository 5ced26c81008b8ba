package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/grainledger/grainledger/record"
)

// send has a batch decided and answers its records.
func (p *Packer) send(batch []*pending) {
	began, bytes := time.Now(), 0
	for _, item := range batch {
		bytes += len(item.envelope)
	}
	err := p.decide(batch, nil)
	p.opt.Observer.Sent(len(batch), bytes, time.Since(began), err)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue.done(batch)
	p.inFlight--
	p.nudge()
}

// decide submits the batch as one transaction. own are transactions that held
// these records and whose outcome was not known. A transaction that the
// contract refuses as a whole is cut in two, so that a record which cannot be
// carried is refused alone and does not take the others down; order is kept.
func (p *Packer) decide(batch []*pending, own attempts) error {
	args, err := p.encode(batch)
	if err != nil {
		p.giveBack(batch, err)
		return err
	}
	commit, err := p.transact(Tx{Function: record.FnSubmit, Args: [][]byte{args}}, &own)
	switch {
	case err == nil:
		p.agreed(batch)
		return p.settle(batch, commit, own)
	case refusedWhole(err) && len(batch) > 1:
		half := len(batch) / 2
		return errors.Join(p.decide(batch[:half], own), p.decide(batch[half:], own))
	case refusedWhole(err):
		p.refuse(batch[0], err)
		return err
	}
	p.giveBack(batch, err)
	return err
}

func (p *Packer) encode(batch []*pending) ([]byte, error) {
	envelopes := make([][]byte, len(batch))
	for i, item := range batch {
		envelopes[i] = item.envelope
	}
	form := record.EncodeBatch
	if p.opt.Pack {
		form = record.PackBatch
	}
	args, err := form(envelopes)
	if err != nil {
		return nil, fmt.Errorf("packer: encode a batch: %w", err)
	}
	return args, nil
}

// settle answers the records of a committed transaction.
func (p *Packer) settle(batch []*pending, commit Commit, own attempts) error {
	verdicts, err := record.DecodeVerdicts(commit.TxID, commit.Response, len(batch), func(place int) (record.Verdict, error) {
		return batch[place].known, nil
	})
	if err != nil {
		err = fmt.Errorf("%w: the answer of transaction %s: %w", ErrUnknown, commit.TxID, err)
		p.opt.Log.Error("the ledger's answer cannot be read", "tx", commit.TxID, "error", err)
		p.giveBack(batch, err)
		return err
	}
	p.chargeAll(batch, verdicts)
	for i, item := range batch {
		r := receipt(verdicts[i], commit, own)
		p.sealer.decided(item.seals, r)
		p.opt.Observer.Decided(r)
		item.ticket.answer(item.slot, r, nil)
	}
	return nil
}

// refuse answers a record that alone in its transaction was refused with it.
// Nothing was written, so there is no block in which the verdict stands.
func (p *Packer) refuse(item *pending, err error) {
	p.opt.Log.Error("the ledger cannot take a record", "record", item.known.ID, "error", err)
	v := record.Refusal(record.Refuse(record.Internal, "the ledger cannot take this record"))
	if e, ok := contractError(err); ok {
		v = record.Refusal(e)
	} else if errors.Is(err, ErrTooLarge) {
		v = record.Refusal(record.Refuse(record.TooLarge, "the record alone is more than a transaction of this ledger holds"))
	}
	v.ID, v.Type, v.Issuer, v.Ref = item.known.ID, item.known.Type, item.known.Issuer, item.known.Ref
	r := Receipt{Verdict: v}
	p.sealer.decided(item.seals, r)
	p.opt.Observer.Decided(r)
	item.ticket.answer(item.slot, r, nil)
}

// receipt adds to a verdict where it stands. What an earlier attempt of ours
// had accepted is no duplicate for the caller.
func receipt(v record.Verdict, commit Commit, own attempts) Receipt {
	r := Receipt{Verdict: v, Status: StatusCommitted, Decided: commit.Block}
	block, ours := own[v.Tx]
	switch {
	case v.Outcome == record.Accepted:
		r.Block = commit.Block
	case v.Outcome == record.IsDuplicate && ours && v.Tx != "":
		r.Outcome, r.Block = record.Accepted, block
		r.Code, r.Reason, r.Detail = 0, "", ""
	case v.Outcome == record.Rejected:
		r.RefusedIn = commit.TxID
	}
	return r
}

// giveBack answers records that could not be decided.
func (p *Packer) giveBack(batch []*pending, err error) {
	switch {
	case errors.Is(err, ErrDisagree):
		p.disagreed(batch, err)
	case isInvalid(err):
		p.opt.Log.Error("the channel does not accept what was endorsed; records are given back undecided",
			"records", len(batch), "error", err)
	default:
		p.opt.Log.Warn("records are given back undecided", "records", len(batch), "error", err)
	}
	for _, item := range batch {
		item.ticket.answer(item.slot, Receipt{}, err)
	}
}

// chargeAll holds badly signed records against the peers that brought them.
func (p *Packer) chargeAll(batch []*pending, verdicts []record.Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	for i, item := range batch {
		p.forged.note(item.peer, verdicts[i].Code, len(item.envelope), now)
	}
}
