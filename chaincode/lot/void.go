package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// original is a record that is being taken back.
type original struct {
	id      string
	payload record.Payload
	entry   *record.Entry
}

// void takes a record back. While nobody has built on it, it is undone: each
// type says how beside its rule. Otherwise nothing moves, and what it made, or
// changed where it made nothing, is under review with all that was made of it.
// Nothing is deleted either way.
func void(c *state.Case, p record.Payload) error {
	a := record.AnnulmentOf(p)
	if c.Issuer.USCC != a.Of.Issuer {
		if err := actsFor(c, a.Of.Issuer); err != nil {
			return err
		}
	}
	o, err := takeBack(c, a)
	if err != nil {
		return err
	}
	if err := mayClear(c, a, o); err != nil {
		return err
	}
	undone := o.agreed(c, a) && undo(c, o)
	if undone {
		c.Flag(record.FlagUndone)
		liftOwn(c, o)
	} else {
		review(c, p, o)
	}
	if report, ok := o.payload.(*record.Inspect); ok {
		dropReport(c, o, report)
		confirmInspection(c, a, o, report)
	}
	entry := *o.entry
	entry.Voided = &record.Voided{By: c.ID, Replacement: replacement(p)}
	state.Put(c.View, record.EntryKey(a.Of.Issuer, a.Of.Ref), &entry)
	return nil
}

// liftOwn lifts what the record itself marked, now that it is undone. What a
// report marked is not for one party to lift.
func liftOwn(c *state.Case, o *original) {
	cause := state.Get[record.Cause](c.View, record.CauseKey(o.id))
	if cause != nil && cause.Lifted == "" && o.payload.Type() != record.TypeInspect {
		lift(c, o.id, cause)
	}
}

// takeBack finds the accepted record that an annulment speaks of. That the
// bytes are its own was checked with the form: their SM3 is its id.
func takeBack(c *state.Case, a *record.Annulment) (*original, error) {
	entry := state.Get[record.Entry](c.View, record.EntryKey(a.Of.Issuer, a.Of.Ref))
	payload := a.Taken()
	switch {
	case entry == nil || entry.ID != a.Record:
		return nil, record.Refuse(record.UnknownRecord, "%s of %s is not record %s", a.Of.Ref, a.Of.Issuer, a.Record)
	case payload == nil:
		return nil, record.Refuse(record.WrongRecordKind, "%s records are not taken back", entry.Type)
	case entry.Voided != nil:
		return nil, record.Refuse(record.AlreadyVoided, "by record %s", entry.Voided.By)
	}
	return &original{id: a.Record, payload: payload, entry: entry}, nil
}

func replacement(p record.Payload) string {
	if correct, ok := p.(*record.Correct); ok {
		return correct.Replacement
	}
	return ""
}

// agreed wants those who confirmed the original to confirm that it is undone,
// unless a regulator says so. Without it a seller could take a confirmed sale
// back alone.
func (o *original) agreed(c *state.Case, a *record.Annulment) bool {
	if c.Issuer.USCC != a.Of.Issuer {
		return true // a regulator
	}
	return !slices.ContainsFunc(o.entry.Cosigned, func(party string) bool { return !slices.Contains(c.Cosigned, party) })
}

// undo takes back what the record did and reports true; or it reports false and
// has changed nothing.
func undo(c *state.Case, o *original) bool {
	switch p := o.payload.(type) {
	case *record.Harvest:
		return undoHarvest(c, o, p)
	case *record.Purchase:
		return undoPurchase(c, o, p)
	case *record.Inspect:
		return undoInspect(c, o, p)
	case *record.Store:
		return undoStore(c, o, p)
	case *record.Withdraw:
		return undoWithdraw(c, o, p)
	case *record.Split:
		return undoSplit(c, o, p)
	case *record.Merge:
		return undoMerge(c, o, p)
	case *record.Process:
		return undoProcess(c, o, p)
	case *record.Ship:
		return undoShip(c, o, p)
	case *record.Receive:
		return undoReceive(c, o, p)
	case *record.Return:
		return undoGivenBack(c, o, p.Lot, p.Shipper, p.Shipment)
	case *record.CancelShip:
		return undoGivenBack(c, o, p.Lot, p.Issuer, p.Shipment)
	case *record.Sell:
		return undoSell(c, o, p)
	case *record.Adjust:
		return undoAdjust(c, o, p)
	case *record.WriteOff:
		return undoWriteOff(c, o, p)
	}
	return false
}

// review marks what rests on a record that could not be undone.
func review(c *state.Case, p record.Payload, o *original) {
	c.Flag(record.FlagUnderReview)
	begin(c, &record.Cause{Kind: record.MarkReview, Issuer: c.Issuer.USCC, Ref: p.Head().Ref, Nodes: o.nodes(),
		Reason: record.AnnulmentOf(p).Reason, Voided: o.id, Instead: replacement(p)})
}

// nodes are what the record made; where it made nothing, what it changed.
// Inputs are not among them: what else was made of them does not rest on it.
func (o *original) nodes() []string {
	mixOr := func(target string) []string {
		switch {
		case !record.IsBinCode(target):
			return []string{target}
		case o.entry.Undo.Mix == "":
			return nil // a report on a bin that was never filled
		}
		return []string{o.entry.Undo.Mix}
	}
	switch p := o.payload.(type) {
	case *record.Harvest:
		return []string{p.Lot}
	case *record.Purchase:
		return []string{p.Lot}
	case *record.Inspect:
		return mixOr(p.Target)
	case *record.Store:
		return mixOr(p.Bin)
	case *record.Withdraw:
		return []string{p.Lot}
	case *record.Split:
		return lotsOf(p.Outputs)
	case *record.Merge:
		return []string{p.Output.Lot}
	case *record.Process:
		out := make([]string, len(p.Outputs))
		for i, product := range p.Outputs {
			out[i] = product.Lot
		}
		return out
	case *record.Ship:
		return []string{p.Lot}
	case *record.Receive:
		return []string{p.Lot}
	case *record.Return:
		return []string{p.Lot}
	case *record.CancelShip:
		return []string{p.Lot}
	case *record.Sell:
		return []string{p.Lot}
	case *record.Adjust:
		return mixOr(p.Target)
	case *record.WriteOff:
		return mixOr(p.Target)
	}
	return nil
}

func lotsOf(list []record.Amount) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Lot
	}
	return out
}
