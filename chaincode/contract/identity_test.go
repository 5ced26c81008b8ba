package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

func (w *world) harvest(by, lot string) *record.Harvest {
	return &record.Harvest{Header: w.head(by), Lot: lot, Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 7 * kg}
}

func want(t *testing.T, v record.Verdict, outcome record.Outcome, code record.Code) {
	t.Helper()
	if v.Outcome != outcome || v.Code != code {
		t.Fatalf("got %s %s (%s), want %s %s", v.Outcome, v.Reason, v.Detail, outcome, code)
	}
}

func TestForgeriesAreRefusedEachTime(t *testing.T) {
	w := newWorld(t)
	p := w.harvest(coop, "H1")
	honest := w.sign(p)
	forge := func(change func(e *record.Envelope)) []byte {
		e, err := record.DecodeEnvelope(honest)
		if err != nil {
			t.Fatal(err)
		}
		change(&e)
		return w.encode(e)
	}
	other, err := record.SignBytes(p.Type(), mustPayload(t, p), w.key(coop2))
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := record.SignBytes(p.Type(), mustPayload(t, p), w.key("nobody"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		raw  []byte
		code record.Code
	}{
		{"signed by another party's key", w.encode(other), record.BadSignature},
		{"signed by a key that nobody registered", w.encode(unknown), record.BadSignature},
		{"payload changed", forge(func(e *record.Envelope) {
			e.Payload = []byte(string(e.Payload[:len(e.Payload)-5]) + `9000}`)
		}), record.BadSignature},
		{"signature changed", forge(func(e *record.Envelope) { e.Signatures[0].Sig[20] ^= 1 }), record.BadSignature},
		{"another's key id on the signature", forge(func(e *record.Envelope) {
			e.Signatures[0].KeyID = w.key(coop2).Public().ID()
		}), record.BadSignature},
		{"payload type changed", forge(func(e *record.Envelope) { e.PayloadType = record.TypeSell.PayloadType() }), record.Malformed},
		{"truncated payload", forge(func(e *record.Envelope) { e.Payload = e.Payload[:40] }), record.Malformed},
		{"a bad signature beside a good one", forge(func(e *record.Envelope) {
			e.Signatures = append(e.Signatures, other.Signatures[0])
			e.Signatures[1].Sig = e.Signatures[0].Sig
		}), record.BadSignature},
	}
	check := func(t *testing.T) {
		for _, tc := range cases {
			t.Run(tc.name, func(t *testing.T) { want(t, w.submit(tc.raw)[0], record.Rejected, tc.code) })
		}
	}
	t.Run("before", check)
	want(t, w.submit(honest)[0], record.Accepted, 0)
	t.Run("after the honest one was accepted", check)
}

func mustPayload(t *testing.T, p record.Payload) []byte {
	t.Helper()
	raw, err := record.EncodePayload(p)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestReferences(t *testing.T) {
	w := newWorld(t)
	p := w.harvest(coop, "H1")
	first := w.accept(p)
	again := w.say(p) // signed anew: other signature bytes, same record
	want(t, again, record.IsDuplicate, record.Duplicate)
	if again.Tx != first.Tx || again.Index != first.Index || again.ID != first.ID {
		t.Errorf("the duplicate did not get the first receipt: %+v, %+v", again, first)
	}
	other := *p
	other.Grams++
	want(t, w.say(&other), record.Rejected, record.RefConflict)

	refused := w.harvest(coop, "H1")
	want(t, w.say(refused), record.Rejected, record.LotExists)
	refused.Lot = "H2"
	want(t, w.say(refused), record.Accepted, 0) // a refused record takes no ref

	sameRef := w.harvest(coop2, "H3")
	sameRef.Ref = p.Ref
	want(t, w.say(sameRef), record.Accepted, 0) // a ref is its issuer's own
}

func TestRecordsOfOneBatchSeeEachOther(t *testing.T) {
	w := newWorld(t)
	h := w.harvest(coop, "H1")
	p := &record.Purchase{Header: w.head(depot), Lot: "P1", FromLot: "H1", FromGrams: 5 * kg, Seller: coop,
		Nature: "200", GrossGrams: 5 * kg, NetGrams: 5 * kg}
	more := &record.Purchase{Header: w.head(depot), Lot: "P2", FromLot: "H1", FromGrams: 3 * kg, Seller: coop,
		Nature: "200", GrossGrams: 3 * kg, NetGrams: 3 * kg}
	v := w.submit(w.sign(h), w.sign(p), []byte(`{"not":"an envelope"}`), w.sign(more), w.sign(h))
	for i, code := range []record.Code{0, 0, record.Malformed, record.InsufficientQuantity, record.Duplicate} {
		if v[i].Code != code {
			t.Errorf("record %d: %s, want %s", i, v[i].Code, code)
		}
	}
}

func TestKeys(t *testing.T) {
	w := newWorld(t)
	second := w.key("coop's second key")
	register := &record.Key{Header: w.head(coop), Action: record.KeyRegister, Subject: coop,
		PublicKey: second.Public().Point(), NotAfter: worldTime.Add(time.Hour).Format(time.RFC3339)}
	revoke := &record.Key{Header: w.head(coop), Action: record.KeyRevoke, Subject: coop, KeyID: w.key(coop).Public().ID()}
	before := w.harvest(coop, "H1")
	raw := w.sign(before)
	// A key registered in a batch signs later records of the same batch.
	by2 := w.harvest(coop, "H2")
	e, err := record.Sign(by2, second)
	if err != nil {
		t.Fatal(err)
	}
	v := w.submit(raw, w.sign(register), w.encode(e), w.sign(revoke), w.sign(w.harvest(coop, "H3")))
	for i, code := range []record.Code{0, 0, 0, 0, record.KeyNotValid} {
		if v[i].Code != code {
			t.Errorf("record %d: %s (%s), want %s", i, v[i].Code, v[i].Detail, code)
		}
	}
	want(t, w.submit(raw)[0], record.IsDuplicate, record.Duplicate) // its first receipt, though the key is revoked now

	w.now = worldTime.Add(2 * time.Hour) // past the second key's end; the contract's clock allows no such skew
	late, err := record.Sign(w.harvest(coop, "H4"), second)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := record.EncodeBatch([][]byte{w.encode(late)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.run(record.FnSubmit, batch, nil); record.CodeOf(err) != record.ClockSkew {
		t.Errorf("a transaction two hours off: %v", err)
	}
	w.now = worldTime.Add(10 * time.Minute)
	want(t, w.submit(w.encode(late))[0], record.Accepted, 0)
}

func TestRootIsKOfN(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.key("a"), w.key("b"), w.key("c")
	points := []string{a.Public().Point(), b.Public().Point(), c.Public().Point()}
	old := w.sign(&record.Facility{Header: w.head(rootUSCC), Code: depot + "002", Name: "库", USCC: depot, Kind: record.FacilityDepot})
	want(t, w.submit(old)[0], record.Accepted, 0)
	w.refuse(record.NotAuthorised, &record.Key{Header: w.head(rootUSCC), Action: record.KeyRoot, Subject: rootUSCC, Threshold: 1,
		Keys: []string{w.key(coop).Public().Point()}})
	rotate := &record.Key{Header: w.head(rootUSCC), Action: record.KeyRoot, Subject: rootUSCC, Threshold: 2, Keys: points}
	w.accept(rotate)
	p := &record.Enterprise{Header: w.head(rootUSCC), USCC: uscc("91320582MA00000Q2"), Name: "新", Kind: record.KindStorage, Division: "320582"}
	say := func(keys ...*record.PrivateKey) record.Verdict {
		e, err := record.Sign(p, keys...)
		if err != nil {
			t.Fatal(err)
		}
		return w.submit(w.encode(e))[0]
	}
	want(t, say(w.key(rootUSCC)), record.Rejected, record.KeyNotValid) // the old key
	want(t, w.submit(old)[0], record.IsDuplicate, record.Duplicate)    // what it signed before keeps its receipt
	w.refuse(record.NotAuthorised, &record.Key{Header: w.head(coop), Action: record.KeyRegister, Subject: coop, PublicKey: a.Public().Point()})
	want(t, say(a), record.Rejected, record.TooFewSigned)
	want(t, say(a, w.key(coop)), record.Rejected, record.TooFewSigned)
	want(t, say(c, b), record.Accepted, 0)

	genesis := func(points []string) error {
		arg, err := json.Marshal(&record.Root{USCC: rootUSCC, Name: "根", Division: "000000", Threshold: 1, Keys: points})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.run(record.FnInit, arg, nil)
		return err
	}
	before := w.digest()
	if err := genesis([]string{w.key(rootUSCC).Public().Point()}); err != nil {
		t.Errorf("naming the first root again: %v", err)
	}
	if record.CodeOf(genesis(points[:1])) != record.AlreadyInitialised {
		t.Error("another root was not refused")
	}
	if w.digest() != before {
		t.Error("init again changed the state")
	}
}

func TestCosignature(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 100)
	p := &record.Purchase{Header: w.head(depot), Lot: "P1", FromLot: "H1", FromGrams: kg, Seller: coop, Nature: "200", GrossGrams: kg, NetGrams: kg}
	v := w.accept(p)
	if !slices.Contains(v.Flags, record.FlagUnconfirmed) {
		t.Error("not flagged as unconfirmed by seller")
	}
	late := w.say(p, coop)
	want(t, late, record.IsDuplicate, record.Duplicate)
	entry := value[record.Entry](w, record.EntryKey(depot, p.Ref))
	if !slices.Contains(late.Flags, record.FlagCosigned) || !slices.Equal(entry.Cosigned, []string{coop}) {
		t.Errorf("the seller's signature was not added: %v %v", late.Flags, entry.Cosigned)
	}
	if slices.Contains(entry.Flags, record.FlagUnconfirmed) || slices.Contains(late.Flags, record.FlagUnconfirmed) {
		t.Error("still unconfirmed by seller")
	}
	q := *p
	q.Header, q.Lot = w.head(depot), "P2"
	if v := w.accept(&q, coop); slices.Contains(v.Flags, record.FlagUnconfirmed) {
		t.Error("flagged although the seller signed")
	}
	r := *p
	r.Header, r.Lot = w.head(depot), "P3"
	w.accept(&r, shop) // who is no party to it may sign; it means nothing
	if e := value[record.Entry](w, record.EntryKey(depot, r.Ref)); len(e.Cosigned) != 0 {
		t.Errorf("cosigned by %v", e.Cosigned)
	}
}

func TestDeviceKeysSignNoRecords(t *testing.T) {
	w := newWorld(t)
	device := w.key("collector")
	w.accept(&record.Device{Header: w.head(rootUSCC), Device: "C-1", USCC: depot, Facility: binA, PublicKey: device.Public().Point()})
	e, err := record.Sign(&record.Key{Header: w.head(depot), Action: record.KeyRevoke, Subject: depot, KeyID: w.key(depot).Public().ID()}, device)
	if err != nil {
		t.Fatal(err)
	}
	want(t, w.submit(w.encode(e))[0], record.Rejected, record.BadSignature)
	w.accept(&record.Key{Header: w.head(depot), Action: record.KeyRevoke, Subject: depot, KeyID: device.Public().ID()})
}
