package record

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// touchTable says, for each example, what its rules read beside the root and
// the issuer, write beside the entry of the ref, make without reading it, and
// consult.
var touchTable = []struct{ name, reads, writes, makes, tables string }{
	{"enterprise", "", "org/" + depot, "", ""},
	{"facility", "org/" + depot, "fac/" + binCode, "", ""},
	{"key register", "org/" + depot, "key/" + mustID(standardPoint), "", ""},
	{"key revoke", "org/" + depot, "key/" + SM3([]byte("key")), "", ""},
	{"key root", "key/648b69581ca8e8d6e7f6f8b65a3f18191af449214051f3f94b7afaa94d160e4e key/e6a4f9765fca89e8b7d64019b900d57cd86b4677fa5dc70284c90de05fa77f9c", "root", "", ""},
	{"device", "org/" + depot + " fac/" + depotCode, "dev/COL-01 key/" + mustID(standardPoint), "", ""},
	{"checkpoint", "key/" + SM3([]byte("key")), "log/" + regulator + "/records", "", ""},
	{"rule", "", "rule/validity", "", ""},
	{"harvest", "", "lot/H1", "qty/H1", "yield"},
	{"purchase", "lot/H1", "lot/P1 qty/H1", "qty/P1", ""},
	{"purchase from a person", "", "lot/P2", "qty/P2", ""},
	{"inspect", "", "lot/P1 qty/P1", "", "varieties grades food-safety storage deductions"},
	{"inspect bin", "fac/" + binCode, "bin/" + binCode, "", "varieties grades food-safety storage"},
	{"store", "lot/P1 fac/" + binCode, "qty/P1 bin/" + binCode, "", ""},
	{"withdraw", "fac/" + binCode, "lot/W1 bin/" + binCode, "qty/W1", "validity"},
	{"split", "lot/P1", "qty/P1 lot/S1 lot/S2", "qty/S1 qty/S2", ""},
	{"merge", "lot/S1 lot/S2", "qty/S1 qty/S2 lot/M1", "qty/M1", ""},
	{"process", "lot/W1", "qty/W1 lot/R1 gs1/" + gtin14 + "/20251001A lot/R2", "qty/R1 qty/R2", "process-loss"},
	{"ship", "lot/W1", "qty/W1", "shp/" + depot + "/SH-1", ""},
	{"receive", "lot/W1", "qty/W1 shp/" + depot + "/SH-1", "", "transit-loss"},
	{"return", "lot/W1", "qty/W1 shp/" + depot + "/SH-1", "", ""},
	{"cancel-ship", "lot/W1", "qty/W1 shp/" + depot + "/SH-1", "", ""},
	{"sell", "lot/W1", "qty/W1", "", ""},
	{"adjust natural", "fac/" + binCode, "bin/" + binCode, "", "natural-loss varieties"},
	{"adjust moisture", "fac/" + binCode, "bin/" + binCode, "", ""},
	{"adjust impurity", "", "lot/P1 qty/P1", "", ""},
	{"write-off", "", "lot/P1 qty/P1", "", ""},
	{"void", "org/" + depot, "rec/" + depot + "/S-1 cause/" + taken("void") + " lot/P1 qty/P1 lot/S1 qty/S1", "", ""},
	{"void inspection", "org/" + lab + " org/" + regulator + " fac/" + binCode,
		"rec/" + lab + "/I-2 cause/" + taken("void inspection") + " bin/" + binCode, "", ""},
	{"correct", "org/" + depot, "rec/" + depot + "/SE-1 cause/" + taken("correct") + " lot/W1 qty/W1", "", ""},
	{"correct inspection", "org/" + lab + " org/" + regulator + " fac/" + binCode,
		"rec/" + lab + "/I-2 cause/" + taken("correct inspection") + " bin/" + binCode, "", ""},
	{"hold", "qty/W1 org/" + mill, "lot/W1", "", ""},
	{"hold bin", "fac/" + binCode + " org/" + depot, "bin/" + binCode, "", ""},
	{"recall", "qty/R1 qty/R2 org/" + shop + " org/" + mill, "lot/R1 lot/R2", "", ""},
	{"release", "org/" + regulator + " rec/" + regulator + "/HD-1", "cause/" + SM3([]byte("hold")), "", ""},
	{"release of a lot", "qty/W1", "lot/W1", "", ""},
	{"release of a bin", "fac/" + binCode + " org/" + depot, "bin/" + binCode, "", ""},
}

// taken is the id of the record that an example takes back.
func taken(name string) string {
	for _, e := range markExamples() {
		if e.name == name {
			return AnnulmentOf(e.p).Record
		}
	}
	return ""
}

func mustID(point string) string {
	k, err := ParsePublicKey(point)
	if err != nil {
		panic(err)
	}
	return k.ID()
}

func sortedFields(s string) []string { return slices.Sorted(slices.Values(strings.Fields(s))) }

