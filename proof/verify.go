package proof

import (
	"errors"
	"strconv"
)

// VerifyBundle checks a bundle with what the reader trusts, and nothing else.
func VerifyBundle(raw []byte, trust *Trust) *Report {
	b, err := ParseBundle(raw)
	if err != nil {
		v := &verification{}
		v.do(CheckForm, func(c *Check) error { return fails("malformed", err.Error()) })
		v.run()
		return &v.report
	}
	return b.Verify(trust)
}

// Verify checks a bundle that has been read.
func (b *Bundle) Verify(trust *Trust) *Report {
	v := &verification{bundle: b, trust: trust}
	v.report.Subject = b.Subject
	v.do(CheckForm, v.form)
	v.run()
	return &v.report
}

// verification is the checks of one bundle under way.
type verification struct {
	bundle *Bundle
	trust  *Trust
	report Report
	failed bool

	note *Note
	keys *keys
	path *path
}

// run does the checks behind the form.
func (v *verification) run() {
	v.do(CheckCheckpoint, v.checkpoint)
	v.do(CheckWitnesses, v.witnesses)
	v.do(CheckInclusion, v.inclusion)
	v.do(CheckRegistry, v.registry)
	v.do(CheckSignatures, v.signatures)
	v.do(CheckAnchor, v.anchor)
	v.do(CheckPath, v.connected)
	v.do(CheckCoverage, v.coverage)
	v.do(CheckMarks, v.marks)
	v.report.Holds = !v.failed
	v.leave(CheckMixture, "ledger_computes")
	v.leave(CheckBlock, "needs_ledger")
	v.leave(CheckTime, "needs_ledger")
	v.leave(CheckJudgement, "ledger_judges")
	v.leave(CheckLater, "cannot_be_proved")
	v.leave(CheckTruth, "cannot_be_proved")
}

func (v *verification) do(name string, check func(*Check) error) {
	c := Check{Check: name, Outcome: Holds, Numbers: map[string]int64{}}
	if v.failed {
		c.Outcome, c.Why = NotChecked, "earlier_failure"
	} else if err := check(&c); err != nil {
		v.failed = true
		c.Outcome, c.Why, c.Names = Fails, err.Error(), nil
		var f *failure
		if errors.As(err, &f) {
			c.Why, c.At = f.why, f.at
		}
		clear(c.Numbers)
	}
	v.report.Checks = append(v.report.Checks, c)
}

// leave notes a check that no bundle allows. Of the anchor's place on the
// ledger it says at least what the bundle claims.
func (v *verification) leave(name, why string) {
	c := Check{Check: name, Outcome: NotChecked, Why: why}
	switch {
	case name == CheckBlock && v.failed:
		c.Why = "earlier_failure"
	case name == CheckBlock:
		c.Numbers = map[string]int64{"block": int64(v.bundle.Anchor.Block)}
		c.Names = []string{v.bundle.Anchor.Tx}
	}
	v.report.Checks = append(v.report.Checks, c)
}

func (v *verification) form(c *Check) error {
	c.Numbers["records"] = int64(len(v.bundle.Records))
	c.Numbers["registry"] = int64(len(v.bundle.Registry))
	return nil
}

// at names an item of a list.
func at(list string, i int) string { return list + "/" + strconv.Itoa(i) }
