package record

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
