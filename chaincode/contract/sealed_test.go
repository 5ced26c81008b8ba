package contract_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// sealedWorld has two purchases, the first with two sealed parts and the
// second with one.
type sealedWorld struct {
	*world
	names []record.SealName
	parts map[string][]byte
}

func newSealedWorld(t *testing.T) *sealedWorld {
	w := &sealedWorld{world: newWorld(t), parts: map[string][]byte{}}
	for lot, n := range []int{2, 1} {
		p := &record.Purchase{Header: w.head(depot), Lot: fmt.Sprint("P", lot), Variety: "1132002", Nature: "200", GrossGrams: kg, NetGrams: kg}
		for i := range n {
			w.seal(p.Ref, map[string]int{"price": i})
			p.Sealed = append(p.Sealed, w.names[len(w.names)-1].Name)
		}
		w.accept(p)
	}
	return w
}

// seal makes a part and adds it to the call.
func (w *sealedWorld) seal(ref string, content any) {
	part, name, err := record.Seal([]byte("sealing key"), depot, ref, content)
	if err != nil {
		w.Fatal(err)
	}
	w.names = append(w.names, record.SealName{Issuer: depot, Ref: ref, Name: name})
	w.parts[name] = part
}

func (w *sealedWorld) call() error {
	arg, err := json.Marshal(&record.SealRequest{Parts: w.names})
	if err != nil {
		w.Fatal(err)
	}
	_, err = w.run(record.FnSeal, arg, w.parts)
	return err
}

func TestSealedParts(t *testing.T) {
	w := newSealedWorld(t)
	before := w.digest()
	if err := w.call(); err != nil {
		t.Fatal(err)
	}
	if len(w.private) != 3 || w.digest() != before {
		t.Fatal("sealing did not store the parts, or wrote something public")
	}
	for name, part := range w.parts {
		if string(w.private[name]) != string(part) {
			t.Errorf("part %s is not stored as it came", name)
		}
	}
	if err := w.call(); err != nil {
		t.Errorf("the same parts again: %v", err)
	}
}

func TestSealReadsRecordsOnce(t *testing.T) {
	w := newSealedWorld(t)
	arg, err := json.Marshal(&record.SealRequest{Parts: w.names})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.simulate(txID(), record.FnSeal, arg, w.parts)
	if err != nil || s.rounds != 1 || len(s.reads) != 2 {
		t.Errorf("%d keys in %d rounds, %v", len(s.reads), s.rounds, err)
	}
}

// TestBadSealRequests: one thing that is wrong refuses the whole call, and
// nothing is stored.
func TestBadSealRequests(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *sealedWorld)
		code   record.Code
		field  string
	}{
		{"no part", func(w *sealedWorld) { w.names, w.parts = nil, nil }, record.BadCall, "parts"},
		{"too many parts", func(w *sealedWorld) {
			for i := range record.MaxSealParts {
				w.seal("more", i)
			}
		}, record.BadCall, "parts"},
		{"a part named twice", func(w *sealedWorld) { w.names = append(w.names, w.names[1]) }, record.BadCall, "parts/3/name"},
		{"a part that did not come", func(w *sealedWorld) { delete(w.parts, w.names[1].Name) }, record.BadSealed, "parts/1/name"},
		{"a part that nobody named", func(w *sealedWorld) { w.names = w.names[:2] }, record.BadSealed, "parts"},
		{"another part under the name", func(w *sealedWorld) { w.parts[w.names[1].Name] = w.parts[w.names[0].Name] }, record.BadSealed, "parts/1/name"},
		{"a part of another record", func(w *sealedWorld) { w.names[2].Ref = w.names[0].Ref }, record.BadSealed, "parts/2/name"},
		{"what is no part", func(w *sealedWorld) { w.parts[w.names[2].Name] = []byte("{}") }, record.BadSealed, "parts/2/name"},
		{"a part too large", func(w *sealedWorld) {
			w.parts[w.names[0].Name] = make([]byte, record.MaxSealedBytes+1)
		}, record.TooLarge, "parts/0/name"},
		{"a part that its record does not name", func(w *sealedWorld) { w.seal(w.names[0].Ref, "not named") }, record.BadSealed, "parts/3/name"},
		{"a record that is not there", func(w *sealedWorld) { w.seal("none", "x") }, record.UnknownRecord, "parts/3/ref"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newSealedWorld(t)
			before := maps.Clone(w.private)
			test.change(w)
			err := w.call()
			var e *record.Error
			if !errors.As(err, &e) || e.Code != test.code || e.Field != test.field {
				t.Errorf("refused with %v", err)
			}
			if len(w.private) != len(before) {
				t.Error("something was stored")
			}
		})
	}
}

func TestSealRequestIsStrict(t *testing.T) {
	w := newSealedWorld(t)
	for name, arg := range map[string]string{
		"no JSON":                  `parts`,
		"the form of one record":   `{"issuer":"` + depot + `","ref":"R"}`,
		"a member that is not one": `{"parts":[],"more":1}`,
	} {
		if _, err := w.run(record.FnSeal, []byte(arg), w.parts); record.CodeOf(err) != record.BadCall {
			t.Errorf("%s: %v", name, err)
		}
	}
}