func TestTouched(t *testing.T) {
	tested := map[string]bool{}
	for _, tc := range touchTable {
		tested[tc.name] = true
		t.Run(tc.name, func(t *testing.T) {
			p := exampleOf(t, tc.name)
			h, got := p.Head(), Touched(p)
			reads := tc.reads + " root org/" + h.Issuer
			for _, table := range strings.Fields(tc.tables) {
				reads += " rule/" + table
			}
			assertKeys(t, "reads", got.Reads, reads)
			assertKeys(t, "writes", got.Writes, tc.writes+" rec/"+h.Issuer+"/"+h.Ref)
			assertKeys(t, "tables", got.Tables, tc.tables)
			assertKeys(t, "written", got.Written(), tc.writes+" "+tc.makes+" rec/"+h.Issuer+"/"+h.Ref)
			for _, m := range got.Makes {
				if !slices.Contains(got.Writes, m.With) || slices.Contains(append(got.Reads, got.Writes...), m.Key) {
					t.Errorf("%s is made with %s: one is not read, or both are", m.Key, m.With)
				}
			}
		})
	}
	for _, e := range examples() {
		if !tested[e.name] {
			t.Errorf("the example %q has no row", e.name)
		}
	}
}

func assertKeys(t *testing.T, what string, got []string, want string) {
	t.Helper()
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, sortedFields(want)) {
		t.Errorf("%s %v, want %v", what, sorted, sortedFields(want))
	}
}

// rename gives every lot, bin, batch, shipment and ref of a payload a name of
// its own, so that two renamed payloads speak of different grain.
func rename(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		rename(v.Elem(), name)
	case reflect.Slice:
		for i := range v.Len() {
			rename(v.Index(i), name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			renameField(v.Type().Field(i).Name, v.Field(i), name)
		}
	}
}

func renameField(field string, v reflect.Value, name string) {
	if v.Kind() != reflect.String {
		rename(v, name)
		return
	}
	switch field {
	case "Lot", "FromLot", "Batch", "Shipment", "Ref", "Target", "Bin":
		switch old := v.String(); {
		case IsBinCode(old):
			v.SetString(old[:28] + name)
		case old != "":
			v.SetString(old + name)
		}
	}
}

// other is an example of grain with a name of its own.
func other(t *rapid.T, label, name string) Payload {
	grain := append(lotExamples(), custodyExamples()...)
	p := grain[rapid.IntRange(0, len(grain)-1).Draw(t, label)].p
	p.Head().Issuer = depot
	rename(reflect.ValueOf(p), name)
	return p
}

func TestDifferentGrainSharesOnlyTheRegistry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Touched(other(t, "first", "11")), Touched(other(t, "second", "22"))
		for _, key := range a.Written() {
			if slices.Contains(b.Written(), key) || slices.Contains(b.Reads, key) {
				t.Fatalf("both touch %s, which the first writes", key)
			}
		}
		for _, key := range b.Written() {
			if slices.Contains(a.Reads, key) {
				t.Fatalf("both touch %s, which the second writes", key)
			}
		}
		for _, key := range a.Reads {
			kind, _, _ := strings.Cut(key, "/")
			if slices.Contains(b.Reads, key) && !slices.Contains([]string{"root", "org", "fac", "rule"}, kind) {
				t.Fatalf("both read %s, which is not of the registry", key)
			}
		}
	})
}

// Two records of one ref never pass each other: both write its entry.
func TestOneRefIsWrittenByBoth(t *testing.T) {
	key := EntryKey(depot, "X")
	for _, e := range examples() {
		e.p.Head().Issuer, e.p.Head().Ref = depot, "X"
		if !slices.Contains(Touched(e.p).Writes, key) {
			t.Errorf("%s does not write %s", e.name, key)
		}
	}
}

// Keys are UTF-8 that does not begin with U+0000, and two different names
// never make the same key.
func TestKeysAreApart(t *testing.T) {
	keys := []string{
		RootKey, EnterpriseKey(depot), FacilityKey(binCode), KeyKey("a"), DeviceKey("a"), LotKey("a"), StockKey("a"), BinKey(binCode),
		ShipmentKey(depot, "a"), EntryKey(depot, "a"), InspectionKey("a"), BatchKey(gtin14, "a"), RuleKey("a"), RuleContentKey("a", "b"),
		CauseKey("a"), MixMarksKey("a"), EdgeKey("a", "b", "c"), EdgeKey("c", "b", "a"), EntryKey(depot, "a/b"), EntryKey(mill, "a"),
	}
	for i, k := range keys {
		if !utf8.ValidString(k) || k == "" || k[0] == 0 {
			t.Errorf("%q is no key for Fabric", k)
		}
		if slices.Contains(keys[:i], k) {
			t.Errorf("%q is made of two different names", k)
		}
	}
}

func TestMixID(t *testing.T) {
	b := BinState{Bin: binCode, Epoch: 2, Mix: 13}
	if b.MixID() != binCode+":2.13" || plainID(b.MixID(), 64) {
		t.Errorf("the mix is called %q", b.MixID())
	}
}

func TestSplitEdgeKey(t *testing.T) {
	child, id, parent, ok := SplitEdgeKey(EdgeKey("W-1", SM3(nil), MixID(binCode, 2, 13)))
	if !ok || child != "W-1" || id != SM3(nil) || parent != MixID(binCode, 2, 13) {
		t.Errorf("%s, %s, %s, %v", child, id, parent, ok)
	}
	for _, key := range []string{"", "edge/a/b", "edge/a/b/c/d", LotKey("a"), ShipmentKey("a", "b/c")} {
		if _, _, _, ok := SplitEdgeKey(key); ok {
			t.Errorf("%q names no edge", key)
		}
	}
}
