package lot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grainledger/grainledger/record"
)

// The forms of the rule tables. Lists, never maps: what is read by every
// endorser must have one order. A group is a kind of grain that limits speak
// of (paddy-japonica, wheat); "*" is every group.

// varietyTable sorts variety codes (LS/T 1703) and products into groups. The
// longest prefix wins.
type varietyTable struct {
	Groups   []varietyPrefix `json:"groups"`
	Products []productGroup  `json:"products"`
}

type varietyPrefix struct {
	Prefix string `json:"prefix"`
	Group  string `json:"group"`
	Within string `json:"within,omitempty"` // the wider group whose limits hold too
	Note   string `json:"note,omitempty"`
}

type productGroup struct {
	Product string `json:"product"`
	Group   string `json:"group"`
}

// kinds are the groups a lot belongs to, the narrowest first. A product that
// the table does not know is judged as the grain it was made of.
func (t *varietyTable) kinds(variety, productName string) []string {
	if productName != "" {
		for _, p := range t.Products {
			if p.Product == productName {
				return []string{p.Group}
			}
		}
	}
	best := varietyPrefix{}
	for _, g := range t.Groups {
		if strings.HasPrefix(variety, g.Prefix) && len(g.Prefix) > len(best.Prefix) {
			best = g
		}
	}
	switch {
	case best.Group == "":
		return nil
	case best.Within == "":
		return []string{best.Group}
	}
	return []string{best.Group, best.Within}
}

// gradeTable holds the quality standards by group.
type gradeTable struct {
	Standards []standard `json:"standards"`
}

type standard struct {
	Group      string  `json:"group"`
	From       string  `json:"from"` // the edition's first day of force
	Document   string  `json:"document"`
	Confidence string  `json:"confidence"`
	Grades     []grade `json:"grades"` // best first
	Limits     []limit `json:"limits"` // that every grade must keep
}

type grade struct {
	Grade    string  `json:"grade"`
	Criteria []limit `json:"criteria"`
}

// limit bounds one item; an item without a bound in a table is not judged.
type limit struct {
	Item       string         `json:"item"`
	Max        record.Decimal `json:"max,omitempty"`
	Min        record.Decimal `json:"min,omitempty"`
	Confidence string         `json:"confidence,omitempty"`
}

// keeps tells whether v is within the limit.
func (l *limit) keeps(v record.Micro) bool {
	return (l.Max == "" || v <= micro(l.Max)) && (l.Min == "" || v >= micro(l.Min))
}

func (l *limit) check() error {
	if l.Item == "" || (l.Max == "" && l.Min == "") {
		return errors.New("a limit needs an item and a max or min")
	}
	return checkDecimals(l.Max, l.Min)
}

func (t *gradeTable) check() error {
	for _, s := range t.Standards {
		if err := needDate(s.From); err != nil {
			return fmt.Errorf("%s: %w", s.Group, err)
		}
		limits := slices.Clone(s.Limits)
		for _, g := range s.Grades {
			limits = append(limits, g.Criteria...)
		}
		for _, l := range limits {
			if err := l.check(); err != nil {
				return fmt.Errorf("%s: %w", s.Group, err)
			}
		}
	}
	return nil
}

// safetyTable holds contaminant limits (GB 2761, GB 2762, GB 2763).
type safetyTable struct {
	Limits []safetyLimit `json:"limits"`
}

type safetyLimit struct {
	Groups     []string       `json:"groups"`
	Item       string         `json:"item"`
	Max        record.Decimal `json:"max"`
	From       string         `json:"from"`
	Document   string         `json:"document"`
	Confidence string         `json:"confidence"`
	Expected   bool           `json:"expected,omitempty"` // listed as missing where it was not reported
}

// first is the day of the oldest edition in the table.
func (t *safetyTable) first() string {
	if len(t.Limits) == 0 {
		return ""
	}
	return slices.MinFunc(t.Limits, func(a, b safetyLimit) int { return strings.Compare(a.From, b.From) }).From
}

func (t *safetyTable) check() error {
	for _, l := range t.Limits {
		if len(l.Groups) == 0 {
			return fmt.Errorf("%s: no groups", l.Item)
		}
		if err := errors.Join((&limit{Item: l.Item, Max: l.Max}).check(), needDate(l.From)); err != nil {
			return fmt.Errorf("%s: %w", l.Item, err)
		}
	}
	return nil
}

// storageTable holds the classes of storage quality by group: 宜存 while
// every suitable bound is kept, 轻度不宜存 while every marginal one is,
// 重度不宜存 beyond.
type storageTable struct {
	Standards []storageStandard `json:"standards"`
}

type storageStandard struct {
	Group      string  `json:"group"`
	Document   string  `json:"document"`
	Confidence string  `json:"confidence"`
	Suitable   []limit `json:"suitable"`
	Marginal   []limit `json:"marginal"`
}

