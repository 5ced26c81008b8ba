package lot

import (
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// Law and limits are dated data. Each file of seed/ is one rule table with
// its versions; a rule record of the national regulator adds a version on the
// ledger. A record is judged by the newest version in force on the day it
// occurred, and of two from the same day by the later in the ledger.
//
//go:embed seed/*.json
var seedFiles embed.FS

// tables holds every rule table that lot rules read.
type tables struct {
	varieties  *table[varietyTable]
	grades     *table[gradeTable]
	safety     *table[safetyTable]
	storage    *table[storageTable]
	deductions *table[deductionTable]
	natural    *table[naturalTable]
	process    *table[processTable]
	validity   *table[validityTable]
	yield      *table[yieldTable]
	transit    *table[transitTable]

	check map[string]func([]byte) error
}

func loadTables() (*tables, error) {
	t := &tables{check: map[string]func([]byte) error{}}
	var first error
	t.varieties = load[varietyTable](t, record.TableVarieties, &first)
	t.grades = load[gradeTable](t, record.TableGrades, &first)
	t.safety = load[safetyTable](t, record.TableSafety, &first)
	t.storage = load[storageTable](t, record.TableStorage, &first)
	t.deductions = load[deductionTable](t, record.TableDeductions, &first)
	t.natural = load[naturalTable](t, record.TableNatural, &first)
	t.process = load[processTable](t, record.TableProcess, &first)
	t.validity = load[validityTable](t, record.TableValidity, &first)
	t.yield = load[yieldTable](t, record.TableYield, &first)
	t.transit = load[transitTable](t, record.TableTransit, &first)
	return t, first
}

// CheckTable tells whether content is a well-formed rule table of that name.
func (r *Rules) CheckTable(name string, content []byte) error {
	check, ok := r.tables.check[name]
	if !ok {
		return record.Refuse(record.UnknownTable, "%s", name)
	}
	if err := check(content); err != nil {
		return &record.Error{Code: record.BadField, Field: "content", Detail: tableFault(err)}
	}
	return nil
}

// tableFault says what is wrong with a table in words of our own: what stands
// in a verdict must be the same on every endorser.
func tableFault(err error) string {
	var e *record.Error
	if !errors.As(err, &e) {
		return err.Error() // of a check below
	}
	if e.Field == "" {
		return e.Detail
	}
	return e.Field + " " + e.Detail
}

// content is what a rule table holds; it can tell what is wrong with itself.
type content interface{ check() error }

// table is one rule table with its seeded versions, oldest first.
type table[T any] struct {
	name  string
	seeds []edition[T]
}

type edition[T any] struct {
	ref     record.RuleRef
	content *T
}

// seedFile is the form of a file of seed/.
type seedFile struct {
	Table    string        `json:"table"`
	Note     string        `json:"note,omitempty"`
	Versions []seedVersion `json:"versions"`
}

type seedVersion struct {
	EffectiveFrom string         `json:"effectiveFrom"`
	Document      string         `json:"document"`
	Confidence    string         `json:"confidence"` // F, F-code, V, M or I: how sure we are of it
	Source        string         `json:"source,omitempty"`
	Content       jsontext.Value `json:"content"`
}

func load[T any](all *tables, name string, first *error) *table[T] {
	all.check[name] = func(raw []byte) error { _, err := parse[T](raw); return err }
	t, err := readSeed[T](name)
	if err != nil && *first == nil {
		*first = fmt.Errorf("rule table %s: %w", name, err)
	}
	return t
}

func readSeed[T any](name string) (*table[T], error) {
	raw, err := seedFiles.ReadFile("seed/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var f seedFile
	if err := json.Unmarshal(raw, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	t := &table[T]{name: name}
	for _, v := range f.Versions {
		c, err := parse[T](v.Content)
		if err != nil {
			return nil, err
		}
		t.seeds = append(t.seeds, edition[T]{record.RuleRef{Table: name, Document: v.Document, From: v.EffectiveFrom}, c})
	}
	return t, nil
}

// parse reads a table's content strictly.
func parse[T any](raw []byte) (*T, error) {
	c := new(T)
	if err := record.DecodeStrict(raw, c); err != nil {
		return nil, err
	}
	if checked, ok := any(c).(content); ok {
		if err := checked.check(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// at is the table in force when p occurred. What occurred before the first
// version is judged by that one, so that no date escapes a limit.
func (t *table[T]) at(c *state.Case, p record.Payload) (*T, record.RuleRef) {
	day := dayOf(p)
	if len(t.seeds) > 0 {
		day = max(day, t.seeds[0].ref.From)
	}
	var best edition[T]
	for _, e := range t.seeds {
		if e.ref.From <= day && e.ref.From >= best.ref.From {
			best = e
		}
	}
	versions := state.Get[record.RuleVersions](c.View, record.RuleKey(t.name))
	if versions == nil {
		return best.content, best.ref
	}
	for _, v := range versions.Versions {
		if v.EffectiveFrom > day || v.EffectiveFrom < best.ref.From {
			continue
		}
		if parsed := t.recorded(c, v.Record); parsed != nil {
			best = edition[T]{record.RuleRef{Table: t.name, Document: v.Document, From: v.EffectiveFrom}, parsed}
		}
	}
	return best.content, best.ref
}

func (t *table[T]) recorded(c *state.Case, id string) *T {
	raw := state.Get[record.RuleContent](c.View, record.RuleContentKey(t.name, id))
	if raw == nil {
		return nil
	}
	parsed, err := parse[T](raw.Content)
	if err != nil {
		return nil // it was checked when it was recorded
	}
	return parsed
}

// beijing is the time zone of legal dates.
var beijing = time.FixedZone("CST", 8*60*60)

// dayOf is the calendar day in Beijing on which p occurred, YYYY-MM-DD.
func dayOf(p record.Payload) string {
	return p.Head().Time().In(beijing).Format(time.DateOnly)
}
