package registry

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// Rules decides registry records.
type Rules struct {
	// CheckTable tells whether content is a well-formed table of that name;
	// the rules that read a table know its form.
	CheckTable func(table string, content []byte) error
}

// Decide applies the rule of a registry record and writes its effect into the
// case's view. It reports false for types that are not of the registry.
func (r *Rules) Decide(c *state.Case, p record.Payload) (bool, error) {
	switch p := p.(type) {
	case *record.Enterprise:
		return true, enterprise(c, p)
	case *record.Facility:
		return true, facility(c, p)
	case *record.Key:
		return true, key(c, p)
	case *record.Device:
		return true, device(c, p)
	case *record.Rule:
		return true, r.rule(c, p)
	}
	return false, nil
}

// subject is a registered enterprise in the division of the case's regulator.
func subject(c *state.Case, uscc string) (*record.RegisteredEnterprise, error) {
	e := state.Get[record.RegisteredEnterprise](c.View, record.EnterpriseKey(uscc))
	if e == nil {
		return nil, record.Refuse(record.UnknownEnterprise, "%s is not registered", uscc)
	}
	if !Covers(c.Issuer.Division, e.Division) {
		return nil, outside(c, e.Division)
	}
	return e, nil
}

func outside(c *state.Case, division string) error {
	return record.Refuse(record.NotAuthorised, "a regulator of division %s does not act in %s",
		c.Issuer.Division, division)
}
