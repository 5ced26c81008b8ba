package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// sendAll sends parts in as few transactions as hold them. Its error is the
// store's.
func (s *sealer) sendAll(ctx context.Context, seals []Seal) error {
	var errs []error
	for len(seals) > 0 && ctx.Err() == nil { // what is left stays in the store
		n := s.fit(seals)
		errs = append(errs, s.send(ctx, seals[:n]))
		seals = seals[n:]
	}
	return errors.Join(errs...)
}

// fit is how many of the parts go into one transaction, one at least.
func (s *sealer) fit(seals []Seal) int {
	bytes := 0
	for n, seal := range seals {
		bytes += len(seal.Part)
		if n == record.MaxSealParts || n > 0 && bytes > s.opt.BatchBytes {
			return n
		}
	}
	return len(seals)
}

// send submits parts in one transaction and tells the store how it went. Where
// the ledger refuses them together they are cut in two, so that in the end a
// part that it will never take is alone. Its error is the store's.
func (s *sealer) send(ctx context.Context, seals []Seal) error {
	err := s.submit(ctx, seals)
	switch {
	case err == nil:
		return each(seals, func(seal Seal) error { return s.drop(ctx, seal) })
	case refusedWhole(err) && len(seals) > 1 && ctx.Err() == nil:
		half := len(seals) / 2
		return errors.Join(s.send(ctx, seals[:half]), s.send(ctx, seals[half:]))
	case hopeless(err) && s.tooOld(seals[0]): // which is alone
		s.opt.Log.Error("a sealed part is given up", attributes(seals, err)...)
		return s.drop(ctx, seals[0])
	}
	if ctx.Err() != nil {
		return ctx.Err() // the store has them, and they are due again
	}
	s.opt.Log.Warn("sealed parts are not stored yet", attributes(seals, err)...)
	return each(seals, func(seal Seal) error { return s.putOff(ctx, seal) })
}

// each goes on where one fails.
func each(seals []Seal, do func(Seal) error) error {
	var errs []error
	for _, seal := range seals {
		errs = append(errs, do(seal))
	}
	return errors.Join(errs...)
}

func attributes(seals []Seal, err error) []any {
	first := seals[0]
	return []any{"parts", len(seals), "issuer", first.Issuer, "ref", first.Ref, "part", first.Name, "error", err}
}

// hopeless tells that the contract refuses the part itself. A failure of the
// ledger's own, a panic among them, says nothing about the part: an upgrade
// may mend it, and the part stays in the store until then.
func hopeless(err error) bool {
	const ledgersOwn = record.AlreadyInitialised / 1000 // the thousands are the kind of reason
	var refusal *ContractError
	return errors.As(err, &refusal) && contractCode(err)/1000 != ledgersOwn
}

func (s *sealer) tooOld(seal Seal) bool {
	return !seal.Kept.IsZero() && s.opt.Clock().Sub(seal.Kept) > s.opt.SealTimeout
}

// submit repeats a conflict at once and leaves all else to the store.
func (s *sealer) submit(ctx context.Context, seals []Seal) error {
	tx, err := sealTx(seals)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		attempt, cancel := context.WithTimeout(ctx, s.opt.AttemptTimeout)
		_, err = s.ledger.Submit(attempt, tx)
		cancel()
		if !errors.Is(err, ErrConflict) || n == s.opt.Attempts || !pause(ctx, n) {
			return err
		}
	}
}

// sealTx is the transaction that stores the parts. A part may be there twice,
// where its record came twice; its name is its hash, so once is enough.
func sealTx(seals []Seal) (Tx, error) {
	var req record.SealRequest
	parts := make(map[string][]byte, len(seals))
	for _, seal := range seals {
		if _, twice := parts[seal.Name]; twice {
			continue
		}
		parts[seal.Name] = seal.Part
		req.Parts = append(req.Parts, record.SealName{Issuer: seal.Issuer, Ref: seal.Ref, Name: seal.Name})
	}
	arg, err := json.Marshal(&req)
	if err != nil {
		return Tx{}, fmt.Errorf("packer: encode a seal: %w", err)
	}
	return Tx{Function: record.FnSeal, Args: [][]byte{arg}, Transient: parts, Collection: record.SealedCollection}, nil
}
