package record

import (
	"slices"
	"strings"
	"testing"
)

// change makes a change of one payload type fit a table of all types.
func change[P Payload](f func(p P)) func(Payload) { return func(p Payload) { f(p.(P)) } }

type formCase struct {
	name, example string
	change        func(Payload)
	code          Code // 0 where the payload stays valid
	field         string
}

func runForms(t *testing.T, cases []formCase) {
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p := exampleOf(t, tc.example)
			tc.change(p)
			err := Check(p, txTime)
			if tc.code == 0 {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			wantRefusal(t, err, tc.code, tc.field)
		})
	}
}

func TestHeaderForms(t *testing.T) {
	ref := func(s string) func(Payload) { return func(p Payload) { p.Head().Ref = s } }
	runForms(t, []formCase{
		{"issuer with a wrong check character", "harvest", func(p Payload) { p.Head().Issuer = badUSCC }, BadUSCC, "issuer"},
		{"no issuer", "harvest", func(p Payload) { p.Head().Issuer = "" }, BadUSCC, "issuer"},
		{"no ref", "harvest", ref(""), BadField, "ref"},
		{"ref of 64 bytes", "harvest", ref(strings.Repeat("x", 64)), 0, ""},
		{"ref of 65 bytes", "harvest", ref(strings.Repeat("x", 65)), BadField, "ref"},
		{"ref in Chinese", "harvest", ref("苏粮购〔2025〕1号"), 0, ""},
		{"ref with a space inside", "harvest", ref("A 1"), 0, ""},
		{"ref with a slash", "harvest", ref("2025/1"), 0, ""},
		{"ref that begins with a space", "harvest", ref(" A1"), BadField, "ref"},
		{"ref that ends with a wide space", "harvest", ref("A1　"), BadField, "ref"},
		{"ref of a space", "harvest", ref(" "), BadField, "ref"},
		{"ref with a control character", "harvest", ref("A\x001"), BadField, "ref"},
		{"ref with the last character of Unicode", "harvest", ref("A\U0010ffff"), BadField, "ref"},
	})
}

