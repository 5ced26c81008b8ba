package record

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalValues(t *testing.T) {
	for _, tc := range []struct {
		d    Decimal
		want Micro
		text string // as String writes it
	}{
		{"0", 0, "0"},
		{"-0", 0, "0"},
		{"0.000000", 0, "0"},
		{"13", 13 * One, "13"},
		{"13.5", 13_500_000, "13.5"},
		{"13.50", 13_500_000, "13.5"},
		{"0.1", 100_000, "0.1"}, // no binary fraction
		{"0.000001", 1, "0.000001"},
		{"-0.000001", -1, "-0.000001"},
		{"-30.25", -30_250_000, "-30.25"},
		{"100.000001", 100_000_001, "100.000001"},
		{"999999999.999999", 999_999_999_999_999, "999999999.999999"},
		{"-999999999.999999", -999_999_999_999_999, "-999999999.999999"},
	} {
		got, err := tc.d.Micro()
		if err != nil || got != tc.want {
			t.Errorf("%q is %d millionths (%v), want %d", tc.d, got, err, tc.want)
		}
		if got.String() != tc.text {
			t.Errorf("%q is written %q, want %q", tc.d, got, tc.text)
		}
	}
}

func TestDecimalRefuses(t *testing.T) {
	for _, d := range []Decimal{
		"", "-", ".", "-.", ".5", "5.", "-5.", "1.2.3", "--1", "+1", "1e3", "1E3", "0x1", "1_000", "1,5",
		" 1", "1 ", "1\n", "00", "01", "-01", "007.5", "NaN", "Inf", "１", "1０", "1\x00",
		"1000000000", "0000000001", "0.0000001", "1.1234567", "1.-5", "1.+5", "13.5%",
	} {
		if v, err := d.Micro(); err == nil {
			t.Errorf("%q is %d millionths", d, v)
		}
	}
}

func TestDecimalIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Decimal(rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?`).Draw(t, "decimal"))
		got, err := d.Micro()
		if err != nil {
			t.Fatal(err)
		}
		exact, ok := new(big.Rat).SetString(string(d))
		if !ok || exact.Cmp(big.NewRat(int64(got), int64(One))) != 0 {
			t.Fatalf("%q is not %d millionths", d, got)
		}
	})
}

func TestDecimalParseOfStringIsTheSame(t *testing.T) {
	const most = 999_999_999_999_999
	rapid.Check(t, func(t *rapid.T) {
		m := Micro(rapid.Int64Range(-most, most).Draw(t, "micro"))
		back, err := Decimal(m.String()).Micro()
		if err != nil || back != m {
			t.Fatalf("%d is written %q, which is %d (%v)", m, m, back, err)
		}
	})
}

func TestMicroStringHasNoBounds(t *testing.T) {
	for m, want := range map[Micro]string{
		math.MaxInt64:     "9223372036854.775807",
		math.MinInt64:     "-9223372036854.775808",
		math.MinInt64 + 1: "-9223372036854.775807",
	} {
		if m.String() != want {
			t.Errorf("%d is written %q, want %q", int64(m), m.String(), want)
		}
	}
}