func (t *storageTable) check() error {
	for _, s := range t.Standards {
		for _, l := range slices.Concat(s.Suitable, s.Marginal) {
			if err := l.check(); err != nil {
				return fmt.Errorf("%s: %w", s.Group, err)
			}
		}
	}
	return nil
}

// deductionTable holds the weight adjustments at purchase.
type deductionTable struct {
	TolerancePercent record.Decimal   `json:"tolerancePercent"` // of gross - tare, before a difference is flagged
	Groups           []deductionGroup `json:"groups"`
}

type deductionGroup struct {
	Group      string      `json:"group"`
	Document   string      `json:"document"`
	Confidence string      `json:"confidence"`
	Items      []deduction `json:"items"`
}

// deduction: for each full step above the limit Down per cent less, for each
// full step below it Up per cent more, at most MaxUp steps. With Low the
// grain is docked below the limit instead (整精米率).
type deduction struct {
	Item  string         `json:"item"`
	Limit record.Decimal `json:"limit"`
	Step  record.Decimal `json:"step"`
	Down  record.Decimal `json:"down"`
	Up    record.Decimal `json:"up,omitempty"`
	MaxUp int64          `json:"maxUp,omitempty"` // 0: no bound
	Low   bool           `json:"low,omitempty"`
}

func (t *deductionTable) check() error {
	for _, g := range t.Groups {
		for _, d := range g.Items {
			if err := errors.Join(needDecimals(d.Limit, d.Step, d.Down), checkDecimals(d.Up)); err != nil {
				return fmt.Errorf("%s: %w", g.Group, err)
			}
			if micro(d.Step) <= 0 || d.Item == "" {
				return fmt.Errorf("%s: an item needs a name and a positive step", g.Group)
			}
		}
	}
	return needDecimals(t.TolerancePercent)
}

// naturalTable holds the quota of natural loss by class of grain.
type naturalTable struct {
	Classes []naturalClass `json:"classes"`
}

type naturalClass struct {
	Class  string        `json:"class"`
	Groups []string      `json:"groups"`
	Steps  []naturalStep `json:"steps"` // shortest first
}

// naturalStep: up to so many months (0: any longer time) so many per cent,
// cumulative and not per year.
type naturalStep struct {
	Months  int            `json:"months,omitempty"`
	Percent record.Decimal `json:"percent"`
}

func (t *naturalTable) check() error {
	for _, cl := range t.Classes {
		if len(cl.Steps) == 0 {
			return fmt.Errorf("%s: no steps", cl.Class)
		}
		for _, s := range cl.Steps {
			if err := needDecimals(s.Percent); err != nil {
				return fmt.Errorf("%s: %w", cl.Class, err)
			}
		}
	}
	return nil
}

// processTable holds the highest declared loss by process.
type processTable struct {
	Processes []processRule `json:"processes"`
}

type processRule struct {
	Process    string         `json:"process"`
	MaxPercent record.Decimal `json:"maxPercent"`
}

func (t *processTable) check() error {
	for _, p := range t.Processes {
		if err := needDecimals(p.MaxPercent); err != nil || p.Process == "" {
			return fmt.Errorf("process %q: wrong loss", p.Process)
		}
	}
	return nil
}

// validityTable says for how many days an outbound inspection counts.
type validityTable struct {
	OutboundDays int64 `json:"outboundDays"`
}

func (t *validityTable) check() error {
	if t.OutboundDays < 1 || t.OutboundDays > 3660 {
		return errors.New("outboundDays must be between 1 and 3660")
	}
	return nil
}

// yieldTable says which harvest yields are usual.
type yieldTable struct {
	MinKgPerMu record.Decimal `json:"minKgPerMu"`
	MaxKgPerMu record.Decimal `json:"maxKgPerMu"`
}

func (t *yieldTable) check() error { return needDecimals(t.MinKgPerMu, t.MaxKgPerMu) }

// transitTable says which transit loss is usual.
type transitTable struct {
	MaxPercent record.Decimal `json:"maxPercent"`
}

func (t *transitTable) check() error { return needDecimals(t.MaxPercent) }

// checkDecimals wants decimals that are not negative; an empty one is left out.
func checkDecimals(list ...record.Decimal) error {
	for _, d := range list {
		if d == "" {
			continue
		}
		v, err := d.Micro()
		if err != nil {
			return err
		}
		if v < 0 {
			return fmt.Errorf("%s is negative", d)
		}
	}
	return nil
}

// needDecimals wants every one of them: an empty limit is no limit of zero.
func needDecimals(list ...record.Decimal) error {
	if slices.Contains(list, "") {
		return errors.New("a value is missing")
	}
	return checkDecimals(list...)
}

// needDate wants the day from which a row is in force.
func needDate(s string) error {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return fmt.Errorf("%q is not a date (YYYY-MM-DD)", s)
	}
	return nil
}
