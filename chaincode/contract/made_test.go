package contract_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// endorsed is a transaction of the payloads that is not committed yet.
func (w *world) endorsed(payloads ...record.Payload) (*simulated, [][]byte) {
	w.Helper()
	var envelopes [][]byte
	for _, p := range payloads {
		envelopes = append(envelopes, w.sign(p))
	}
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		w.Fatal(err)
	}
	s, err := w.simulate(txID(), record.FnSubmit, batch, nil)
	if err != nil {
		w.Fatal(err)
	}
	return s, envelopes
}

func (w *world) newHarvest(lot string) *record.Harvest {
	return &record.Harvest{Header: w.head(coop), Lot: lot, Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 100 * kg}
}

func (w *world) newSale(lot string) *record.Sell {
	return &record.Sell{Header: w.head(coop), Lot: lot, Buyer: depot, Grams: 10 * kg, Purpose: record.PurposeFood}
}

// TestWhatARecordMakesIsNotRead: neither by that record nor by those that come
// after it in the transaction.
func TestWhatARecordMakesIsNotRead(t *testing.T) {
	w := newWorld(t)
	ship := &record.Ship{Header: w.head(coop), Lot: "H1", Grams: kg, Owner: coop, To: depot}
	receive := &record.Receive{Header: w.head(depot), Shipper: coop, Shipment: ship.Ref, Lot: "H1", Grams: kg}
	s, envelopes := w.endorsed(w.newHarvest("H1"), w.newSale("H1"), ship, receive)
	for _, v := range w.verdicts(s, envelopes...) {
		want(t, v, record.Accepted, 0)
	}
	for _, key := range []string{record.StockKey("H1"), record.ShipmentKey(coop, ship.Ref)} {
		if _, read := s.reads[key]; read || s.writes[key] == nil {
			t.Errorf("%s was read (%v) or not written", key, read)
		}
	}
	if _, read := s.reads[record.LotKey("H1")]; !read || s.rounds != 1 {
		t.Errorf("%d rounds of reading", s.rounds)
	}
}

// TestWhatOnlyLooksNewIsRead: the lot is there already, so that what another
// record does to it goes by how it is held.
func TestWhatOnlyLooksNewIsRead(t *testing.T) {
	w := newWorld(t)
	w.accept(w.newHarvest("H1"))
	s, envelopes := w.endorsed(w.newHarvest("H1"), w.newSale("H1"))
	v := w.verdicts(s, envelopes...)
	want(t, v[0], record.Rejected, record.LotExists)
	want(t, v[1], record.Accepted, 0)
	if err := w.commit(s); err != nil {
		t.Fatal(err)
	}
	stock := value[record.Stock](w, record.StockKey("H1"))
	if len(stock.Parts) != 2 || stock.Last != v[1].ID || stock.Untouched() {
		t.Errorf("%+v", stock)
	}
}

// TestTwoThatMakeOneLotConflict: on the lot, which both have read.
func TestTwoThatMakeOneLotConflict(t *testing.T) {
	w := newWorld(t)
	first, _ := w.endorsed(w.newHarvest("H1"))
	second, _ := w.endorsed(w.newHarvest("H1"), w.newSale("H1"))
	sale, _ := w.endorsed(w.newSale("H1")) // refused, and wrote nothing
	if err := w.commit(first); err != nil {
		t.Fatal(err)
	}
	if err := w.commit(second); !errors.Is(err, errConflict) {
		t.Errorf("the second gives %v", err)
	}
	if err := w.commit(sale); !errors.Is(err, errConflict) {
		t.Errorf("a sale that found no lot gives %v", err)
	}
	if !value[record.Stock](w, record.StockKey("H1")).Untouched() {
		t.Error("a new lot is not untouched")
	}
}

// TestEventSkipsRefusals: the list has no hole, so a place is told where it
// is another than in the list.
func TestEventSkipsRefusals(t *testing.T) {
	w := newWorld(t)
	s, envelopes := w.endorsed(w.newHarvest("H1"), w.newSale("none"), w.newSale("H1"))
	v := w.verdicts(s, envelopes...)
	want := `{"version":2,"records":[{"id":"` + v[0].ID + `","type":"harvest"},{"id":"` + v[2].ID + `","type":"sell","index":2}]}`
	if string(s.event) != want {
		t.Errorf("%s, want %s", s.event, want)
	}
	if v[1].Code != record.UnknownLot || !slices.Equal([]int{v[0].Index, v[1].Index, v[2].Index}, []int{0, 0, 2}) {
		t.Errorf("%+v", v)
	}
}

// TestVoidOfWhatTheTransactionMade: nothing of what was made is read for it,
// and it is undone.
func TestVoidOfWhatTheTransactionMade(t *testing.T) {
	w := newWorld(t)
	harvest := w.newHarvest("H1")
	s, envelopes := w.endorsed(harvest, w.voidOf(coop, harvest))
	v := w.verdicts(s, envelopes...)
	want(t, v[0], record.Accepted, 0)
	want(t, v[1], record.Accepted, 0)
	if _, read := s.reads[record.StockKey("H1")]; read || !flagged(v[1], record.FlagUndone) {
		t.Errorf("the stock was read (%t), or nothing undone: %v", read, v[1].Flags)
	}
}

// TestVoidReadsWhatWasMade: in a transaction of its own, a void reads how what
// the record made is held now, and conflicts with whoever changes that.
func TestVoidReadsWhatWasMade(t *testing.T) {
	w := newWorld(t)
	harvest := w.newHarvest("H1")
	w.accept(harvest)
	ship := &record.Ship{Header: w.head(coop), Lot: "H1", Grams: kg, Owner: coop, To: depot}
	w.accept(ship)
	for key, of := range map[string]record.Payload{
		record.StockKey("H1"):              harvest,
		record.ShipmentKey(coop, ship.Ref): ship,
	} {
		again := w.fork()
		again.TB = t
		s, _ := again.endorsed(again.voidOf(coop, of))
		if _, read := s.reads[key]; !read {
			t.Errorf("%s was not read", key)
		}
	}
	void, _ := w.endorsed(w.voidOf(coop, ship))
	w.accept(w.newSale("H1"))
	if err := w.commit(void); !errors.Is(err, errConflict) {
		t.Errorf("the void of a shipment of what was sold meanwhile: %v", err)
	}
}
