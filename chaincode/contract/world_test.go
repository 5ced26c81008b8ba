package contract_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

// Synthetic parties with right check characters.
var (
	rootUSCC  = uscc("11000000MA0000000")
	county    = uscc("11320582MA0000001")
	coop      = uscc("93320582MA0000002")
	coop2     = uscc("93320582MA0000003")
	depot     = uscc("91320582MA0000004")
	depot2    = uscc("91320582MA0000005")
	mill      = uscc("91320582MA0000006")
	shop      = uscc("91320582MA0000007")
	lab       = uscc("12320582MA0000008")
	carrier   = uscc("91320582MA0000009")
	stranger  = uscc("91110000MA000000A")
	binA      = depot + "001000100101"
	binB      = depot + "001000200101"
	binC      = depot2 + "001000100101"
	riceGTIN  = "06901234567809"
	worldTime = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
)

func uscc(body string) string {
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		panic(body)
	}
	return body + string(c)
}

// world is a ledger with its parties registered and their keys at hand.
type world struct {
	testing.TB
	*memory
	keys map[string]*record.PrivateKey
	refs int
	past []record.Payload // that were accepted, or that the generator has drawn
}

func newWorld(t testing.TB) *world {
	t.Helper()
	c, err := contract.New(contract.WithClock(func() time.Time { return worldTime }))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, memory: newMemory(c, worldTime), keys: map[string]*record.PrivateKey{}}
	w.key(rootUSCC)
	w.init(rootUSCC)
	for _, e := range []struct{ uscc, kind, division string }{
		{county, record.KindRegulator, "320582"}, {coop, record.KindFarmCoop, "320582"},
		{coop2, record.KindFarmCoop, "320582"}, {depot, record.KindStorage, "320582"},
		{depot2, record.KindStorage, "320582"}, {mill, record.KindProcessor, "320582"},
		{shop, record.KindRetail, "320582"}, {lab, record.KindLab, "320582"},
		{carrier, record.KindLogistics, "320582"}, {stranger, record.KindStorage, "110000"},
	} {
		w.accept(&record.Enterprise{Header: w.head(rootUSCC), USCC: e.uscc, Name: "名 " + e.uscc[17:], Kind: e.kind, Division: e.division})
		w.accept(&record.Key{Header: w.head(rootUSCC), Action: record.KeyRegister, Subject: e.uscc, PublicKey: w.key(e.uscc).Public().Point()})
	}
	for _, b := range []string{binA, binB, binC} {
		w.accept(&record.Facility{Header: w.head(rootUSCC), Code: b, Name: "货位", USCC: b[:18], Kind: record.FacilityBin, CapacityGrams: 3_000_000_000})
	}
	return w
}

func (w *world) init(root string) {
	w.Helper()
	arg, err := json.Marshal(&record.Root{USCC: root, Name: "根", Division: "000000", Threshold: 1,
		Keys: []string{w.key(root).Public().Point()}})
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.run(record.FnInit, arg, nil); err != nil {
		w.Fatal(err)
	}
}

func (w *world) key(party string) *record.PrivateKey {
	if w.keys[party] == nil {
		k, err := record.GenerateKey()
		if err != nil {
			w.Fatal(err)
		}
		w.keys[party] = k
	}
	return w.keys[party]
}

// head is the header of the party's next record.
func (w *world) head(party string) record.Header {
	w.refs++
	return record.Header{Issuer: party, Ref: fmt.Sprintf("R-%05d", w.refs), OccurredAt: w.at(0)}
}

// at is a time so many days before the ledger's present.
func (w *world) at(daysAgo int) string {
	return worldTime.AddDate(0, 0, -daysAgo).Add(-time.Hour).Format(time.RFC3339)
}

func (w *world) sign(p record.Payload, cosigners ...string) []byte {
	w.Helper()
	keys := []*record.PrivateKey{w.key(p.Head().Issuer)}
	for _, c := range cosigners {
		keys = append(keys, w.key(c))
	}
	e, err := record.Sign(p, keys...)
	if err != nil {
		w.Fatal(err)
	}
	return w.encode(e)
}

