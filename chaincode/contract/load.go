package contract

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// loadRounds bounds the rounds of reading: what payloads name; what those
// values name (causes of marks, versions of rule tables, marks of a mix that a
// voided record was about); the causes of those marks.
const loadRounds = 3

// load reads all that the records touch, one round of keys after another. What
// a payload does not name, the packer does not know: there the version of what
// was read is the guard.
func load(stub Stub, items []item) (*state.View, error) {
	l := newLoader(stub)
	l.wantNamed(items)
	wish := wishesOf(items)
	for range loadRounds {
		fresh, err := l.round()
		if err != nil {
			return nil, err
		}
		l.wantFound()
		for _, key := range fresh {
			if err := wish.follow(l, key); err != nil {
				return nil, err
			}
		}
	}
	return state.NewView(l.loaded), l.finish()
}

// loader reads keys in rounds, each key once.
type loader struct {
	stub   Stub
	loaded map[string][]byte // nil where there is no value
	next   []string
	later  []record.Made // read only where what they come with is there
	seen   map[string]bool
}

func newLoader(stub Stub) *loader {
	return &loader{stub: stub, loaded: map[string][]byte{}, seen: map[string]bool{}}
}

// want asks for keys in the next round.
func (l *loader) want(keys ...string) {
	for _, k := range keys {
		if !l.seen[k] {
			l.seen[k] = true
			l.next = append(l.next, k)
		}
	}
}

// wantNamed asks for the keys that the payloads name. Those that one record of
// the batch makes and another reads stand in later: in a batch that brings a
// lot and what happens to it, none of them is there yet.
func (l *loader) wantNamed(items []item) {
	made := map[string]string{} // key -> the key that it comes with
	for i := range items {
		if items[i].refused != nil {
			continue
		}
		for _, m := range items[i].touched.Makes {
			made[m.Key] = m.With
		}
	}
	named := func(keys []string) {
		for _, k := range keys {
			if with, ok := made[k]; !ok {
				l.want(k)
			} else if !l.seen[k] {
				l.seen[k] = true
				l.later = append(l.later, record.Made{Key: k, With: with})
			}
		}
	}
	l.want(record.RootKey)
	for i := range items {
		if items[i].refused != nil {
			continue
		}
		named(items[i].touched.Reads)
		named(items[i].touched.Writes)
		for _, s := range items[i].envelope.Signatures {
			l.want(record.KeyKey(s.KeyID))
		}
	}
}

// wantFound asks for those in later that only looked as if they were new.
func (l *loader) wantFound() {
	for _, m := range l.later {
		if l.loaded[m.Key] = nil; l.loaded[m.With] != nil {
			l.next = append(l.next, m.Key)
		}
	}
	l.later = nil
}

// round reads what is wanted and answers which keys those were.
func (l *loader) round() ([]string, error) {
	keys := l.next
	l.next = nil
	if len(keys) == 0 {
		return nil, nil
	}
	values, err := l.stub.GetMultipleStates(keys...)
	if err != nil {
		return nil, internal(err)
	}
	for i, k := range keys {
		l.loaded[k] = nil
		if len(values[i]) > 0 {
			l.loaded[k] = values[i]
		}
	}
	return keys, nil
}

// finish reads what the last round named.
func (l *loader) finish() error {
	_, err := l.round()
	return err
}

// wishes is what the records of a batch want beside their own keys.
type wishes struct {
	tables map[string]string // rule tables that are consulted, by key
	taken  map[string]bool   // keys of entries that are voided
	makers map[string]bool   // keys of lots whose issuer's division counts
}

func wishesOf(items []item) wishes {
	w := wishes{tables: map[string]string{}, taken: map[string]bool{}, makers: map[string]bool{}}
	for i := range items {
		if items[i].refused != nil {
			continue
		}
		for _, table := range items[i].touched.Tables {
			w.tables[record.RuleKey(table)] = table
		}
		if a := record.AnnulmentOf(items[i].payload); a != nil {
			w.taken[record.EntryKey(a.Of.Issuer, a.Of.Ref)] = true
		}
		switch p := items[i].payload.(type) {
		case *record.Hold:
			w.makers[record.LotKey(p.Target)] = true
		case *record.Release:
			w.makers[record.LotKey(p.Target)] = true
		case *record.Recall:
			for _, lot := range p.Targets {
				w.makers[record.LotKey(lot)] = true
			}
		}
	}
	return w
}

// follow asks for what a value that was read names.
func (w *wishes) follow(l *loader, key string) error {
	raw := l.loaded[key]
	switch {
	case raw == nil:
		return nil
	case w.tables[key] != "":
		return follow(raw, func(v *record.RuleVersions) {
			for _, version := range v.Versions {
				l.want(record.RuleContentKey(w.tables[key], version.Record))
			}
		})
	case w.taken[key]:
		return follow(raw, func(e *record.Entry) {
			if e.Undo.Mix != "" {
				l.want(record.MixMarksKey(e.Undo.Mix))
			}
		})
	case w.makers[key]:
		if err := follow(raw, func(lot *record.LotState) { l.want(record.EnterpriseKey(lot.Issuer)) }); err != nil {
			return err
		}
	}
	return followMarks(l, key, raw)
}

// followMarks asks for the causes of the marks of a lot, bin or mix. Most have
// none, and are not decoded for it.
func followMarks(l *loader, key string, raw []byte) error {
	kind, _, _ := strings.Cut(key, "/")
	if kind != "lot" && kind != "bin" && kind != "mark" || !bytes.Contains(raw, []byte(`"marks":`)) {
		return nil
	}
	return follow(raw, func(v *record.MixMarks) { // what those have in common
		for _, m := range v.Marks {
			if m.By != record.MarkMany {
				l.want(record.CauseKey(m.By))
			}
		}
	})
}

func follow[T any](raw []byte, found func(*T)) error {
	v := new(T)
	if err := json.Unmarshal(raw, v); err != nil {
		return internal(err)
	}
	found(v)
	return nil
}
