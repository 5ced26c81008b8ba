package record

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// layers are the words in which the layers between ledger and client wrap a
// contract's error.
var layers = []string{
	"%s",
	"chaincode response 500, %s",
	"rpc error: code = Aborted desc = failed to endorse transaction: %s",
	"rpc error: code = Unknown desc = evaluate call to endorser returned error: chaincode response 500, %s",
	"GL GL12 GL9999 nonsense: %s",
	"GL%s",
	"粮链：%s",
}

func TestParseErrorRoundTrip(t *testing.T) {
	for _, c := range Codes() {
		for _, e := range []*Error{
			{Code: c, Detail: "lot=P1"},
			{Code: c, Field: "outputs/0/grams", Detail: "is not a weight: 粮"},
			{Code: c},
			{Code: c, Field: "payload"},
		} {
			for _, layer := range layers {
				got, ok := ParseError(fmt.Sprintf(layer, e.Error()))
				if !ok || got.Code != c {
					t.Fatalf("%q in %q is read as %v", e, layer, got)
				}
				if got.Error() != e.Error() {
					t.Errorf("%q is written again as %q", e, got)
				}
			}
		}
	}
}

func TestParseErrorReads(t *testing.T) {
	for _, tc := range []struct {
		text   string
		code   Code
		detail string
	}{
		{"chaincode response 500, GL8001 insufficient_quantity: lot=P1", InsufficientQuantity, "lot=P1"},
		{"GL8001 insufficient_quantity", InsufficientQuantity, ""},
		{"GL1020 bad_quantity: grams: is not a weight", BadQuantity, "grams: is not a weight"},
		{"GL1090 bad_field: a: GL9005 internal: b", BadField, "a: GL9005 internal: b"}, // the first counts
		{"GL8001 bad_uscc: x; GL1010 bad_uscc: y", BadUSCC, "y"},                       // number and word must agree
	} {
		got, ok := ParseError(tc.text)
		if !ok || got.Code != tc.code || got.Detail != tc.detail {
			t.Errorf("%q is read as %#v", tc.text, got)
		}
	}
}

func TestParseErrorFindsNothing(t *testing.T) {
	for _, s := range []string{
		"", "GL", "GL8001", "GL8001 ", "GL8001:insufficient_quantity", "gl8001 insufficient_quantity: x",
		"GL8001 insufficient_quantities: x", "GL8001 Insufficient_quantity: x", "GL80010 insufficient_quantity: x",
		"GL801 insufficient_quantity: x", "GL+801 insufficient_quantity: x", "GL8001  insufficient_quantity: x",
		"GL9999 unknown_reason: x", "GL0000 unknown_reason: x", "GL8001 unknown_reason: x", "GL8001 : x",
		"rpc error: code = Unknown desc = too many requests for /gateway.Gateway, exceeding concurrency limit (500)",
		"MVCC_READ_CONFLICT", "GLOBAL 8001 insufficient_quantity",
	} {
		if e, ok := ParseError(s); ok {
			t.Errorf("%q is read as %v", s, e)
		}
	}
}

// A refusal keeps its code under anything that stands before it, unless that
// looks like a refusal itself.
func TestParseErrorPassesOverWhatStandsBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.StringMatching(`[GL0-9 :a-z]{0,40}`).Draw(t, "before")
		code := rapid.SampledFrom(Codes()).Draw(t, "code")
		if _, ok := ParseError(before); ok {
			t.Skip("looks like a refusal")
		}
		e := &Error{Code: code, Detail: rapid.String().Draw(t, "detail")}
		got, ok := ParseError(before + e.Error())
		if !ok || *got != *e {
			t.Fatalf("%q is read as %v", before+e.Error(), got)
		}
	})
}

func TestErrorIs(t *testing.T) {
	e := fmt.Errorf("load lot: %w", &Error{Code: UnknownLot, Field: "lot", Detail: "P1"})
	if !errors.Is(e, &Error{Code: UnknownLot}) || errors.Is(e, &Error{Code: LotExists}) {
		t.Error("errors.Is does not ask for the code")
	}
	if CodeOf(e) != UnknownLot || CodeOf(errors.New("GL5001 unknown_lot: x")) != 0 || CodeOf(nil) != 0 {
		t.Error("CodeOf does not find the code")
	}
	if r := Refuse(UnknownLot, "lot %s", "P1"); r.Error() != "GL5001 unknown_lot: lot P1" || strings.Contains(r.Field, "lot") {
		t.Errorf("Refuse makes %q", r)
	}
}
