package record

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Parties of the examples. All but the regulator's are synthetic fixtures.
const (
	regulator = "91350100M000100Y43"
	coop      = "93370100MA3ABCDE1A"
	depot     = "91320500MA1TE2T01P"
	mill      = "91230100123456788R"
	carrier   = "91110108MA90002060"
	shop      = "91410100MA40A0B176"
	lab       = "1211000040000000XT"

	badUSCC = "91350100M000100Y44" // wrong check character

	depotCode     = depot + "001"
	warehouseCode = depotCode + "0001"
	sectionCode   = warehouseCode + "001"
	binCode       = sectionCode + "01"

	gtin14 = "06901234567892"

	otherPoint = "04" + // the point of issue 560's vector
		"ef4de57af00ae424c00c4caadff7193f804a19dd73a7e2954db9d0d15ab4cbba" +
		"67728c3f4572878b7a674735da9fde1682fe2d9e0799c4a5cde57e3d473039a2"
)

// txTime is the transaction's time in the tests, an hour after the examples.
var txTime = time.Date(2025, 10, 1, 1, 0, 0, 0, time.UTC)

const exampleTime = "2025-10-01T08:00:00+08:00"

// example is one valid payload; a type may have several.
type example struct {
	name string
	p    Payload
}

func by(issuer, ref string) Header {
	return Header{Issuer: issuer, Ref: ref, OccurredAt: exampleTime}
}

// examples makes fresh examples, so that a test may change them.
func examples() []example {
	return slices.Concat(registryExamples(), lotExamples(), custodyExamples(), markExamples())
}

// annulment takes an example back.
func annulment(p Payload, reason string) Annulment {
	payload, err := EncodePayload(p)
	if err != nil {
		panic(err)
	}
	o := Original{Type: p.Type(), Payload: payload}
	return Annulment{Record: o.ID(), Of: Reference{p.Head().Issuer, p.Head().Ref}, Original: o, Reason: reason}
}

func markExamples() []example {
	split := annulment(&Split{Header: by(depot, "S-1"), Lot: "P1", Outputs: []Amount{{"S1", 1000}}}, "重复录入")
	report := annulment(&Inspect{Header: by(lab, "I-2"), Target: binCode, Stage: StageOutbound,
		Items: []Measured{{"cadmium_mgkg", "0.25"}}}, "样品混淆")
	report.Regulator = regulator
	sale := annulment(&Sell{Header: by(depot, "SE-1"), Lot: "W1", Buyer: mill, Grams: 5_000_000, Purpose: PurposeFood}, "数量有误")
	return []example{
		{"void", &Void{Header: by(regulator, "V-1"), Annulment: split}},
		{"void inspection", &Void{Header: by(lab, "V-2"), Annulment: report}},
		{"correct", &Correct{Header: by(depot, "C-1"), Annulment: sale, Replacement: SM3([]byte("the right one"))}},
		{"correct inspection", &Correct{Header: by(lab, "C-2"), Annulment: report, Replacement: SM3([]byte("the right one"))}},
		{"hold", &Hold{Header: by(regulator, "HD-1"), Target: "W1", Holder: mill, Reason: "镉超标，待复检", Document: "苏市监封〔2025〕12号"}},
		{"hold bin", &Hold{Header: by(depot, "HD-2"), Target: binCode, Reason: "熏蒸"}},
		{"recall", &Recall{Header: by(regulator, "RL-1"), Targets: []string{"R1", "R2"}, Holder: shop, Level: 1, Reason: "黄曲霉毒素B1超标",
			Notice: "请停止食用并退回购买处", To: mill}},
		{"release", &Release{Header: by(regulator, "RE-1"), Record: SM3([]byte("hold")), Of: Reference{regulator, "HD-1"}, Reason: "复检合格"}},
		{"release of a lot", &Release{Header: by(regulator, "RE-2"), Target: "W1", Reason: "逐项复核"}},
		{"release of a bin", &Release{Header: by(regulator, "RE-3"), Target: binCode, Reason: "逐项复核"}},
	}
}

