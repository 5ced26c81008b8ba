package registry

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// device registers a collector with the key that signs its frames. The key
// belongs to the device: it signs no record of its enterprise, which can revoke
// it as any other of its keys. Registered again with another key, the device
// has that one.
func device(c *state.Case, p *record.Device) error {
	if _, err := subject(c, p.USCC); err != nil {
		return err
	}
	if state.Get[record.RegisteredFacility](c.View, record.FacilityKey(p.Facility)) == nil {
		return record.Refuse(record.UnknownBin, "facility %s is not registered", p.Facility)
	}
	public, err := record.ParsePublicKey(p.PublicKey)
	if err != nil {
		return &record.Error{Code: record.BadField, Field: "publicKey", Detail: err.Error()}
	}
	if was := state.Get[record.RegisteredDevice](c.View, record.DeviceKey(p.Device)); was != nil && was.USCC != p.USCC {
		return record.Refuse(record.NotAuthorised, "the device id is taken by another enterprise")
	}
	if state.Get[record.RegisteredKey](c.View, record.KeyKey(public.ID())) != nil {
		return record.Refuse(record.NotAuthorised, "this key is registered already; a key is registered once")
	}
	state.Put(c.View, record.DeviceKey(p.Device), &record.RegisteredDevice{
		Device: p.Device, USCC: p.USCC, Facility: p.Facility, Model: p.Model,
		KeyID: public.ID(), Record: c.ID,
	})
	state.Put(c.View, record.KeyKey(public.ID()), &record.RegisteredKey{
		ID: public.ID(), USCC: p.USCC, Device: p.Device, PublicKey: public.Point(), Record: c.ID,
	})
	return nil
}
