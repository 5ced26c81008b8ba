package contract_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// unsigned is the payload in an envelope that nobody has signed.
func (w *world) unsigned(p record.Payload) []byte {
	w.Helper()
	payload, err := record.EncodePayload(p)
	if err != nil {
		w.Fatal(err)
	}
	return w.encode(record.Envelope{PayloadType: p.Type().PayloadType(), Payload: payload})
}

// preview runs it as a transaction, as somebody might who means harm, and
// wants nothing to be written.
func (w *world) preview(envelopes ...[]byte) []record.Verdict {
	w.Helper()
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		w.Fatal(err)
	}
	before := w.digest()
	s, err := w.run(record.FnPreview, batch, nil)
	if err != nil {
		w.Fatal(err)
	}
	if len(s.writes) > 0 || len(s.private) > 0 || s.event != nil || w.digest() != before {
		w.Fatalf("a preview wrote %v, %v and the event %q", s.writes, s.private, s.event)
	}
	v, err := record.ReadVerdicts(s.id, s.response, envelopes)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// What a preview says is what happens when the same records are signed and
// submitted.
func TestPreviewSaysWhatWillHappen(t *testing.T) {
	base := newBusyWorld(t)
	outcomes := map[record.Outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := base.fork()
		var plain, signed [][]byte
		for n := range rapid.IntRange(1, 25).Draw(t, "records") {
			p := drawRecord(t, w, n)
			if len(plain) > 0 && rapid.IntRange(0, 9).Draw(t, "again") == 0 {
				i := rapid.IntRange(0, len(plain)-1).Draw(t, "which")
				plain, signed = append(plain, plain[i]), append(signed, signed[i])
				continue
			}
			plain, signed = append(plain, w.unsigned(p)), append(signed, w.sign(p))
		}
		said := w.preview(plain...)
		for i, v := range w.submit(signed...) {
			outcomes[v.Outcome]++
			s := said[i]
			if s.ID != v.ID || s.Outcome != v.Outcome || s.Code != v.Code || s.Field != v.Field || s.Detail != v.Detail || !slices.Equal(s.Flags, v.Flags) {
				t.Fatalf("record %d: foretold %+v, was %+v", i, s, v)
			}
		}
	})
	for _, o := range []record.Outcome{record.Accepted, record.Rejected, record.IsDuplicate} {
		if outcomes[o] == 0 {
			t.Errorf("no record was ever %s: the test is blind for it", o)
		}
	}
}

func TestPreviewOfARowThatUsesAnother(t *testing.T) {
	w := newWorld(t)
	h := &record.Harvest{Header: w.head(coop), Lot: "H1", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 10 * kg}
	split := func(from string, kilos int64) *record.Split {
		return &record.Split{Header: w.head(coop), Lot: from, Outputs: []record.Amount{{Lot: "S1", Grams: kilos * kg}}}
	}
	for i, v := range w.preview(w.unsigned(h), w.unsigned(split("H1", 11)), w.unsigned(split("H1", 10)), w.unsigned(split("H1", 1)), w.unsigned(split("H2", 1))) {
		if want := []record.Code{0, record.InsufficientQuantity, 0, record.LotExists, record.UnknownLot}[i]; v.Code != want {
			t.Errorf("row %d: %s %s, want %s", i, v.Reason, v.Detail, want)
		}
	}
	if value[record.LotState](w, record.LotKey("H1")) != nil {
		t.Error("the lot exists")
	}
}

func TestWhatAPreviewRefuses(t *testing.T) {
	w := newWorld(t)
	h := w.harvest(coop, "H1")
	if v := w.preview(w.sign(h)); v[0].Code != record.Malformed {
		t.Errorf("a signed record: %+v", v[0])
	}
	if v := w.submit(w.unsigned(h)); v[0].Code != record.BadSignature {
		t.Errorf("an unsigned record was submitted: %+v", v[0])
	}
	if v := w.preview(w.unsigned(w.harvest(stranger, "H2"))); v[0].Code != record.NotAuthorised {
		t.Errorf("a kind that does not sign this: %+v", v[0])
	}
	if v := w.preview([]byte(`{"payloadType":"application/vnd.grainledger.harvest+json","payload":"","signatures":[]}`), []byte(`1`)); v[0].Code != record.Malformed || v[1].Code != record.Malformed {
		t.Errorf("no envelopes: %+v", v)
	}
	for _, arg := range []string{"", "[]", "{}", "null"} {
		if _, err := w.run(record.FnPreview, []byte(arg), nil); record.CodeOf(err) != record.BadCall {
			t.Errorf("%q: %v", arg, err)
		}
	}
}
