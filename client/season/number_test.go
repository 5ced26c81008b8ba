package season_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/client/season"
)

func TestGrams(t *testing.T) {
	for s, want := range map[string]int64{
		"0": 0, "1": 1000, "0.001": 1, "-5": -5000, "-0.5": -500, "19352": 19352000,
		"12.5": 12500, "12.345": 12345, "007": 7000, "9000000000000": 9e15,
	} {
		if got, err := season.Grams(s); err != nil || got != want {
			t.Errorf("%s kg is %d g, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "-", ".", ".5", "5.", "1.2345", "abc", "1e3", "+1", "1,000", "１", "--1", "1.-2",
		" 1", "9223372036854775808", "99999999999999999999999999"} {
		if got, err := season.Grams(s); err == nil {
			t.Errorf("%q is %d g; want an error", s, got)
		}
	}
}

func TestGramsOfWrittenKilograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.Int64Range(-1e15, 1e15).Draw(t, "grams")
		sign, abs := "", g
		if g < 0 {
			sign, abs = "-", -g
		}
		s := fmt.Sprintf("%s%d.%03d", sign, abs/1000, abs%1000)
		if got, err := season.Grams(s); err != nil || got != g {
			t.Fatalf("%s kg is %d g, %v; want %d", s, got, err, g)
		}
	})
}

// Whatever is read is exactly what exact arithmetic makes of it.
func TestNumbersAreExact(t *testing.T) {
	parsers := map[int64]func(string) (int64, error){1e3: season.Grams, 1e2: season.Fen, 1e5: season.FenPerTonne}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{0,20}(\.[0-9]{0,6})?`).Draw(t, "text")
		for scale, parse := range parsers {
			got, err := parse(s)
			if err != nil {
				continue
			}
			want, ok := new(big.Rat).SetString(strings.TrimSpace(s))
			if !ok || want.Mul(want, new(big.Rat).SetInt64(scale)).Cmp(new(big.Rat).SetInt64(got)) != 0 {
				t.Fatalf("%q times %d is read as %d, is %v", s, scale, got, want)
			}
		}
	})
}

func TestPrice(t *testing.T) {
	if got, err := season.FenPerTonne("2.78"); err != nil || got != 278000 {
		t.Errorf("2.78 yuan/kg is %d fen/t, %v", got, err)
	}
	if got, err := season.Fen("50000"); err != nil || got != 5000000 {
		t.Errorf("50000 yuan is %d fen, %v", got, err)
	}
}
