package network

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed retention.yaml
var retentionTable []byte

// Retention says how long what is kept. retention.yaml has the terms, and from
// where they are.
type Retention struct {
	Kinds []RetentionKind `yaml:"kinds"`
}

// RetentionKind is a kind of what is kept.
type RetentionKind struct {
	Kind      string             `yaml:"kind"`
	What      string             `yaml:"what"`
	From      string             `yaml:"from"`  // the event from whose day the term counts
	AtEnd     string             `yaml:"atEnd"` // what may be done then
	Elsewhere string             `yaml:"elsewhere,omitempty"`
	Versions  []RetentionVersion `yaml:"versions,omitempty"` // oldest first
}

// RetentionVersion is a term that law has set.
type RetentionVersion struct {
	EffectiveFrom string `yaml:"effectiveFrom"`
	Years         int    `yaml:"years,omitempty"`
	Months        int    `yaml:"months,omitempty"`
	Document      string `yaml:"document"`
	Confidence    string `yaml:"confidence"`
	Source        string `yaml:"source,omitempty"`
}

// Errors of Retention.Until.
var (
	// ErrNoTerm means that the table has no term for this kind or day: keep.
	ErrNoTerm = errors.New("retention: no term is known")
	// ErrTermElsewhere means that other rules say how long; the text names
	// them.
	ErrTermElsewhere = errors.New("retention: the term stands elsewhere")
)

// beijing is where law counts days; it has had no summer time since 1991.
var beijing = time.FixedZone("CST", 8*60*60)

// DefaultRetention is the table of retention.yaml.
func DefaultRetention() (*Retention, error) { return ParseRetention(retentionTable) }

// ParseRetention reads a table. What is unknown or does not hold together is
// named.
func ParseRetention(data []byte) (*Retention, error) {
	r := new(Retention)
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	d.KnownFields(true)
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	seen := map[string]bool{}
	for _, k := range r.Kinds {
		if seen[k.Kind] {
			return nil, fmt.Errorf("retention: %s stands there twice", k.Kind)
		}
		seen[k.Kind] = true
		if err := k.check(); err != nil {
			return nil, fmt.Errorf("retention: %s: %w", k.Kind, err)
		}
	}
	return r, nil
}

func (k *RetentionKind) check() error {
	if k.Kind == "" || k.What == "" || k.From == "" || k.AtEnd == "" {
		return errors.New("kind, what, from and atEnd are needed")
	}
	if (k.Elsewhere == "") == (len(k.Versions) == 0) {
		return errors.New("either versions or elsewhere says how long")
	}
	before := ""
	for _, v := range k.Versions {
		_, err := time.Parse(time.DateOnly, v.EffectiveFrom)
		switch {
		case err != nil:
			return err
		case v.EffectiveFrom <= before:
			return fmt.Errorf("%s does not come after %s", v.EffectiveFrom, before)
		case v.Years < 0 || v.Months < 0 || v.Years+v.Months == 0:
			return fmt.Errorf("%s: no term", v.EffectiveFrom)
		case v.Document == "" || !slices.Contains([]string{"F", "F-code", "V", "M", "I"}, v.Confidence):
			return fmt.Errorf("%s: document and confidence are needed", v.EffectiveFrom)
		}
		before = v.EffectiveFrom
	}
	return nil
}

// Until tells the last day on which what is of this kind must be kept, when its
// term began to count at that moment. It is ErrNoTerm where no version was in
// force then, and ErrTermElsewhere where the table points to other rules.
func (r *Retention) Until(kind string, from time.Time) (last time.Time, by RetentionVersion, err error) {
	i := slices.IndexFunc(r.Kinds, func(k RetentionKind) bool { return k.Kind == kind })
	if i < 0 {
		return last, by, fmt.Errorf("%w: kind %q", ErrNoTerm, kind)
	}
	k := &r.Kinds[i]
	if k.Elsewhere != "" {
		return last, by, fmt.Errorf("%w: %s", ErrTermElsewhere, k.Elsewhere)
	}
	from = from.In(beijing)
	day := from.Format(time.DateOnly)
	for _, v := range slices.Backward(k.Versions) {
		if v.EffectiveFrom <= day {
			// A day that the last month does not have becomes the first of the
			// next one: never too short.
			return time.Date(from.Year()+v.Years, from.Month()+time.Month(v.Months), from.Day(), 0, 0, 0, 0, beijing), v, nil
		}
	}
	return last, by, fmt.Errorf("%w: %s on %s", ErrNoTerm, kind, day)
}

// MayEnd tells whether the term is over: the day after the last one has come.
func (r *Retention) MayEnd(kind string, from, now time.Time) (bool, error) {
	last, _, err := r.Until(kind, from)
	return err == nil && !now.Before(last.AddDate(0, 0, 1)), err
}
