package record

import (
	"fmt"
	"math"
	"strings"
)

// Decimal is a measured value as it was written, for example "13.5": at most
// nine digits before and six behind the point, no exponent. It stays a string
// so that what was signed is what is shown.
type Decimal string

// Micro is the value in millionths, exact.
type Micro int64

// One is 1 in millionths.
const One Micro = 1_000_000

// Micro parses the decimal. The error names what is wrong with it.
func (d Decimal) Micro() (Micro, error) {
	s, negative := strings.CutPrefix(string(d), "-")
	whole, fraction, dot := strings.Cut(s, ".")
	if whole == "" || len(whole) > 9 || len(fraction) > 6 || (dot && fraction == "") {
		return 0, fmt.Errorf("%.20q is not a decimal of at most 9 digits before and 6 behind the point", string(d))
	}
	if len(whole) > 1 && whole[0] == '0' {
		return 0, fmt.Errorf("%.20q has a leading zero", string(d))
	}
	var v int64
	for _, c := range []byte(whole + fraction + "000000"[len(fraction):]) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%.20q is not a decimal", string(d))
		}
		v = v*10 + int64(c-'0')
	}
	if negative {
		v = -v
	}
	return Micro(v), nil
}

// String writes the value without trailing zeros.
func (m Micro) String() string {
	if m == math.MinInt64 {
		return "-9223372036854.775808"
	}
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	s := fmt.Sprintf("%s%d", sign, m/One)
	if f := m % One; f != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%06d", f), "0")
	}
	return s
}
