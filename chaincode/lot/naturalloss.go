package lot

import (
	"slices"
	"time"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// naturalQuota is the natural loss, in per cent of what was stored, that the
// rules allow for grain that has lain since then.
func (r *Rules) naturalQuota(c *state.Case, p *record.Adjust, variety string, since time.Time) (record.Decimal, bool) {
	quotas, _ := r.tables.natural.at(c, p)
	varieties, _ := r.tables.varieties.at(c, p)
	if quotas == nil || varieties == nil {
		return "", false
	}
	kinds := varieties.kinds(variety, "")
	for _, class := range quotas.Classes {
		if !slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(class.Groups, k) }) {
			continue
		}
		for _, step := range class.Steps {
			if step.Months == 0 || !p.Time().After(since.AddDate(0, step.Months, 0)) {
				return step.Percent, true
			}
		}
	}
	return "", false
}