func TestRegistryForms(t *testing.T) {
	runForms(t, []formCase{
		{"enterprise of no known kind", "enterprise", change(func(p *Enterprise) { p.Kind = "bank" }), BadField, "kind"},
		{"enterprise of five digits' division", "enterprise", change(func(p *Enterprise) { p.Division = "32050" }), BadField, "division"},
		{"enterprise without a place", "enterprise", change(func(p *Enterprise) { p.Lon, p.Lat = "", "" }), 0, ""},
		{"facility under another enterprise", "facility", change(func(p *Facility) { p.USCC = mill }), BadFacilityCode, "code"},
		{"facility code with another last character", "facility", change(func(p *Facility) { p.Code = p.Code[:17] + "Q" + p.Code[18:] }), BadFacilityCode, "code"},
		{"facility code of 29 characters", "facility", change(func(p *Facility) { p.Code = p.Code[:29] }), BadFacilityCode, "code"},
		{"depot with a bin's code", "facility", change(func(p *Facility) { p.Kind = FacilityDepot }), BadFacilityCode, "code"},
		{"depot", "facility", change(func(p *Facility) { p.Kind, p.Code = FacilityDepot, depotCode }), 0, ""},
		{"warehouse", "facility", change(func(p *Facility) { p.Kind, p.Code = FacilityWarehouse, warehouseCode }), 0, ""},
		{"section as a warehouse", "facility", change(func(p *Facility) { p.Kind, p.Code = FacilityWarehouse, sectionCode }), 0, ""},
		{"section as a bin", "facility", change(func(p *Facility) { p.Code = sectionCode }), 0, ""},
		{"bin with a depot's code", "facility", change(func(p *Facility) { p.Code = depotCode }), BadFacilityCode, "code"},
		{"bin without a capacity", "facility", change(func(p *Facility) { p.CapacityGrams = 0 }), 0, ""},
		{"key action unknown", "key register", change(func(p *Key) { p.Action = "renew" }), BadField, "action"},
		{"key off the curve", "key register", change(func(p *Key) { p.PublicKey = standardPoint[:129] + "4" }), BadField, "publicKey"},
		{"key register with a threshold", "key register", change(func(p *Key) { p.Threshold = 1 }), BadField, "threshold"},
		{"key register with root keys", "key register", change(func(p *Key) { p.Keys = []string{standardPoint} }), BadField, "keys"},
		{"key revoke with a public key", "key revoke", change(func(p *Key) { p.PublicKey = standardPoint }), BadField, "publicKey"},
		{"key revoke without an id", "key revoke", change(func(p *Key) { p.KeyID = "" }), BadField, "keyId"},
		{"key revoke in upper case", "key revoke", change(func(p *Key) { p.KeyID = strings.ToUpper(p.KeyID) }), BadField, "keyId"},
		{"root without keys", "key root", change(func(p *Key) { p.Keys = nil }), BadField, "keys"},
		{"root with a threshold of 0", "key root", change(func(p *Key) { p.Threshold = 0 }), BadField, "threshold"},
		{"root with a threshold above its keys", "key root", change(func(p *Key) { p.Threshold = 3 }), BadField, "threshold"},
		{"root with a key twice", "key root", change(func(p *Key) { p.Keys[1] = p.Keys[0] }), BadField, "keys/1"},
		{"root with a key twice in another case", "key root", change(func(p *Key) { p.Keys[1] = strings.ToUpper(p.Keys[0]) }), BadField, "keys/1"},
		{"device of another enterprise's facility", "device", change(func(p *Device) { p.USCC = mill }), BadFacilityCode, "facility"},
		{"device without a model", "device", change(func(p *Device) { p.Model = "" }), 0, ""},
		{"checkpoint of another's log", "checkpoint", change(func(p *Checkpoint) { p.Issuer = depot }), BadField, "note"},
		{"checkpoint of a log without a name", "checkpoint", change(func(p *Checkpoint) { p.Note = noteOf(regulator + "/") }), BadField, "note"},
		{"checkpoint of a log with a slash in its name", "checkpoint", change(func(p *Checkpoint) { p.Note = noteOf(regulator + "/a/b") }), BadField, "note"},
		{"checkpoint of a log with a longer code", "checkpoint", change(func(p *Checkpoint) { p.Note = noteOf(regulator + "0/records") }), BadField, "note"},
		{"checkpoint of another log of the issuer", "checkpoint", change(func(p *Checkpoint) { p.Note = noteOf(regulator + "/frames-2") }), 0, ""},
		{"checkpoint with a note that is no base64", "checkpoint", change(func(p *Checkpoint) { p.Note = "?" + p.Note[1:] }), BadField, "note"},
		{"checkpoint with a note in base64 of another spelling", "checkpoint", change(func(p *Checkpoint) { p.Note += "\n" }), BadField, "note"},
		{"checkpoint with too long a note", "checkpoint", change(func(p *Checkpoint) { p.Note = noteOf(strings.Repeat("x", 16<<10)) }), TooLarge, "note"},
		{"first checkpoint", "checkpoint", change(func(p *Checkpoint) { p.Consistency = nil }), 0, ""},
		{"checkpoint with a proof that is too long", "checkpoint", change(func(p *Checkpoint) {
			p.Consistency = slices.Repeat(p.Consistency, 131)
		}), TooLarge, "consistency"},
		{"checkpoint with a hash in upper case", "checkpoint", change(func(p *Checkpoint) {
			p.Consistency[0] = strings.ToUpper(p.Consistency[0])
		}), BadField, "consistency/0"},
		{"checkpoint with half a hash", "checkpoint", change(func(p *Checkpoint) { p.Consistency[0] = p.Consistency[0][:32] }), BadField, "consistency/0"},
		{"rule from a day that is none", "rule", change(func(p *Rule) { p.EffectiveFrom = "2025-02-29" }), BadField, "effectiveFrom"},
		{"rule from a time", "rule", change(func(p *Rule) { p.EffectiveFrom = exampleTime }), BadField, "effectiveFrom"},
		{"rule with a short day", "rule", change(func(p *Rule) { p.EffectiveFrom = "2025-1-1" }), BadField, "effectiveFrom"},
		{"rule with a list", "rule", change(func(p *Rule) { p.Content = []byte(`[]`) }), BadField, "content"},
		{"rule without content", "rule", change(func(p *Rule) { p.Content = nil }), BadField, "content"},
		{"table with a dash", "rule", change(func(p *Rule) { p.Table = "a-name" }), 0, ""},
		{"table with a slash", "rule", change(func(p *Rule) { p.Table = "a/b" }), BadField, "table"},
	})
}

