package record

// Kinds of enterprise.
const (
	KindFarmCoop  = "farm_coop"
	KindStorage   = "storage"
	KindProcessor = "processor"
	KindLogistics = "logistics"
	KindRetail    = "retail"
	KindLab       = "lab"
	KindRegulator = "regulator"
	KindMinistry  = "ministry"
)

// Enterprise registers an enterprise, or files a change of it under a new ref.
type Enterprise struct {
	Header
	USCC     string  `json:"uscc"`
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Division string  `json:"division"` // GB/T 2260, six digits
	Lon      Decimal `json:"lon,omitempty"`
	Lat      Decimal `json:"lat,omitempty"`
}

func (*Enterprise) Type() Type { return TypeEnterprise }

func (p *Enterprise) check(c *checker) {
	c.uscc("uscc", p.USCC)
	c.text("name", p.Name, 200)
	c.oneOf("kind", p.Kind, KindFarmCoop, KindStorage, KindProcessor, KindLogistics,
		KindRetail, KindLab, KindRegulator, KindMinistry)
	c.digits("division", p.Division, 6)
	c.within("lon", p.Lon, -180, 180)
	c.within("lat", p.Lat, -90, 90)
}

func (p *Enterprise) touch(t *Touches) { t.write(EnterpriseKey(p.USCC)) }
