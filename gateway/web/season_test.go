package web

import (
	"fmt"
	"testing"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// builder grows a world in the order of the trade.
type builder struct {
	testing.TB
	w     *world
	trace index.Trace
	block uint64
}

func (b *builder) node(n index.Node) { b.trace.Nodes = append(b.trace.Nodes, n) }

func (b *builder) edge(parent, child, rec string, grams int64) {
	b.trace.Edges = append(b.trace.Edges, index.Edge{Parent: parent, Child: child, Grams: grams, Record: rec})
}

func (b *builder) sign(p record.Payload, flags ...record.Flag) index.Record {
	b.block++
	return signed(b, b.block, p, flags...)
}

func (b *builder) lot(s record.LotState, inspections ...record.Inspection) {
	b.w.lots[s.Lot] = &index.Lot{
		LotState: s, IssuerName: b.w.names[s.Issuer], Inspections: inspections,
		RecordPlace: index.Place{Block: b.block, Time: s.OccurredAt},
	}
}

// season is a batch of rice out of one bin that mixed truckloads of several
// co-operatives, like those of the sample season.
func season(t testing.TB, coops, truckloads int) *world {
	b := &builder{TB: t, w: &world{
		lots: map[string]*index.Lot{}, origins: map[string][]index.Origin{}, traces: map[string]index.Trace{},
		bins: map[string][]record.Inspection{}, names: map[string]string{},
	}, block: 100}
	for code, name := range registry {
		b.w.names[code] = name
	}
	for i := range coops {
		b.w.names[coop(i)] = fmt.Sprintf("第%d合作社", i+1)
	}
	mix := record.MixID(bin, 1, 1)
	stored := b.gather(mix, coops, truckloads)
	b.node(index.Node{ID: mix, Depth: 2, Bin: bin, Records: stored})
	b.millIt(mix)
	b.trace.Lot = retailLot
	b.w.traces[retailLot] = b.trace
	b.w.bins[bin] = []record.Inspection{
		report("later", bin, record.StageOutbound, "2025-12-20T10:00:00+08:00"),
		report("outbound", bin, record.StageOutbound, "2025-12-10T10:00:00+08:00"),
		report("storage", bin, record.StageStorage, "2025-11-25T10:00:00+08:00"),
		report("last-year", bin, record.StageStorage, "2024-11-10T10:00:00+08:00"),
	}
	return b.w
}

// gather brings the truckloads into the bin and gives the deposits.
func (b *builder) gather(mix string, coops, truckloads int) []index.Record {
	var stored []index.Record
	for i := range truckloads {
		farm, day := i%coops, 1+i%20
		h, p := fmt.Sprintf("H-A-%04d", i), fmt.Sprintf("P-A-%04d", i)
		harvest := b.sign(&record.Harvest{Header: head(coop(farm), "SH-"+h, fmt.Sprintf("2025-10-%02dT07:00:00+08:00", day)),
			Lot: h, Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 30_000_000})
		purchase := &record.Purchase{Header: head(depot, "SG-"+p, fmt.Sprintf("2025-10-%02dT08:00:00+08:00", day+2)),
			Lot: p, FromLot: h, FromGrams: 20_000_000, Seller: coop(farm), Nature: "200",
			GrossGrams: 29_100_000, TareGrams: 9_100_000, NetGrams: 20_000_000}
		var flags []record.Flag
		if i == 3 {
			flags = []record.Flag{record.FlagUnconfirmed}
		}
		bought := b.sign(purchase, flags...)
		store := b.sign(&record.Store{Header: head(depot, "RK-"+p, fmt.Sprintf("2025-10-%02dT09:00:00+08:00", day+3)),
			Lot: p, Bin: bin, Grams: 20_000_000})
		stored = append(stored, store)
		hs := record.LotState{Lot: h, Kind: record.TypeHarvest, Issuer: coop(farm), Record: harvest.ID, Variety: "1132002",
			OccurredAt: harvest.OccurredAt, Grams: 30_000_000, HarvestYear: 2025, Origin: "320582"}
		ps := record.LotState{Lot: p, Kind: record.TypePurchase, Issuer: depot, Record: bought.ID, Variety: "1132002",
			Nature: "200", OccurredAt: bought.OccurredAt, Grams: 20_000_000}
		b.lot(hs)
		b.lot(ps, report("in"+p, p, record.StagePurchase, fmt.Sprintf("2025-10-%02dT12:00:00+08:00", day+2)))
		b.node(index.Node{ID: h, Depth: 4, Lot: &hs, Records: []index.Record{harvest, bought}})
		b.node(index.Node{ID: p, Depth: 3, Lot: &ps, Records: []index.Record{bought, store}})
		b.edge(h, p, bought.ID, 20_000_000)
		b.edge(p, mix, store.ID, 20_000_000)
		b.w.origins[retailLot] = append(b.w.origins[retailLot], index.Origin{
			Lot: h, Share: 1 / float64(truckloads), Variety: "1132002", HarvestYear: 2025, Place: "320582",
			Issuer: coop(farm), IssuerName: b.w.names[coop(farm)],
		})
	}
	return stored
}

// millIt takes the grain to the mill and the rice to the shops.
func (b *builder) millIt(mix string) {
	out := b.sign(&record.Withdraw{Header: head(depot, "CK-1", "2025-12-11T09:00:00+08:00"),
		Bin: bin, Lot: "W-A-00", Grams: 24_556_000, Purpose: record.PurposeFood})
	sold := b.sign(&record.Sell{Header: head(depot, "XS-1", "2025-12-11T11:00:00+08:00"),
		Lot: "W-A-00", Buyer: mill, Grams: 24_556_000, Purpose: record.PurposeFood})
	ship := b.sign(&record.Ship{Header: head(depot, "YS-1", "2025-12-11T13:00:00+08:00"),
		Lot: "W-A-00", Grams: 24_556_000, Owner: mill, To: mill, Carrier: carrier})
	receive := b.sign(&record.Receive{Header: head(mill, "SH2-1", "2025-12-12T10:00:00+08:00"),
		Shipper: depot, Shipment: "YS-1", Lot: "W-A-00", Grams: 24_531_000})
	made := b.sign(&record.Process{Header: head(mill, "JG-1", "2025-12-14T09:00:00+08:00"),
		Inputs:     []record.Amount{{Lot: "W-A-00", Grams: 24_531_000}},
		Outputs:    []record.Product{{Lot: retailLot, Product: "大米", Grams: 16_190_000, GTIN: retailGTIN, Batch: retailBatch}},
		Byproducts: []record.Byproduct{{Name: "米糠", Grams: 7_850_000}}, LossGrams: 491_000})
	shelf := []index.Record{made}
	for i, shop := range []string{shopA, shopB} {
		shelf = append(shelf, b.sign(&record.Sell{
			Header: head(mill, fmt.Sprintf("XS-%d", i+2), "2025-12-17T09:00:00+08:00"),
			Lot:    retailLot, Buyer: shop, Grams: 5_000_000, Purpose: record.PurposeFood}))
	}
	ws := record.LotState{Lot: "W-A-00", Kind: record.TypeWithdraw, Issuer: depot, Record: out.ID, Variety: "1132002",
		Nature: "200", OccurredAt: out.OccurredAt, Grams: 24_556_000, Purpose: record.PurposeFood}
	rs := record.LotState{Lot: retailLot, Kind: record.TypeProcess, Issuer: mill, Record: made.ID, Variety: "1132002",
		OccurredAt: made.OccurredAt, Grams: 16_190_000, HarvestYear: 2025, Product: "大米",
		GTIN: retailGTIN, Batch: retailBatch}
	b.lot(ws)
	b.lot(rs, report("product", retailLot, record.StageProduct, "2025-12-15T10:00:00+08:00"))
	b.node(index.Node{ID: "W-A-00", Depth: 1, Lot: &ws, Records: []index.Record{out, sold, ship, receive}})
	b.node(index.Node{ID: retailLot, Lot: &rs, Records: shelf})
	b.edge(mix, "W-A-00", out.ID, 24_556_000)
	b.edge("W-A-00", retailLot, made.ID, 24_531_000)
	b.w.retail = append(b.w.retail, index.RetailLot{LotState: rs, IssuerName: registry[mill]})
}
