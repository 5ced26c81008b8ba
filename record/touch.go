package record

import (
	"slices"
	"strings"
)

// Touches is what a record's rules read and write of the state, told from the
// payload alone. The contract loads exactly these keys; the packer lets no
// two transactions in flight touch what the other writes.
type Touches struct {
	Reads  []string
	Writes []string // read as well
	Makes  []Made   // written and not read
	Tables []string // rule tables that are consulted
}

// Made is a key that only ever comes to be together with another, which the
// record writes too. As long as that one has no value neither has this one:
// there is nothing to read. Two transactions that make the same key conflict
// on the other, which both have read.
type Made struct{ Key, With string }

// Written lists every key that the record may write.
func (t *Touches) Written() []string {
	keys := slices.Clone(t.Writes)
	for _, m := range t.Makes {
		keys = append(keys, m.Key)
	}
	return keys
}

func (t *Touches) read(keys ...string)   { t.Reads = append(t.Reads, keys...) }
func (t *Touches) write(keys ...string)  { t.Writes = append(t.Writes, keys...) }
func (t *Touches) table(names ...string) { t.Tables = append(t.Tables, names...) }

func (t *Touches) create(key, with string) { t.Makes = append(t.Makes, Made{key, with}) }

// newLot: the keys of a lot that the record creates. A stock is first written
// by the record that makes its lot.
func (t *Touches) newLot(lot string) {
	t.write(LotKey(lot))
	t.create(StockKey(lot), LotKey(lot))
}

// moveLot: the keys of a lot whose quantities the record changes.
func (t *Touches) moveLot(lot string) {
	t.read(LotKey(lot))
	t.write(StockKey(lot))
}

// markLot: the keys of a lot that the record marks, which depends on who owns
// and holds it.
func (t *Touches) markLot(lot string) {
	t.read(StockKey(lot))
	t.write(LotKey(lot))
}

// Touched tells what the rules for p read and write, beside the keys of rule
// tables and of the signers.
func Touched(p Payload) Touches {
	var t Touches
	h := p.Head()
	t.write(EntryKey(h.Issuer, h.Ref))
	t.read(RootKey, EnterpriseKey(h.Issuer))
	p.touch(&t)
	for _, name := range t.Tables {
		t.read(RuleKey(name))
	}
	return t
}

// Keys of the world state. Every one is valid UTF-8 and does not begin with
// U+0000, as Fabric asks; the last part alone may hold free text.
const RootKey = "root"

const lotPrefix = "lot/"

func isLotKey(key string) bool { return strings.HasPrefix(key, lotPrefix) }

func EnterpriseKey(uscc string) string           { return "org/" + uscc }
func FacilityKey(code string) string             { return "fac/" + code }
func KeyKey(keyID string) string                 { return "key/" + keyID }
func DeviceKey(device string) string             { return "dev/" + device }
func LotKey(lot string) string                   { return lotPrefix + lot }
func StockKey(lot string) string                 { return "qty/" + lot }
func BinKey(code string) string                  { return "bin/" + code }
func ShipmentKey(shipper, ref string) string     { return "shp/" + shipper + "/" + ref }
func EntryKey(issuer, ref string) string         { return "rec/" + issuer + "/" + ref }
func LogKey(origin string) string                { return "log/" + origin }
func InspectionKey(id string) string             { return "ins/" + id }
func BatchKey(gtin, batch string) string         { return "gs1/" + gtin + "/" + batch }
func CauseKey(record string) string              { return "cause/" + record }
func MixMarksKey(mix string) string              { return "mark/" + mix }
func RuleKey(table string) string                { return "rule/" + table }
func RuleContentKey(table, record string) string { return "rulev/" + table + "/" + record }

// EdgeKey names one edge of the lot graph; the record that made it keeps
// edges between the same two nodes apart.
func EdgeKey(child, record, parent string) string {
	return "edge/" + child + "/" + record + "/" + parent
}

// SplitEdgeKey takes an EdgeKey apart: neither lot ids nor mix ids nor record
// ids have a slash.
func SplitEdgeKey(key string) (child, record, parent string, ok bool) {
	parts := strings.Split(key, "/")
	if len(parts) != 4 || parts[0] != "edge" {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}
