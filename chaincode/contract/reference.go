package contract

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/attest"
	"github.com/grainledger/grainledger/chaincode/registry"
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// repeated tells whether (issuer, ref) names a record already. The same
// record again, whoever sends it, gets the first receipt; a counterparty's
// signature that it brings is added. Another record under the ref is refused.
func (b *batch) repeated(it *item, signed *signers, v *record.Verdict) (bool, error) {
	head := it.payload.Head()
	at := record.EntryKey(head.Issuer, head.Ref)
	entry := state.Get[record.Entry](b.view, at)
	if entry == nil {
		return false, nil
	}
	if entry.ID != it.id {
		return false, record.Refuse(record.RefConflict, "%s stands for record %s", head.Ref, entry.ID)
	}
	v.Outcome, v.Code, v.Reason = record.IsDuplicate, record.Duplicate, record.Duplicate.String()
	v.Tx, v.Index, v.Flags = entry.Tx, entry.Index, entry.Flags
	now := *entry
	for _, uscc := range signed.cosigners(b.now, it.payload) {
		if !slices.Contains(now.Cosigned, uscc) {
			now.Cosigned = append(slices.Clone(now.Cosigned), uscc)
		}
	}
	if len(now.Cosigned) > len(entry.Cosigned) {
		slices.Sort(now.Cosigned)
		settled := b.settled(it, now.Cosigned)
		now.Flags = slices.DeleteFunc(slices.Clone(now.Flags), func(f record.Flag) bool { return f == settled })
		state.Put(b.view, at, &now)
		v.Flags = append(slices.Clone(now.Flags), record.FlagCosigned)
	}
	return true, nil
}

// settled is the flag of an accepted record that no longer holds now that
// these parties have signed too: a purchase whose seller has, the void of a
// report that lab and regulator have. Empty where none falls.
func (b *batch) settled(it *item, cosigned []string) record.Flag {
	if purchase, ok := it.payload.(*record.Purchase); ok {
		if slices.Contains(cosigned, purchase.Seller) {
			return record.FlagUnconfirmed
		}
		return ""
	}
	issuer := state.Get[record.RegisteredEnterprise](b.view, record.EnterpriseKey(it.payload.Head().Issuer))
	if issuer == nil {
		return ""
	}
	return b.contract.lots.Cosigned(&state.Case{View: b.view, ID: it.id, Now: b.now, Issuer: issuer, Cosigned: cosigned}, it.payload)
}

// issuer is the registered enterprise that signs, of a kind that may sign
// this type.
func (b *batch) issuer(p record.Payload) (*record.RegisteredEnterprise, error) {
	uscc := p.Head().Issuer
	e := state.Get[record.RegisteredEnterprise](b.view, record.EnterpriseKey(uscc))
	if e == nil {
		return nil, record.Refuse(record.UnknownEnterprise, "%s is not registered", uscc)
	}
	if !registry.MayIssue(e.Kind, p.Type()) {
		return nil, record.Refuse(record.NotAuthorised, "an enterprise of kind %s does not sign %s records", e.Kind, p.Type())
	}
	return e, nil
}

// rule applies the rule of the record's type.
func (c *Contract) rule(k *state.Case, p record.Payload) error {
	if done, err := c.lots.Decide(k, p); done || err != nil {
		return err
	}
	if done, err := c.registry.Decide(k, p); done || err != nil {
		return err
	}
	if done, err := attest.Decide(k, p); done || err != nil {
		return err
	}
	return record.Refuse(record.UnsupportedType, "no rules for %s records", p.Type())
}