// noteOf is the note of a log, as far as the form of a record goes.
func noteOf(origin string) string {
	return base64.StdEncoding.EncodeToString([]byte(origin + "\n2\n" + strings.Repeat("A", 43) + "=\n\n— x AAAAAAA=\n"))
}

func registryExamples() []example {
	return []example{
		{"enterprise", &Enterprise{Header: by(regulator, "E-1"), USCC: depot, Name: "苏州示范粮库", Kind: KindStorage,
			Division: "320500", Lon: "120.585316", Lat: "31.298886"}},
		{"facility", &Facility{Header: by(regulator, "F-1"), Code: binCode, Name: "1号仓1廒01货位", USCC: depot, Kind: FacilityBin,
			Lon: "120.5", Lat: "31.2", CapacityGrams: 3_000_000_000}},
		{"key register", &Key{Header: by(regulator, "K-1"), Action: KeyRegister, Subject: depot, PublicKey: standardPoint,
			NotBefore: "2025-01-01T00:00:00+08:00", NotAfter: "2028-01-01T00:00:00+08:00"}},
		{"key revoke", &Key{Header: by(depot, "K-2"), Action: KeyRevoke, Subject: depot, KeyID: SM3([]byte("key"))}},
		{"key root", &Key{Header: by(regulator, "K-3"), Action: KeyRoot, Subject: regulator, Threshold: 2,
			Keys: []string{standardPoint, otherPoint}}},
		{"device", &Device{Header: by(regulator, "D-1"), Device: "COL-01", USCC: depot, Facility: depotCode,
			Model: "LQ-200", PublicKey: standardPoint}},
		{"checkpoint", &Checkpoint{Header: by(regulator, "L-1"), KeyID: SM3([]byte("key")), Consistency: []string{SM3([]byte("node"))},
			Note: noteOf(regulator + "/records")}},
		{"rule", &Rule{Header: by(regulator, "R-1"), Table: TableValidity, EffectiveFrom: "2025-01-01",
			Document: "GB 1350-2009", Content: jsontext.Value(`{"days":30}`)}},
	}
}

func lotExamples() []example {
	return []example{
		{"harvest", &Harvest{Header: by(coop, "H-1"), Lot: "H1", Variety: "1132002", HarvestYear: 2025, Origin: "370181",
			Grams: 9_000_000, AreaMu: "12.5"}},
		{"purchase", &Purchase{Header: by(depot, "P-1"), Lot: "P1", FromLot: "H1", FromGrams: 8_000_000, Seller: coop,
			Nature: "123", GrossGrams: 13_000_000, TareGrams: 5_000_000, DeductGrams: 100_000, NetGrams: 7_900_000,
			Sealed: []string{SM3([]byte("price"))}}},
		{"purchase from a person", &Purchase{Header: by(depot, "P-2"), Lot: "P2", Nature: "200", Variety: "1132002",
			HarvestYear: 2025, Origin: "320581", GrossGrams: 2_000_000, NetGrams: 2_000_000, Sealed: []string{SM3([]byte("person"))}}},
		{"inspect", &Inspect{Header: by(lab, "I-1"), Target: "P1", Stage: StagePurchase, Standard: "GB 1350-2009",
			Items: []Measured{{"moisture", "13.2"}, {"impurity", "0.8"}}}},
		{"inspect bin", &Inspect{Header: by(lab, "I-2"), Target: binCode, Stage: StageOutbound, Items: []Measured{{"cadmium_mgkg", "0.05"}}}},
		{"split", &Split{Header: by(depot, "S-1"), Lot: "P1", Owner: coop, Outputs: []Amount{{"S1", 1000}, {"S2", 2000}}}},
		{"merge", &Merge{Header: by(depot, "M-1"), Owner: coop, Inputs: []Amount{{"S1", 1000}, {"S2", 2000}}, Output: Amount{"M1", 3000}}},
		{"process", &Process{Header: by(mill, "PR-1"), Process: "milling", Inputs: []Amount{{"W1", 10_000}},
			Outputs:    []Product{{Lot: "R1", Product: "大米", Grams: 6500, GTIN: gtin14, Batch: "20251001A"}, {Lot: "R2", Product: "碎米", Grams: 500}},
			Byproducts: []Byproduct{{"稻壳", 2000}, {"米糠", 800}}, LossGrams: 200}},
		{"adjust natural", &Adjust{Header: by(depot, "A-1"), Target: binCode, Owner: coop, Kind: AdjustNatural, Grams: 500}},
		{"adjust moisture", &Adjust{Header: by(depot, "A-2"), Target: binCode, Kind: AdjustMoisture, Grams: 500, Before: "14.1", After: "13.2"}},
		{"adjust impurity", &Adjust{Header: by(depot, "A-3"), Target: "P1", Kind: AdjustImpurity, Grams: 500, Before: "1.2", After: "0.8",
			MoistureBefore: "14.1", MoistureAfter: "13.2"}},
		{"write-off", &WriteOff{Header: by(depot, "WO-1"), Target: "P1", Owner: coop, Grams: 300, Reason: "受潮霉变"}},
	}
}

