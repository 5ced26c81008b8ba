package lot

import (
	"time"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// ownBin is a registered bin of the issuer's with a copy of its content.
func ownBin(c *state.Case, code string) (*record.RegisteredFacility, *record.BinState, error) {
	f, b, err := findBin(c, code)
	if err != nil {
		return nil, nil, err
	}
	if f.USCC != c.Issuer.USCC {
		return nil, nil, record.Refuse(record.NotCustodian, "bin %s is not the issuer's", code)
	}
	return f, b, nil
}

func findBin(c *state.Case, code string) (*record.RegisteredFacility, *record.BinState, error) {
	f := state.Get[record.RegisteredFacility](c.View, record.FacilityKey(code))
	if f == nil || f.Kind != record.FacilityBin {
		return nil, nil, record.Refuse(record.UnknownBin, "%s", code)
	}
	if b := lastOf(c.View, code); b != nil {
		return f, b, nil
	}
	return f, &record.BinState{Bin: code, Custodian: f.USCC}, nil
}

// lastOf is a copy of what is known of a bin; nil where nothing ever was.
func lastOf(v *state.View, code string) *record.BinState {
	was := state.Get[record.BinState](v, record.BinKey(code))
	if was == nil {
		return nil
	}
	b := *was
	b.Bin = code
	return &b
}

func saveBin(c *state.Case, b *record.BinState) {
	b.Last = c.ID
	state.Put(c.View, record.BinKey(b.Bin), b)
}

// fits tells whether grain may join the bin's content: an epoch has one
// owner, one variety and one nature (专仓储存, 粮食安全保障法 art. 31).
func fits(b *record.BinState, owner string, lot *record.LotState) error {
	switch {
	case b.Grams == 0:
		return nil
	case owner != "" && b.Owner != owner:
		return record.Refuse(record.MixedBin, "the bin holds grain of another owner")
	case b.Variety != lot.Variety:
		return record.Refuse(record.MixedBin, "the bin holds variety %s, the lot is %s", b.Variety, lot.Variety)
	case b.Product != lot.Product:
		return record.Refuse(record.MixedBin, "the bin holds %q, the lot is %q", b.Product, lot.Product)
	case b.Nature != lot.Nature:
		return record.Refuse(record.MixedBin, "the bin holds grain of nature %q, the lot's is %q", b.Nature, lot.Nature)
	}
	return nil
}

// beginEpoch empties the bin's record for its next filling.
func beginEpoch(b *record.BinState, owner string, lot *record.LotState, occurredAt string) {
	*b = record.BinState{
		Bin: b.Bin, Custodian: b.Custodian, Epoch: b.Epoch + 1,
		Owner: owner, Variety: lot.Variety, Nature: lot.Nature, Product: lot.Product, FirstDeposit: occurredAt,
	}
}

// deposit mixes grams of a lot into the bin. After a withdrawal what was left
// becomes the first part of a new mix, so that lots withdrawn before keep the
// mixture they were drawn from.
func deposit(c *state.Case, b *record.BinState, lot string, grams int64, occurredAt string) error {
	if b.DepositedGrams > record.MaxGrams-grams {
		return record.Refuse(record.TooMuch, "the bin has taken %d g since it was empty", b.DepositedGrams)
	}
	if b.Closed {
		before := b.MixID()
		b.Mix++
		b.Closed = false
		edge(c, b.MixID(), before, b.Grams)
	}
	edge(c, b.MixID(), lot, grams)
	b.Grams += grams
	b.DepositedGrams += grams
	b.LastDeposit = later(b.LastDeposit, occurredAt)
	b.Outbound = nil // a deposit ends the bin's outbound inspection
	return nil
}

// takeOut takes grams out of the bin and closes the mix they come from.
func takeOut(b *record.BinState, grams int64) error {
	if b.Grams < grams { // a verdict is public: it does not tell how much lies there
		return record.Refuse(record.InsufficientQuantity, "the bin holds less than the %d g that are asked for", grams)
	}
	b.Grams -= grams
	b.Closed = true
	return nil
}

func later(a, b string) string {
	if a == "" || instant(b).After(instant(a)) {
		return b
	}
	return a
}

// instant reads a time that was checked when its record was.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
