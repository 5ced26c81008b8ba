package contract

import "github.com/grainledger/grainledger/record"

// preview tells what a batch of unsigned records would come to if each were
// signed by its issuer with a good key and nobody else: same rules, same
// order, one after another on one overlay of the state, so that a record may
// use what an earlier one makes. It is for evaluation. It has no way to the
// stub's writes, so that a transaction of it changes nothing either, and its
// verdicts are no proof of anything: they stand under another function's name.
//
// Whose keys are good is left out on purpose: an enterprise asks before it
// signs, and perhaps before its key is registered.
func (c *Contract) preview(stub Stub, arg []byte) ([]byte, error) {
	b, items, err := c.open(reading{stub}, arg, record.DecodeUnsigned)
	if err != nil {
		return nil, err
	}
	b.signers = func(*item) (*signers, error) { return &signers{assumed: true}, nil }
	if err := b.decideAll(items); err != nil {
		return nil, err
	}
	out, err := record.EncodeVerdicts(b.tx, b.verdicts)
	if err != nil {
		return nil, internal(err)
	}
	return out, nil
}

// reading is a stub that refuses to write, whatever the rules come to.
type reading struct{ Stub }

func (reading) PutState(string, []byte) error                 { return errReading }
func (reading) PutPrivateData(string, string, []byte) error   { return errReading }
func (reading) PurgePrivateData(string, string) error         { return errReading }
func (reading) SetEvent(string, []byte) error                 { return errReading }
func (reading) GetTransient() (map[string][]byte, error)      { return nil, errReading }
func (reading) GetPrivateData(string, string) ([]byte, error) { return nil, errReading }

var errReading = record.Refuse(record.BadCall, "a preview neither writes nor reads private data")
