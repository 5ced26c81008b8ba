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

// mostAsking bounds the question what became of a transaction. Without an
// answer the index finds the place later.
const mostAsking = 5 * time.Second

// invalidRepeats is how often a transaction that stood in its block as invalid
// is submitted again: an organisation may just have been added, and the next
// one asks it too. What stays invalid has a cause that an operator must find.
const invalidRepeats = 2

// attempts are transactions of ours whose outcome was not known, with the
// block where one is known to stand. The id is empty where the ledger gave
// none.
type attempts map[string]uint64

// transact submits tx until it is decided, or until the attempts are used up.
//
// Submitting again after an unknown outcome is safe: issuer and ref name a
// record, so that of two transactions with the same record at most one is
// accepted, and the other answers with its receipt. So what became of the
// earlier one is asked for its place alone; the verdicts come with the later.
func (p *Packer) transact(tx Tx, own *attempts) (Commit, error) {
	invalid := 0
	for n := 1; ; n++ {
		commit, err := p.attempt(tx)
		if err == nil {
			p.locate(*own)
			return commit, nil
		}
		if unknown(err) {
			own.note(commit.TxID)
		}
		if isInvalid(err) {
			invalid++
		}
		if !worthRepeating(err) || invalid > invalidRepeats || n == p.opt.Attempts {
			return commit, own.judge(err)
		}
		if !pause(p.ctx, n) {
			return commit, own.judge(ErrClosed)
		}
		p.locate(*own) // after the pause: it may have come meanwhile
	}
}

func (p *Packer) attempt(tx Tx) (Commit, error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.opt.AttemptTimeout)
	defer cancel()
	return p.ledger.Submit(ctx, tx)
}

// locate asks for the attempts whose place is not known. One that stands in a
// block as invalid wrote nothing and is forgotten.
func (p *Packer) locate(own attempts) {
	for id, block := range own {
		if block != 0 || id == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(p.ctx, mostAsking)
		commit, code, err := p.ledger.Status(ctx, id)
		cancel()
		switch {
		case err != nil: // it may still come
		case code == Valid:
			own[id] = commit.Block
		default:
			delete(own, id)
		}
	}
}

func (a *attempts) note(txID string) {
	if *a == nil {
		*a = make(attempts)
	}
	(*a)[txID] = 0
}

// judge is the error of a transaction that was given up: as long as an outcome
// is unknown, no later error tells that nothing was written.
func (a *attempts) judge(err error) error {
	if len(*a) == 0 || errors.Is(err, ErrUnknown) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

func unknown(err error) bool {
	return errors.Is(err, ErrUnknown) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func isInvalid(err error) bool {
	var invalid *InvalidError
	return errors.As(err, &invalid)
}

func worthRepeating(err error) bool {
	return unknown(err) || errors.Is(err, ErrConflict) || errors.Is(err, ErrUnavailable) || isInvalid(err) ||
		contractCode(err) == record.ClockSkew || // the next transaction has a new time
		contractCode(err) == record.Internal // the contract could not read or write, which passes
}

// refusedWhole tells whether a part of the batch might fare better alone: the
// contract refuses something in it, or panics over it, or it is too large.
// Every other failure would meet each part as well. Where an earlier attempt
// may have taken effect, no refusal of a later one is the last word.
func refusedWhole(err error) bool {
	var refusal *ContractError
	switch {
	case worthRepeating(err): // an unknown outcome, or the clock
		return false
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrPanic):
		return true
	}
	return errors.As(err, &refusal) && contractCode(err) != record.NotInitialised
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
