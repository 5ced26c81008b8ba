package web

import (
	"fmt"
	"slices"
	"testing"
)

// moments is a Keeper of which tests say what changed.
type moments struct {
	now     uint64
	changed map[string]uint64
}

func (m *moments) Moment() uint64 { return m.now }

func (m *moments) Unchanged(moment uint64, nodes []string) bool {
	return !slices.ContainsFunc(nodes, func(id string) bool { return m.changed[id] > moment })
}

// TestPagesAreKept: a page is read once and then shown as it was, until
// something that it shows has changed; another address is another page.
func TestPagesAreKept(t *testing.T) {
	w := season(t, 2, 4)
	m := &moments{changed: map[string]uint64{}}
	h := handler(t, Options{Reader: w, PublicURL: "https://trace.example.cn", Keeper: m})
	first := get(t, h, batchPath)
	page := bodyOf(t, first)
	lot := w.lots[retailLot]
	lot.NonFood = "x"
	w.lots[retailLot] = lot

	kept := get(t, h, batchPath)
	if bodyOf(t, kept) != page {
		t.Error("nothing changed and the page did")
	}
	for name := range first.Header {
		if kept.Header.Get(name) != first.Header.Get(name) {
			t.Errorf("%s is %q on the kept page, and was %q", name, kept.Header.Get(name), first.Header.Get(name))
		}
	}
	if again := get(t, h, batchPath, "If-None-Match", first.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("the same page again: %d, want 304", again.StatusCode)
	}
	mustLack(t, bodyOf(t, get(t, h, batchPath, "Accept-Language", "en")), "晚粳稻谷")

	trace := w.traces[retailLot]
	for i, id := range []string{"unknown", trace.Nodes[len(trace.Nodes)-1].ID} {
		m.now++
		m.changed[id] = m.now
		if got := bodyOf(t, get(t, h, batchPath)); (got == page) != (i == 0) {
			t.Errorf("%s changed; the page is the old one: %t", id, got == page)
		}
	}
}

// TestKeptPagesAreBounded: what is kept does not grow with what is asked for.
func TestKeptPagesAreBounded(t *testing.T) {
	k := newKeptPages()
	for i := range 300 {
		k.put(&keptPage{key: fmt.Sprint(i % 200), body: make([]byte, 1<<20)})
		if k.held > maxKeptBytes || len(k.of) != k.order.Len() {
			t.Fatalf("%d bytes", k.held)
		}
	}
	if k.get("99") == nil || k.get("0") != nil {
		t.Error("the last are not those that are kept")
	}
}
