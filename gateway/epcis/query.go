package epcis

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// QueryError is a parameter that cannot be answered: QueryParameterException
// of the standard, or, where Unsupported, a parameter of the standard that
// this repository does not have.
type QueryError struct {
	Param       string
	Why         string
	Unsupported bool
}

func (e *QueryError) Error() string { return e.Param + ": " + e.Why }

// Bounds of queries.
const (
	DefaultPerPage = 30 // as the standard has it
	MaxPerPage     = 500
	maxValues      = 64 // of one parameter
)

// Query is a SimpleEventQuery: conditions that an event meets all.
type Query struct {
	conditions []condition
	classes    []*class
}

type condition func(e *Event) bool

// class is a condition on classes. Its values may be renamed before it is
// asked, since one lot may have two names.
type class struct {
	values []string
	of     func(e *Event) []Quantity
}

// ParseQuery reads the parameters of a query; those of paging are for others.
// Values of one parameter are divided by | or commas, or the parameter comes
// several times. The error is a *QueryError.
func ParseQuery(v url.Values) (*Query, error) {
	q := &Query{}
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := q.add(name, split(v[name])); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func split(values []string) (out []string) {
	for _, v := range values {
		out = append(out, strings.FieldsFunc(v, func(r rune) bool { return r == '|' || r == ',' })...)
	}
	return out
}

// texts are parameters that compare one text of an event.
var texts = map[string]func(e *Event) []string{
	"eventType":           func(e *Event) []string { return []string{e.Type} },
	"EQ_action":           func(e *Event) []string { return []string{e.Action} },
	"EQ_bizStep":          func(e *Event) []string { return []string{e.BizStep} },
	"EQ_disposition":      func(e *Event) []string { return []string{e.Disposition} },
	"EQ_eventID":          func(e *Event) []string { return []string{e.EventID} },
	"EQ_transformationID": func(e *Event) []string { return []string{e.TransformationID} },
	"EQ_readPoint":        func(e *Event) []string { return place(e.ReadPoint) },
	"EQ_bizLocation":      func(e *Event) []string { return place(e.BizLocation) },
	"EQ_errorReason": func(e *Event) []string {
		return declared(e, func(d *ErrorDeclaration) []string { return []string{d.Reason} })
	},
	"EQ_correctiveEventID": func(e *Event) []string {
		return declared(e, func(d *ErrorDeclaration) []string { return d.CorrectiveEventIDs })
	},
	// No event of ours has single objects: these conditions hold for none.
	"MATCH_epc": none, "MATCH_anyEPC": none, "MATCH_parentID": none, "MATCH_inputEPC": none, "MATCH_outputEPC": none,
}

func none(*Event) []string { return nil }

func place(l *Location) []string {
	if l == nil {
		return nil
	}
	return []string{l.ID}
}

func declared(e *Event, of func(*ErrorDeclaration) []string) []string {
	if e.ErrorDeclaration == nil {
		return nil
	}
	return of(e.ErrorDeclaration)
}

// moments are parameters that compare a time of an event.
var moments = map[string]func(e *Event) string{
	"eventTime":  func(e *Event) string { return e.EventTime },
	"recordTime": func(e *Event) string { return e.RecordTime },
	"errorDeclarationTime": func(e *Event) string {
		return strings.Join(declared(e, func(d *ErrorDeclaration) []string { return []string{d.DeclarationTime} }), "")
	},
}

// quantities are parameters that compare classes.
var quantities = map[string]func(e *Event) []Quantity{
	"MATCH_epcClass":       func(e *Event) []Quantity { return e.QuantityList },
	"MATCH_inputEPCClass":  func(e *Event) []Quantity { return e.InputQuantityList },
	"MATCH_outputEPCClass": func(e *Event) []Quantity { return e.OutputQuantityList },
	"MATCH_anyEPCClass": func(e *Event) []Quantity {
		return slices.Concat(e.QuantityList, e.InputQuantityList, e.OutputQuantityList)
	},
}

// unsupported begin the names of parameters that the standard has and this
// repository has not.
var unsupported = []string{"orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "WD_", "HASATTR_", "EQATTR_", "EXISTS_",
	"EQ_", "GT_", "GE_", "LT_", "LE_", "NE_", "MATCH_", "EQ_persistentDisposition", "SD_", "INNER_"}

func (q *Query) add(name string, values []string) error {
	switch {
	case len(values) == 0:
		return &QueryError{Param: name, Why: "has no value"}
	case len(values) > maxValues:
		return &QueryError{Param: name, Why: fmt.Sprintf("has more than %d values", maxValues)}
	}
	if of := texts[name]; of != nil {
		q.addText(of, values)
		return checkWords(name, values)
	}
	if of := quantities[name]; of != nil {
		c := &class{values, of}
		q.classes = append(q.classes, c)
		q.conditions = append(q.conditions, c.holds)
		return nil
	}
	if done, err := q.addNamed(name, values); done {
		return err
	}
	for _, prefix := range unsupported {
		if strings.HasPrefix(name, prefix) {
			return &QueryError{Param: name, Why: "is not supported by this repository", Unsupported: true}
		}
	}
	return &QueryError{Param: name, Why: "is no parameter of a query"}
}

func (q *Query) addText(of func(e *Event) []string, values []string) {
	for i := range values {
		values[i] = bareWord(values[i])
	}
	q.conditions = append(q.conditions, func(e *Event) bool {
		return slices.ContainsFunc(of(e), func(s string) bool { return slices.Contains(values, s) })
	})
}

// checkWords refuses words that no event can have by the standard.
func checkWords(name string, values []string) error {
	allowed := map[string][]string{
		"eventType": {objectEvent, transactionEvent, transformationEvent, "AggregationEvent", "AssociationEvent"},
		"EQ_action": {actionAdd, actionObserve, actionDelete},
	}[name]
	for _, v := range values {
		if allowed != nil && !slices.Contains(allowed, v) {
			return &QueryError{Param: name, Why: strconv.Quote(v) + " is none of " + strings.Join(allowed, ", ")}
		}
	}
	return nil
}

// addNamed adds parameters whose name says what they compare. It reports false
// for others.
func (q *Query) addNamed(name string, values []string) (bool, error) {
	if op, what, ok := strings.Cut(name, "_"); ok && moments[what] != nil && (op == "GE" || op == "LT") {
		return true, q.addMoment(name, op == "GE", moments[what], values)
	}
	if name == "EXISTS_errorDeclaration" {
		q.conditions = append(q.conditions, func(e *Event) bool { return e.ErrorDeclaration != nil })
		return true, nil
	}
	for prefix, of := range map[string]func(e *Event, kind string) []string{
		"EQ_bizTransaction": documentsOf, "EQ_source": sourcesOf, "EQ_destination": destinationsOf,
	} {
		if kind, ok := strings.CutPrefix(name, prefix); ok && (kind == "" || kind[0] == '_') {
			kind = bareWord(strings.TrimPrefix(kind, "_"))
			q.addText(func(e *Event) []string { return of(e, kind) }, values)
			return true, nil
		}
	}
	return false, nil
}

func (q *Query) addMoment(name string, from bool, of func(e *Event) string, values []string) error {
	limit, err := time.Parse(time.RFC3339, values[0])
	if err != nil || len(values) != 1 {
		return &QueryError{Param: name, Why: "is not one time in RFC 3339 (a + in an address is written %2B)"}
	}
	q.conditions = append(q.conditions, func(e *Event) bool {
		t, err := time.Parse(time.RFC3339, of(e))
		return err == nil && t.Before(limit) != from
	})
	return nil
}

func documentsOf(e *Event, kind string) (out []string) {
	for _, t := range e.BizTransactionList {
		if kind == "" || t.Type == kind {
			out = append(out, t.BizTransaction)
		}
	}
	return out
}

func sourcesOf(e *Event, kind string) (out []string) {
	for _, s := range e.SourceList {
		if kind == "" || s.Type == kind {
			out = append(out, s.Source)
		}
	}
	return out
}

func destinationsOf(e *Event, kind string) (out []string) {
	for _, d := range e.DestinationList {
		if kind == "" || d.Type == kind {
			out = append(out, d.Destination)
		}
	}
	return out
}

func (c *class) holds(e *Event) bool {
	return slices.ContainsFunc(c.of(e), func(q Quantity) bool { return slices.Contains(c.values, q.EPCClass) })
}

// Matches tells whether an event meets all conditions.
func (q *Query) Matches(e *Event) bool {
	for _, holds := range q.conditions {
		if !holds(e) {
			return false
		}
	}
	return true
}

// Classes are those of one condition that every event must meet, so that a
// reader need look only at their records; empty for none.
func (q *Query) Classes() []string {
	if len(q.classes) == 0 {
		return nil
	}
	return q.classes[0].values
}

// Rename gives classes the name under which events have them.
func (q *Query) Rename(name func(class string) string) {
	for _, c := range q.classes {
		for i, v := range c.values {
			c.values[i] = name(v)
		}
	}
}
