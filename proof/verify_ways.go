package proof

import (
	"math/big"

	"github.com/grainledger/grainledger/record"
)

// whole is a share of one in the unit of shares: fine enough that rounding
// never comes to a gram of record.MaxGrams.
var whole = new(big.Int).Lsh(big.NewInt(1), 80)

// ways bounds the share that one origin can have in the lots of a path. Of
// splits, merges and processes the records say all that is needed; of a bin
// they bound nothing, since its mixture follows from every movement.
type ways struct {
	*path
	origin string
	shares map[string]*big.Int
}

// most is the most grams that the origin can have in a lot, rounded up.
func (p *path) most(origin, lot string) *big.Int {
	w := &ways{path: p, origin: origin, shares: map[string]*big.Int{}}
	grams := big.NewInt(p.made(lot).Grams)
	return quoUp(grams.Mul(grams, w.share(lot)), whole)
}

func (w *ways) share(lot string) *big.Int {
	if s := w.shares[lot]; s != nil {
		return s
	}
	s := new(big.Int)
	if i, ok := w.maker[lot]; ok {
		s = w.shareOf(w.facts[i])
	}
	if lot == w.origin {
		s = whole
	}
	w.shares[lot] = s
	return s
}

// shareOf is the share in what the record made.
func (w *ways) shareOf(f *facts) *big.Int {
	switch {
	case f.kind == record.TypeMerge || f.kind == record.TypeProcess:
		sum, grams := new(big.Int), new(big.Int)
		for _, m := range f.Inputs {
			n := big.NewInt(m.Grams)
			grams.Add(grams, n)
			sum.Add(sum, n.Mul(n, w.share(m.Lot)))
		}
		if grams.Sign() <= 0 {
			return new(big.Int)
		}
		return quoUp(sum, grams)
	case f.bin != "":
		for _, j := range w.fills[f.bin] {
			if store := w.facts[j]; store.index < f.index && w.share(store.from[0]).Sign() > 0 {
				return whole
			}
		}
	case len(f.from) > 0:
		return w.share(f.from[0])
	}
	return new(big.Int)
}

func quoUp(n, by *big.Int) *big.Int {
	up := new(big.Int).Add(n, by)
	return up.Quo(up.Sub(up, big.NewInt(1)), by)
}