func TestLotIDForms(t *testing.T) {
	lot := func(id string) func(Payload) { return change(func(p *Harvest) { p.Lot = id }) }
	runForms(t, []formCase{
		{"64 characters", "harvest", lot(strings.Repeat("a", 64)), 0, ""},
		{"65 characters", "harvest", lot(strings.Repeat("a", 65)), BadField, "lot"},
		{"all signs", "harvest", lot("_A-z.09"), 0, ""},
		{"empty", "harvest", lot(""), BadField, "lot"},
		{"a dot in front", "harvest", lot("."), BadField, "lot"},
		{"two dots", "harvest", lot(".."), BadField, "lot"},
		{"a dash in front", "harvest", lot("-rf"), BadField, "lot"},
		{"a slash", "harvest", lot("a/b"), BadField, "lot"},
		{"a colon, as mixes have", "harvest", lot(MixID("a", 1, 1)), BadField, "lot"},
		{"a space", "harvest", lot("a b"), BadField, "lot"},
		{"Chinese", "harvest", lot("稻"), BadField, "lot"},
		{"a percent sign", "harvest", lot("a%2fb"), BadField, "lot"},
		{"a bin's code", "harvest", lot(binCode), BadField, "lot"},
		{"a section's code", "harvest", lot(sectionCode), BadField, "lot"},
		{"a depot's code", "harvest", lot(depotCode), 0, ""},
	})
}

func TestOriginForms(t *testing.T) {
	year := func(n int) func(Payload) { return change(func(p *Harvest) { p.HarvestYear = n }) }
	boughtYear := func(n int) func(Payload) { return change(func(p *Purchase) { p.HarvestYear = n }) }
	runForms(t, []formCase{
		{"harvest of this year", "harvest", year(2025), 0, ""},
		{"harvest of next year", "harvest", year(2026), BadField, "harvestYear"},
		{"harvest 20 years ago", "harvest", year(2005), 0, ""},
		{"harvest 21 years ago", "harvest", year(2004), BadField, "harvestYear"},
		{"harvest of no area", "harvest", change(func(p *Harvest) { p.AreaMu = "" }), 0, ""},
		{"variety of six digits", "harvest", change(func(p *Harvest) { p.Variety = "113200" }), BadField, "variety"},
		{"origin with a letter", "harvest", change(func(p *Harvest) { p.Origin = "37018A" }), BadField, "origin"},
		{"bought of this year", "purchase from a person", boughtYear(2025), 0, ""},
		{"bought of no year", "purchase from a person", boughtYear(0), 0, ""},
		{"bought of next year", "purchase from a person", boughtYear(2026), BadField, "harvestYear"},
		{"bought of year 1", "purchase from a person", boughtYear(1), BadField, "harvestYear"},
		{"seller is the buyer", "purchase", change(func(p *Purchase) { p.Seller = depot }), BadField, "seller"},
		{"no seller of a harvest lot", "purchase", change(func(p *Purchase) { p.Seller = "" }), BadUSCC, "seller"},
		{"neither seller nor sealed part", "purchase from a person", change(func(p *Purchase) { p.Sealed = nil }), BadUSCC, "seller"},
		{"seller without a harvest lot", "purchase from a person", change(func(p *Purchase) { p.Seller, p.Sealed = coop, nil }), 0, ""},
		{"drawing from itself is for the rules", "purchase", change(func(p *Purchase) { p.FromLot = p.Lot }), 0, ""},
		{"variety beside a harvest lot", "purchase", change(func(p *Purchase) { p.Variety = "1132002" }), BadField, "variety"},
		{"origin beside a harvest lot", "purchase", change(func(p *Purchase) { p.Origin = "320581" }), BadField, "origin"},
		{"year beside a harvest lot", "purchase", change(func(p *Purchase) { p.HarvestYear = 2025 }), BadField, "harvestYear"},
		{"no variety", "purchase from a person", change(func(p *Purchase) { p.Variety = "" }), BadField, "variety"},
		{"drawn grams without a lot", "purchase from a person", change(func(p *Purchase) { p.FromGrams = 1 }), BadField, "fromGrams"},
		{"nature of two digits", "purchase", change(func(p *Purchase) { p.Nature = "12" }), BadField, "nature"},
		{"a sealed part twice", "purchase", change(func(p *Purchase) { p.Sealed = append(p.Sealed, p.Sealed[0]) }), BadField, "sealed/1"},
		{"a sealed part in upper case", "purchase", change(func(p *Purchase) { p.Sealed[0] = strings.ToUpper(p.Sealed[0]) }), BadField, "sealed/0"},
	})
}
