package contract

import (
	"time"

	"github.com/grainledger/grainledger/record"
)

// now is the transaction's time. One that is too far from this node's clock
// is refused here, where transactions are made; replay never comes here.
func (c *Contract) now(stub Stub) (time.Time, error) {
	ts, err := stub.GetTxTimestamp()
	if err != nil {
		return time.Time{}, internal(err)
	}
	t := ts.AsTime()
	if d := t.Sub(c.clock()); d > record.MaxClockSkew || d < -record.MaxClockSkew {
		return time.Time{}, record.Refuse(record.ClockSkew, "the transaction's time is more than %s off", record.MaxClockSkew)
	}
	return t, nil
}
