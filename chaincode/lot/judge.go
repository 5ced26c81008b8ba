package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// Words for storage quality (GB/T 20569, 20570, 20571).
const (
	suitable   = "suitable"   // 宜存
	marginal   = "marginal"   // 轻度不宜存: must leave the store in time
	unsuitable = "unsuitable" // 重度不宜存
)

// ungraded is 等外: beyond the lowest grade.
const ungraded = "ungraded"

// judge derives grade, pass or fail, food safety and storage class from a
// report by the rule tables in force. It passes when no reported item is
// beyond its limit; what was not reported does not fail, it is missing.
func (r *Rules) judge(c *state.Case, p *record.Inspect, variety, productName string) *record.Judgement {
	j := &judgement{in: p, day: dayOf(p), out: &record.Judgement{
		Passed: true, Safe: true, Items: make([]record.JudgedItem, len(p.Items)),
	}}
	varieties, _ := r.tables.varieties.at(c, p)
	if varieties != nil {
		j.kinds = varieties.kinds(variety, productName)
	}
	if len(j.kinds) == 0 {
		c.Flag(record.FlagNoRule)
		return j.out
	}
	j.out.Group = j.kinds[0]
	grades, ref := r.tables.grades.at(c, p)
	j.quality(grades, ref)
	safety, ref := r.tables.safety.at(c, p)
	j.safety(safety, ref)
	storage, ref := r.tables.storage.at(c, p)
	j.storage(storage, ref)
	if len(j.out.Rules) == 0 {
		c.Flag(record.FlagNoRule)
	}
	if p.Standard != "" && j.standard != "" && p.Standard != j.standard {
		c.Flag(record.FlagStandard)
	}
	return j.out
}

type judgement struct {
	in       *record.Inspect
	out      *record.Judgement
	kinds    []string
	day      string
	standard string
}

// bound applies one limit to a reported item, or lists it as missing.
func (j *judgement) bound(l limit, safety, expected bool) {
	v, reported := j.in.Value(l.Item)
	if !reported {
		if expected && !slices.Contains(j.out.Missing, l.Item) {
			j.out.Missing = append(j.out.Missing, l.Item)
		}
		return
	}
	i := &j.out.Items[slices.IndexFunc(j.in.Items, func(m record.Measured) bool { return m.Item == l.Item })]
	if i.Beyond {
		j.out.Safe = j.out.Safe && (!safety || l.keeps(v))
		return // another limit of this item is broken already: that one is shown
	}
	i.Max, i.Min, i.Safety = l.Max, "", safety
	if l.Max == "" {
		i.Min = l.Min
	}
	if !l.keeps(v) {
		i.Beyond = true
		j.out.Passed = false
		j.out.Safe = j.out.Safe && !safety
	}
}

func (j *judgement) quality(t *gradeTable, ref record.RuleRef) {
	if t == nil {
		return
	}
	var s *standard
	for i := range t.Standards {
		x := &t.Standards[i]
		if x.From <= j.day && slices.Contains(j.kinds, x.Group) &&
			(s == nil || narrower(j.kinds, x.Group, s.Group) || (x.Group == s.Group && x.From >= s.From)) {
			s = x
		}
	}
	if s == nil {
		return
	}
	j.standard = s.Document
	for _, l := range s.Limits {
		j.bound(l, false, true)
	}
	j.out.Grade = j.grade(s)
	j.out.Rules = append(j.out.Rules, record.RuleRef{Table: ref.Table, Document: s.Document, From: s.From})
}

// narrower tells whether group a stands before b among the kinds.
func narrower(kinds []string, a, b string) bool {
	return slices.Index(kinds, a) < slices.Index(kinds, b)
}

// grade is the best grade all of whose criteria are met. It needs every
// criterion to have been reported.
func (j *judgement) grade(s *standard) string {
	if len(s.Grades) == 0 {
		return ""
	}
	for _, g := range s.Grades {
		met := true
		for _, l := range g.Criteria {
			v, reported := j.in.Value(l.Item)
			if !reported {
				return ""
			}
			met = met && l.keeps(v)
		}
		if met {
			return g.Grade
		}
	}
	return ungraded
}

func (j *judgement) safety(t *safetyTable, ref record.RuleRef) {
	if t == nil {
		return
	}
	for i := range t.Limits {
		l := &t.Limits[i]
		if j.applies(t, l) && !j.superseded(t, l) {
			j.bound(limit{Item: l.Item, Max: l.Max}, true, l.Expected)
			j.rule(record.RuleRef{Table: ref.Table, Document: l.Document, From: l.From})
		}
	}
}

// applies: the limit speaks of this grain and was in force, or would be the
// first to be.
func (j *judgement) applies(t *safetyTable, l *safetyLimit) bool {
	return l.From <= max(j.day, t.first()) && slices.ContainsFunc(l.Groups, func(g string) bool {
		return g == "*" || slices.Contains(j.kinds, g)
	})
}

// superseded: a later edition, in force too, limits the same item.
func (j *judgement) superseded(t *safetyTable, l *safetyLimit) bool {
	return slices.ContainsFunc(t.Limits, func(o safetyLimit) bool {
		return o.Item == l.Item && o.From > l.From && j.applies(t, &o)
	})
}

func (j *judgement) storage(t *storageTable, ref record.RuleRef) {
	if t == nil {
		return
	}
	for _, s := range t.Standards {
		if !slices.Contains(j.kinds, s.Group) {
			continue
		}
		class := j.storageClass(&s)
		if class == "" {
			return
		}
		j.out.Storage = class
		j.rule(record.RuleRef{Table: ref.Table, Document: s.Document, From: ref.From})
		return
	}
}

// storageClass: the worst indicator decides.
func (j *judgement) storageClass(s *storageStandard) string {
	reported, worst := false, suitable
	for _, l := range s.Suitable {
		v, ok := j.in.Value(l.Item)
		reported = reported || ok
		if ok && !l.keeps(v) {
			worst = marginal
		}
	}
	for _, l := range s.Marginal {
		if v, ok := j.in.Value(l.Item); ok && !l.keeps(v) {
			return unsuitable
		}
	}
	if !reported {
		return ""
	}
	return worst
}

func (j *judgement) rule(ref record.RuleRef) {
	if !slices.Contains(j.out.Rules, ref) {
		j.out.Rules = append(j.out.Rules, ref)
	}
}
