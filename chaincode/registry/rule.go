package registry

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// rule adds a version of a rule table. Tables hold for the whole country, so
// only a national regulator may sign one. Earlier versions stay: a record is
// judged by the version in force when it occurred.
func (r *Rules) rule(c *state.Case, p *record.Rule) error {
	if c.Issuer.Division != record.National {
		return record.Refuse(record.NotAuthorised, "rule tables are the national regulator's")
	}
	if err := r.CheckTable(p.Table, p.Content); err != nil {
		return err
	}
	now := record.RuleVersions{Table: p.Table}
	if was := state.Get[record.RuleVersions](c.View, record.RuleKey(p.Table)); was != nil {
		now.Versions = append(now.Versions, was.Versions...)
	}
	now.Versions = append(now.Versions, record.RuleVersion{
		EffectiveFrom: p.EffectiveFrom, Document: p.Document, Record: c.ID,
	})
	state.Put(c.View, record.RuleKey(p.Table), &now)
	state.Create(c.View, record.RuleContentKey(p.Table, c.ID), &record.RuleContent{Content: p.Content})
	return nil
}