func (w *world) encode(e record.Envelope) []byte {
	w.Helper()
	raw, err := e.Encode()
	if err != nil {
		w.Fatal(err)
	}
	return raw
}

// submit runs one transaction with the envelopes and returns their verdicts.
func (w *world) submit(envelopes ...[]byte) []record.Verdict {
	w.Helper()
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		w.Fatal(err)
	}
	s, err := w.run(record.FnSubmit, batch, nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.verdicts(s, envelopes...)
}

// verdicts reads the response to the envelopes. Those that are none at all are
// refused in full.
func (w *world) verdicts(s *simulated, envelopes ...[]byte) []record.Verdict {
	w.Helper()
	v, err := record.ReadVerdicts(s.id, s.response, envelopes)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

func (w *world) say(p record.Payload, cosigners ...string) record.Verdict {
	w.Helper()
	return w.submit(w.sign(p, cosigners...))[0]
}

func (w *world) accept(p record.Payload, cosigners ...string) record.Verdict {
	w.Helper()
	v := w.say(p, cosigners...)
	if v.Outcome != record.Accepted {
		w.Fatalf("%s %+v: %s %s %s", p.Type(), p, v.Reason, v.Field, v.Detail)
	}
	w.past = append(w.past, p)
	return v
}

// refuse wants the record to be refused for one reason and the state to stay
// as it was.
func (w *world) refuse(want record.Code, p record.Payload, cosigners ...string) {
	w.Helper()
	before := w.digest()
	v := w.say(p, cosigners...)
	if v.Outcome != record.Rejected || v.Code != want {
		w.Fatalf("%s: got %s %s (%s %s), want %s", p.Type(), v.Outcome, v.Reason, v.Field, v.Detail, want)
	}
	if w.digest() != before {
		w.Fatalf("%s: a refused record changed the state", p.Type())
	}
}

func value[T any](w *world, key string) *T {
	w.Helper()
	raw := w.values[key].value
	if raw == nil {
		return nil
	}
	x := new(T)
	if err := json.Unmarshal(raw, x); err != nil {
		w.Fatal(err)
	}
	return x
}

const kg = 1000

// harvestOf, bought, stored, passed and drawn bring grain to where a case needs it.
func (w *world) harvested(id string, kilos int64) {
	w.Helper()
	w.accept(&record.Harvest{Header: w.head(coop), Lot: id, Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: kilos * kg})
}

func (w *world) bought(buyer, id, from string, kilos int64) {
	w.Helper()
	w.accept(&record.Purchase{Header: w.head(buyer), Lot: id, FromLot: from, FromGrams: kilos * kg, Seller: coop,
		Nature: "200", GrossGrams: kilos*kg + 5*kg, TareGrams: 5 * kg, NetGrams: kilos * kg})
}

func (w *world) stored(bin, id string, kilos int64) {
	w.Helper()
	w.accept(&record.Store{Header: w.head(bin[:18]), Lot: id, Bin: bin, Grams: kilos * kg})
}

func (w *world) report(target, stage string, items ...record.Measured) *record.Inspect {
	if len(items) == 0 {
		items = []record.Measured{{Item: "moisture", Value: "13.5"}, {Item: "cadmium_mgkg", Value: "0.05"}}
	}
	return &record.Inspect{Header: w.head(lab), Target: target, Stage: stage, Standard: "GB 1350-2009", Items: items}
}

func (w *world) passed(bin string) {
	w.Helper()
	w.accept(w.report(bin, record.StageOutbound))
}

func (w *world) drawn(bin, id string, kilos int64) {
	w.Helper()
	w.accept(&record.Withdraw{Header: w.head(bin[:18]), Bin: bin, Lot: id, Grams: kilos * kg, Purpose: record.PurposeFood})
}
