package record

// Kinds of facility and the code lengths that LS/T 1714 gives them.
const (
	FacilityDepot     = "depot"     // 库区, 21 characters
	FacilityWarehouse = "warehouse" // 仓房/油罐 (25) or 廒间 (28)
	FacilityBin       = "bin"       // 廒间 (28) or 货位 (30): holds grain
)

// Facility registers a depot, warehouse or bin of an enterprise. The code
// begins with the enterprise's USCC (LS/T 1714); levels in between need not
// be registered.
type Facility struct {
	Header
	Code          string  `json:"code"`
	Name          string  `json:"name"`
	USCC          string  `json:"uscc"`
	Kind          string  `json:"kind"`
	Lon           Decimal `json:"lon,omitempty"`
	Lat           Decimal `json:"lat,omitempty"`
	CapacityGrams int64   `json:"capacityGrams,omitzero"`
}

func (*Facility) Type() Type { return TypeFacility }

func (p *Facility) check(c *checker) {
	c.uscc("uscc", p.USCC)
	c.text("name", p.Name, 200)
	c.oneOf("kind", p.Kind, FacilityDepot, FacilityWarehouse, FacilityBin)
	switch {
	case !ValidFacilityCode(p.Code):
		c.fail(BadFacilityCode, "code", "is not a facility code (LS/T 1714)")
	case p.Code[:18] != p.USCC:
		c.fail(BadFacilityCode, "code", "does not begin with the enterprise's USCC")
	case !facilityLengthFits(p.Kind, len(p.Code)):
		c.fail(BadFacilityCode, "code", "does not have the length of a %s's code", p.Kind)
	}
	c.gramsOrNone("capacityGrams", p.CapacityGrams)
	c.within("lon", p.Lon, -180, 180)
	c.within("lat", p.Lat, -90, 90)
}

func facilityLengthFits(kind string, n int) bool {
	switch kind {
	case FacilityDepot:
		return n == 21
	case FacilityWarehouse:
		return n == 25 || n == 28
	case FacilityBin:
		return n == 28 || n == 30
	}
	return true // the kind is refused for itself
}

func (p *Facility) touch(t *Touches) {
	t.read(EnterpriseKey(p.USCC))
	t.write(FacilityKey(p.Code))
}
