package made

import (
	"math/big"
	"strings"
)

// mixture is how much stems from each harvest lot: as shares of one for a
// lot, as grams for the content of a bin. What was bought without a recorded
// harvest is in no mixture, so that shares may sum to less than one.
type mixture map[string]*big.Rat

// pure is what a harvest lot is made of.
func pure(lot string) mixture { return mixture{lot: big.NewRat(1, 1)} }

// times is the mixture with every part multiplied.
func (m mixture) times(f *big.Rat) mixture {
	out := mixture{}
	for lot, x := range m {
		out[lot] = new(big.Rat).Mul(x, f)
	}
	return out
}

// add adds another mixture's parts.
func (m mixture) add(other mixture) {
	for lot, x := range other {
		if m[lot] == nil {
			m[lot] = new(big.Rat)
		}
		m[lot].Add(m[lot], x)
	}
}

func (m mixture) floats() map[string]float64 {
	out := map[string]float64{}
	for lot, x := range m {
		out[lot], _ = x.Float64()
	}
	return out
}

func whole(grams int64) *big.Rat { return new(big.Rat).SetInt64(grams) }

func compare(a, b string) int { return strings.Compare(a, b) }
