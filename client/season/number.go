package season

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// errNotNumber: the text is no number of the wanted form.
var errNotNumber = errors.New("is not a number")

// Grams reads kilograms with at most three decimals as grams, exactly. A
// minus sign is read: it is for the ledger to refuse. Exponents, plus signs,
// thousands separators and other digits than 0 to 9 are errors.
func Grams(kg string) (int64, error) { return fixed(kg, 3) }

// FenPerTonne reads a price in yuan per kilogram with at most five decimals
// as fen per tonne, exactly: 2.78 yuan/kg is 278000 fen/t.
func FenPerTonne(yuanPerKg string) (int64, error) { return fixed(yuanPerKg, 5) }

// Fen reads yuan with at most two decimals as fen, exactly.
func Fen(yuan string) (int64, error) { return fixed(yuan, 2) }

// fixed reads a decimal with at most so many places as an integer of its last
// place.
func fixed(s string, places int) (int64, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, dot := strings.Cut(digits, ".")
	if whole == "" || (dot && fraction == "") {
		return 0, errNotNumber
	}
	if len(fraction) > places {
		return 0, fmt.Errorf("has more than %d decimals", places)
	}
	var v int64
	for _, c := range []byte(whole + fraction + strings.Repeat("0", places-len(fraction))) {
		if c < '0' || c > '9' {
			return 0, errNotNumber
		}
		if v > (math.MaxInt64-9)/10 {
			return 0, errors.New("is too large")
		}
		v = v*10 + int64(c-'0')
	}
	if negative {
		v = -v
	}
	return v, nil
}
