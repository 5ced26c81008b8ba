package e2e

import (
	"fmt"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// market is a small world in which every rule can be broken: who is there, and
// grain in all conditions.
type market struct {
	*ledgerUser
	root string
	refs int
}

// Further parties, beside those of ledgerUser.
var (
	coop2   = uscc("93320582MA0000003")
	depot2  = uscc("91320582MA0000005")
	mill    = uscc("91320582MA0000006")
	lab     = uscc("12320582MA0000008")
	carrier = uscc("91320582MA0000009")
	nobody  = uscc("91320582MA00000Q1") // is registered nowhere
)

// Bins of the depot.
const (
	binFull  = depot + "001000100101" // 100 kg, inspected by nobody
	binEmpty = depot + "001000200101"
	binVast  = depot + "001000300101" // 10^15 g
)

const (
	kg       = 1000
	rice     = "1132002"
	wheat    = "1120000"
	bought   = "200"                 // nature of grain that was bought for trade
	boundary = 1_000_000_000_000_000 // grams that one record or bin can hold
)

func uscc(body string) string {
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		panic(body)
	}
	return body + string(c)
}

func newMarket(u *ledgerUser) *market {
	u.t.Helper()
	u.settle()
	root, err := u.ring.Root()
	if err != nil {
		u.t.Fatal(err)
	}
	w := &market{ledgerUser: u, root: root}
	var all []record.Payload
	for party, kind := range map[string]string{coop2: record.KindFarmCoop, depot2: record.KindStorage,
		mill: record.KindProcessor, lab: record.KindLab, carrier: record.KindLogistics} {
		all = append(all, w.registration(party, kind)...)
	}
	for _, bin := range []string{binFull, binEmpty, binVast} {
		all = append(all, &record.Facility{Header: w.by(root), Code: bin, Name: "货位", USCC: depot, Kind: record.FacilityBin,
			CapacityGrams: 3000 * kg * kg})
	}
	w.say(append(all, w.stock()...)...)
	return w
}

// by is the header of the party's next record.
func (w *market) by(party string) record.Header {
	w.refs++
	return head(party, fmt.Sprintf("M-%d", w.refs))
}

// say submits records that must be accepted, one after another.
func (w *market) say(all ...record.Payload) {
	w.t.Helper()
	var records []client.Submission
	for _, p := range all {
		records = append(records, w.sign(p))
	}
	w.accept(records...)
}

func (w *market) registration(party, kind string) []record.Payload {
	w.t.Helper()
	key, _, err := w.ring.EnsureKey(party)
	if err != nil {
		w.t.Fatal(err)
	}
	return []record.Payload{
		&record.Enterprise{Header: w.by(w.root), USCC: party, Name: "单位" + party, Kind: kind, Division: "320582"},
		&record.Key{Header: w.by(w.root), Action: record.KeyRegister, Subject: party, PublicKey: key.Public().Point()},
	}
}

// stock is how the grain comes: H-1 with the cooperative; P-1 with the depot, some
// of it in a bin; P-WHEAT another variety; P-BAD over a limit; P-SHARED in the
// depot's custody and owned by two others; a shipment of P-1 under way and one
// that has arrived.
func (w *market) stock() []record.Payload {
	return []record.Payload{
		&record.Harvest{Header: w.by(coop), Lot: "H-1", Variety: rice, HarvestYear: 2025, Origin: "320582", Grams: 1000 * kg},
		w.purchase("P-1", rice, 500*kg),
		w.purchase("P-WHEAT", wheat, 100*kg),
		w.purchase("P-BAD", rice, 100*kg),
		w.purchase("P-SHARED", rice, 200*kg),
		w.purchase("P-VAST", rice, boundary),
		&record.Inspect{Header: w.by(lab), Target: "P-BAD", Stage: record.StagePurchase, Standard: "GB 1350-2009",
			Items: []record.Measured{{Item: "cadmium_mgkg", Value: "0.21"}}},
		&record.Store{Header: w.by(depot), Lot: "P-1", Bin: binFull, Grams: 100 * kg},
		&record.Store{Header: w.by(depot), Lot: "P-VAST", Bin: binVast, Grams: boundary},
		&record.Sell{Header: w.by(depot), Lot: "P-SHARED", Buyer: mill, Grams: 100 * kg, Purpose: record.PurposeFood},
		&record.Sell{Header: w.by(depot), Lot: "P-SHARED", Buyer: shop, Grams: 100 * kg, Purpose: record.PurposeFood},
		&record.Ship{Header: head(depot, "UNDER-WAY"), Lot: "P-1", Grams: 100 * kg, Owner: depot, To: mill},
		&record.Ship{Header: head(depot, "ARRIVED"), Lot: "P-1", Grams: 100 * kg, Owner: depot, To: mill},
		&record.Receive{Header: w.by(mill), Shipper: depot, Shipment: "ARRIVED", Lot: "P-1", Grams: 100 * kg},
		&record.Sell{Header: w.by(depot), Lot: "P-1", Buyer: mill, Grams: 100 * kg, Purpose: record.PurposeFood},
		w.purchase("P-HELD", rice, 100*kg),
		w.held("P-HELD", "HELD"),
		w.held("P-HELD", "RELEASED"),
		w.released("RELEASED"),
		w.taken(),
		w.void(w.taken()),
	}
}

// held is a hold of a lot by its owner, under a ref of its own.
func (w *market) held(lot, ref string) record.Payload {
	return &record.Hold{Header: head(depot, ref), Target: lot, Reason: "待检"}
}

// released ends a hold of P-HELD.
func (w *market) released(ref string) record.Payload {
	hold := w.sign(w.held("P-HELD", ref))
	return &record.Release{Header: w.by(depot), Record: hold.Envelope.ID(), Of: record.Reference{Issuer: depot, Ref: ref}, Reason: "合格"}
}

// taken is a purchase that is taken back.
func (w *market) taken() record.Payload {
	return &record.Purchase{Header: head(depot, "TAKEN"), Lot: "P-TAKEN", Variety: rice, Seller: nobody, Nature: bought, GrossGrams: kg, NetGrams: kg}
}

// void takes a record of its issuer's back.
func (w *market) void(p record.Payload) record.Payload {
	w.t.Helper()
	a, err := record.Annul(w.sign(p).Envelope, "误录")
	if err != nil {
		w.t.Fatal(err)
	}
	return &record.Void{Header: w.by(p.Head().Issuer), Annulment: a}
}

// purchase by the depot, from somebody who keeps no records.
func (w *market) purchase(lot, variety string, grams int64) record.Payload {
	return &record.Purchase{Header: w.by(depot), Lot: lot, Variety: variety, Seller: nobody, Nature: bought,
		GrossGrams: grams, NetGrams: grams}
}
