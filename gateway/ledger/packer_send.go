package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/grainledger/grainledger/record"
)

// Pauses between submissions of one transaction: doubled each time, and
// somewhere between half of it and all of it.
const (
	firstPause = 10 * time.Millisecond
	mostPause  = 2 * time.Second
)

// statuser is a ledger that can be asked what became of a transaction.
type statuser interface {
	Status(txID string) (block uint64, code Code, ok bool)
}

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
	args, err := encode(batch)
	if err != nil {
		p.giveBack(batch, err)
		return err
	}
	commit, err := p.transact(Tx{Function: record.FnSubmit, Args: [][]byte{args}}, &own)
	switch {
	case err == nil:
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

func encode(batch []*pending) ([]byte, error) {
	envelopes := make([][]byte, len(batch))
	for i, item := range batch {
		envelopes[i] = item.envelope
	}
	args, err := record.EncodeBatch(envelopes)
	if err != nil {
		return nil, fmt.Errorf("packer: encode a batch: %w", err)
	}
	return args, nil
}

// attempts are transactions of ours whose outcome was not known, with the
// block where one is known to stand. The id is empty where the ledger gave
// none.
type attempts map[string]uint64

// transact submits tx until it is decided, or until the attempts are used up.
//
// Submitting again after an unknown outcome is safe: issuer and ref name a
// record, so that of two transactions with the same record at most one is
// accepted, and the other answers with its receipt.
func (p *Packer) transact(tx Tx, own *attempts) (Commit, error) {
	for n := 1; ; n++ {
		commit, err := p.attempt(tx)
		if err == nil {
			return commit, nil
		}
		if unknown(err) {
			own.note(commit.TxID, p.ask(commit.TxID))
		}
		if !worthRepeating(err) || n == p.opt.Attempts {
			return commit, own.judge(err)
		}
		if !pause(p.ctx, n) {
			return commit, own.judge(ErrClosed)
		}
	}
}

func (p *Packer) attempt(tx Tx) (Commit, error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.opt.AttemptTimeout)
	defer cancel()
	return p.ledger.Submit(ctx, tx)
}

// ask looks for the block of a transaction, 0 where it is not to be found.
func (p *Packer) ask(txID string) uint64 {
	if s, can := p.ledger.(statuser); can {
		if block, code, ok := s.Status(txID); ok && code == Valid {
			return block
		}
	}
	return 0
}

func (a *attempts) note(txID string, block uint64) {
	if *a == nil {
		*a = make(attempts)
	}
	(*a)[txID] = block
}

// judge is the error of a transaction that was given up: once an outcome was
// unknown, no later error tells that nothing was written.
func (a *attempts) judge(err error) error {
	if len(*a) == 0 || errors.Is(err, ErrUnknown) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

func unknown(err error) bool {
	return errors.Is(err, ErrUnknown) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func worthRepeating(err error) bool {
	return unknown(err) || errors.Is(err, ErrConflict) || errors.Is(err, ErrUnavailable) || clockSkewed(err)
}

// clockSkewed: the transaction's time was off; the next one has a new time.
func clockSkewed(err error) bool { return contractCode(err) == record.ClockSkew }

// refusedWhole tells whether a part of the batch might fare better alone.
func refusedWhole(err error) bool {
	if worthRepeating(err) || errors.Is(err, ErrClosed) {
		return false
	}
	return contractCode(err) != record.NotInitialised
}

// contractCode is the reason of a contract's refusal, 0 for other errors.
func contractCode(err error) record.Code {
	if e, ok := contractError(err); ok {
		return e.Code
	}
	return 0
}

func contractError(err error) (*record.Error, bool) {
	var refusal *ContractError
	if !errors.As(err, &refusal) {
		return nil, false
	}
	return record.ParseError(refusal.Message)
}

// pause waits before the next attempt after n; false if ctx ended.
func pause(ctx context.Context, n int) bool {
	d := min(firstPause<<min(n-1, 20), mostPause)
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// settle answers the records of a committed transaction.
func (p *Packer) settle(batch []*pending, commit Commit, own attempts) error {
	verdicts, err := record.DecodeVerdicts(commit.Response)
	if err == nil && len(verdicts) != len(batch) {
		err = fmt.Errorf("%d verdicts for %d records", len(verdicts), len(batch))
	}
	if err != nil {
		err = fmt.Errorf("%w: the answer of transaction %s: %w", ErrUnknown, commit.TxID, err)
		p.opt.Log.Error("the ledger's answer cannot be read", "tx", commit.TxID, "error", err)
		p.giveBack(batch, err)
		return err
	}
	p.charge(batch, verdicts)
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
	v := record.Refusal(&record.Error{Code: record.Internal, Detail: "the ledger cannot take this record"})
	if e, ok := contractError(err); ok {
		v = record.Refusal(e)
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
	p.opt.Log.Warn("records are given back undecided", "records", len(batch), "error", err)
	for _, item := range batch {
		item.ticket.answer(item.slot, Receipt{}, err)
	}
}

// charge holds badly signed records against the peers that brought them.
func (p *Packer) charge(batch []*pending, verdicts []record.Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.opt.Clock()
	for i, item := range batch {
		p.forged.note(item.peer, verdicts[i].Code, len(item.envelope), now)
	}
}
