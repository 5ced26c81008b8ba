package network

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRetention(t *testing.T) {
	r, err := DefaultRetention()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, from, last string }{
		{"books", "2025-12-11T13:00:00+08:00", "2028-12-11"},
		{"books", "2025-12-10T16:30:00Z", "2028-12-11"}, // the next day in Beijing
		{"books", "2010-01-01T00:00:00+08:00", "2013-01-01"},
		{"books", "2024-02-29T12:00:00+08:00", "2027-03-01"}, // never too short
		{"sealed", "2025-12-11T13:00:00+08:00", "2028-12-11"},
		{"queries", "2026-08-01T00:00:00+08:00", "2036-08-01"},
		{"product", "2026-01-31T00:00:00+08:00", "2026-07-31"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		last, by, err := r.Until(c.kind, from)
		if err != nil || last.Format(time.DateOnly) != c.last || by.Document == "" {
			t.Errorf("%s from %s: until %s by %q, %v; want %s", c.kind, c.from, last, by.Document, err, c.last)
		}
		for hours, want := range map[time.Duration]bool{-1: false, 23: false, 24: true} {
			if may, err := r.MayEnd(c.kind, from, last.Add(hours*time.Hour)); err != nil || may != want {
				t.Errorf("%s: %d h after the beginning of the last day: %t, %v", c.kind, hours, may, err)
			}
		}
	}
}

func TestRetentionThatTheTableDoesNotKnow(t *testing.T) {
	r, err := DefaultRetention()
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]error{"credit": ErrTermElsewhere, "books": ErrNoTerm, "paper": ErrNoTerm} {
		early := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
		if may, err := r.MayEnd(kind, early, time.Now()); may || !errors.Is(err, want) {
			t.Errorf("%s: %t, %v", kind, may, err)
		}
	}
}

func TestRetentionTableIsChecked(t *testing.T) {
	good := string(retentionTable)
	for _, c := range []struct{ from, to, says string }{
		{"kind: sealed", "kind: books", "twice"},
		{`effectiveFrom: "2021-04-15"`, `effectiveFrom: "2003-01-01"`, "does not come after"},
		{`effectiveFrom: "2021-04-15"`, `effectiveFrom: "2021"`, "cannot parse"},
		{"months: 6", "months: 0", "no term"},
		{"confidence: M", "confidence: sure", "confidence"},
		{"    elsewhere:", "    where:", "where"},
		{"years: 10", "decades: 1", "decades"},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		if _, err := ParseRetention([]byte(bad)); bad == good || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}

// The manual shows what the table says.
func TestRetentionIsInTheRunbooks(t *testing.T) {
	r, err := DefaultRetention()
	if err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile("../docs/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range r.Kinds {
		if !strings.Contains(string(manual), "| `"+k.Kind+"` |") {
			t.Errorf("docs/runbooks.md has no row of %s", k.Kind)
		}
	}
}