func custodyExamples() []example {
	return []example{
		{"store", &Store{Header: by(depot, "ST-1"), Lot: "P1", Bin: binCode, Grams: 7_000_000, Owner: coop}},
		{"withdraw", &Withdraw{Header: by(depot, "WD-1"), Bin: binCode, Lot: "W1", Grams: 5_000_000, Purpose: PurposeFood}},
		{"ship", &Ship{Header: by(depot, "SH-1"), Lot: "W1", Grams: 5_000_000, Owner: depot, To: mill, Carrier: carrier,
			Sealed: []string{SM3([]byte("plate")), SM3([]byte("driver"))}}},
		{"receive", &Receive{Header: by(mill, "RC-1"), Shipper: depot, Shipment: "SH-1", Lot: "W1", Grams: 4_999_000}},
		{"return", &Return{Header: by(mill, "RT-1"), Shipper: depot, Shipment: "SH-1", Lot: "W1", Reason: "水分超标"}},
		{"cancel-ship", &CancelShip{Header: by(depot, "CS-1"), Shipment: "SH-1", Lot: "W1", Reason: "车辆故障"}},
		{"sell", &Sell{Header: by(depot, "SE-1"), Lot: "W1", Buyer: mill, Grams: 5_000_000, Purpose: PurposeFood,
			Sealed: []string{SM3([]byte("contract"))}}},
	}
}

// exampleOf is a fresh copy of one example.
func exampleOf(t testing.TB, name string) Payload {
	t.Helper()
	for _, e := range examples() {
		if e.name == name {
			return e.p
		}
	}
	t.Fatalf("there is no example %q", name)
	return nil
}

// encode is EncodePayload for a payload that must encode.
func encode(t testing.TB, p Payload) []byte {
	t.Helper()
	b, err := EncodePayload(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantRefusal asks that err is a refusal with this code and field.
func wantRefusal(t testing.TB, err error, code Code, field string) {
	t.Helper()
	e, ok := asError(err)
	if !ok {
		t.Fatalf("got %v, want %v about %q", err, code, field)
	}
	if e.Code != code || e.Field != field {
		t.Errorf("got %q, want %v about %q", e, code, field)
	}
}

func TestExamplesAreValid(t *testing.T) {
	seen := map[Type]bool{}
	for _, e := range examples() {
		seen[e.p.Type()] = true
		t.Run(e.name, func(t *testing.T) {
			if err := Check(e.p, txTime); err != nil {
				t.Error(err)
			}
		})
	}
	for _, typ := range Types() {
		if !seen[typ] {
			t.Errorf("%s has no example", typ)
		}
	}
}
