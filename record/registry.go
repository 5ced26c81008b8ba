package record

import "strings"

// Registry types, signed by a regulator.
const (
	TypeEnterprise Type = "enterprise"
	TypeFacility   Type = "facility"
	TypeKey        Type = "key"
	TypeDevice     Type = "device"
	TypeRule       Type = "rule"
)

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

// What a key record does.
const (
	KeyRegister = "register"
	KeyRevoke   = "revoke"
	KeyRoot     = "root" // the root replaces its own keys
)

// Key registers or revokes a key of an enterprise, or replaces the keys of
// the root. An enterprise may do so for itself, signing with a key that is
// still good; a regulator for those of its division.
type Key struct {
	Header
	Action    string   `json:"action"`
	Subject   string   `json:"subject"`             // USCC whose key it is
	PublicKey string   `json:"publicKey,omitempty"` // register: 04||x||y hex
	NotBefore string   `json:"notBefore,omitempty"` // register: RFC 3339
	NotAfter  string   `json:"notAfter,omitempty"`  // register: RFC 3339
	KeyID     string   `json:"keyId,omitempty"`     // revoke
	Threshold int      `json:"threshold,omitzero"`  // root: signatures needed
	Keys      []string `json:"keys,omitempty"`      // root: public keys
}

func (*Key) Type() Type { return TypeKey }

func (p *Key) check(c *checker) {
	c.uscc("subject", p.Subject)
	c.oneOf("action", p.Action, KeyRegister, KeyRevoke, KeyRoot)
	switch p.Action {
	case KeyRegister:
		c.publicKey("publicKey", p.PublicKey)
		c.optionalTime("notBefore", p.NotBefore)
		c.optionalTime("notAfter", p.NotAfter)
		p.checkOrder(c)
	case KeyRevoke:
		c.hash("keyId", p.KeyID)
	case KeyRoot:
		checkRootKeys(c, p.Threshold, p.Keys)
	}
	p.checkAbsent(c)
}

// checkOrder wants a key's validity to begin before it ends.
func (p *Key) checkOrder(c *checker) {
	from, err1 := parseTime(p.NotBefore)
	to, err2 := parseTime(p.NotAfter)
	if err1 == nil && err2 == nil && !from.Before(to) {
		c.fail(BadField, "notAfter", "is not after notBefore")
	}
}

// checkAbsent refuses what belongs to another action, so that nobody signs a
// key record that says two things.
func (p *Key) checkAbsent(c *checker) {
	const why = "belongs to another action"
	if p.Action != KeyRegister {
		c.absent("publicKey", p.PublicKey != "", why)
		c.absent("notBefore", p.NotBefore != "", why)
		c.absent("notAfter", p.NotAfter != "", why)
	}
	c.absent("keyId", p.Action != KeyRevoke && p.KeyID != "", why)
	c.absent("threshold", p.Action != KeyRoot && p.Threshold != 0, why)
	c.absent("keys", p.Action != KeyRoot && len(p.Keys) != 0, why)
}

func checkRootKeys(c *checker, threshold int, keys []string) {
	switch {
	case len(keys) == 0:
		c.fail(BadField, "keys", "is empty")
	case len(keys) > MaxSignatures:
		c.fail(TooLarge, "keys", "has more than %d items", MaxSignatures)
	}
	if threshold < 1 || threshold > len(keys) {
		c.fail(BadField, "threshold", "must be between 1 and the number of keys")
	}
	points := make([]string, len(keys))
	for i, k := range keys {
		c.publicKey(at("keys", i), k)
		points[i] = strings.ToLower(k) // one key has one point, in whatever case
	}
	c.distinct("keys", points)
}

func (p *Key) touch(t *Touches) {
	switch p.Action {
	case KeyRegister:
		t.read(EnterpriseKey(p.Subject))
		if k, err := ParsePublicKey(p.PublicKey); err == nil {
			t.write(KeyKey(k.ID()))
		}
	case KeyRevoke:
		t.read(EnterpriseKey(p.Subject))
		t.write(KeyKey(p.KeyID))
	case KeyRoot:
		t.write(RootKey)
		for _, point := range p.Keys {
			if k, err := ParsePublicKey(point); err == nil {
				t.read(KeyKey(k.ID()))
			}
		}
	}
}

// CheckRoot tells whether a root is well formed.
func CheckRoot(r *Root) error {
	c := &checker{}
	c.uscc("uscc", r.USCC)
	c.text("name", r.Name, 200)
	c.digits("division", r.Division, 6)
	checkRootKeys(c, r.Threshold, r.Keys)
	if c.first == nil {
		return nil
	}
	return c.first
}

// Device registers a collector or sensor and the key that signs its frames.
type Device struct {
	Header
	Device    string `json:"device"` // id, unique on the ledger
	USCC      string `json:"uscc"`   // the enterprise that runs it
	Facility  string `json:"facility"`
	Model     string `json:"model,omitempty"`
	PublicKey string `json:"publicKey"`
}

func (*Device) Type() Type { return TypeDevice }

func (p *Device) check(c *checker) {
	if !plainID(p.Device, 64) {
		c.fail(BadField, "device", "is not an id (1 to 64 of A-Z a-z 0-9 . _ -)")
	}
	c.uscc("uscc", p.USCC)
	if !ValidFacilityCode(p.Facility) || p.Facility[:18] != p.USCC {
		c.fail(BadFacilityCode, "facility", "is not a facility code of that enterprise")
	}
	c.optional("model", p.Model, 100)
	c.publicKey("publicKey", p.PublicKey)
}

func (p *Device) touch(t *Touches) {
	t.read(EnterpriseKey(p.USCC), FacilityKey(p.Facility))
	t.write(DeviceKey(p.Device))
	if k, err := ParsePublicKey(p.PublicKey); err == nil {
		t.write(KeyKey(k.ID()))
	}
}
