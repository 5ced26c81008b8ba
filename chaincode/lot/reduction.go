package lot

import (
	"math/big"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// checkReduction compares all that was taken off for moisture or impurity with
// what the measured values allow for w grams that came in:
//
//	moisture  w·(M1−M2)/(1−M2)
//	impurity  w·(I1−I2)·(1−M1)/((1−M2)·(1−I2))
//
// with moisture M and impurity I before (1) and after (2). More is 超耗.
func checkReduction(c *state.Case, p *record.Adjust, w, taken int64) {
	if taken > reduction(p, w) {
		c.Flag(record.FlagOverQuota)
	}
}

// whole is 100 per cent in millionths.
const whole = 100 * record.One

func reduction(p *record.Adjust, w int64) int64 {
	before, after := micro(p.Before), micro(p.After)
	if after >= before {
		return 0
	}
	n := product(record.Micro(w), before-after)
	d := product(whole - after)
	if p.Kind == record.AdjustImpurity {
		n.Mul(n, product(whole-micro(p.MoistureBefore)))
		d.Mul(d, product(whole-micro(p.MoistureAfter)))
	}
	return n.Quo(n, d).Int64()
}

func product(factors ...record.Micro) *big.Int {
	out := big.NewInt(1)
	for _, f := range factors {
		out.Mul(out, big.NewInt(int64(f)))
	}
	return out
}

// micro reads a decimal that was checked when its record was.
func micro(d record.Decimal) record.Micro {
	m, err := d.Micro()
	if err != nil {
		return 0
	}
	return m
}

// percentOf is d per cent of grams, rounded down.
func percentOf(d record.Decimal, grams int64) int64 {
	n := product(micro(d), record.Micro(grams))
	return n.Quo(n, product(whole)).Int64()
}

// mulMicro is a × b in millionths, rounded down, and the largest value where
// that does not fit.
func mulMicro(a record.Decimal, b record.Micro) record.Micro {
	n := product(micro(a), b)
	n.Quo(n, product(record.One))
	if !n.IsInt64() {
		return 1<<63 - 1
	}
	return record.Micro(n.Int64())
}
