package epcis

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// kilograms writes grams as the exact number of kilograms: 1250 g is 1.25.
func kilograms(grams int64) jsontext.Value {
	s := strconv.FormatInt(grams/1000, 10)
	if rest := grams % 1000; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
	}
	return jsontext.Value(s)
}

// gramsOf reads kilograms with at most three places behind the point.
func gramsOf(v jsontext.Value) (int64, string) {
	whole, fraction, dot := strings.Cut(string(v), ".")
	fraction = strings.TrimRight(fraction, "0")
	switch {
	case v.Kind() != '0':
		return 0, "is missing"
	case !digits(whole) || dot && fraction != "" && !digits(fraction):
		return 0, "is not a number of kilograms without sign and exponent"
	case len(fraction) > 3:
		return 0, "is finer than a gram"
	case len(whole) > 15: // of a split, the sum of 500 outputs
		return 0, "is more than the ledger counts"
	}
	n, err := strconv.ParseInt(whole+fraction+"000"[len(fraction):], 10, 64)
	if err != nil {
		return 0, "is more than the ledger counts"
	}
	return n, ""
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// plainNumber writes a decimal with no zero that says nothing: a number of
// JSON, and the same for all ways to write it.
func plainNumber(d string) string {
	s, negative := strings.CutPrefix(d, "-")
	whole, fraction, _ := strings.Cut(s, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && whole != "0" {
		return "-" + whole
	}
	return whole
}

// measured writes an item of a report.
func measured(m record.Measured) SensorReport {
	r := SensorReport{Type: "gl:" + m.Item, Value: jsontext.Value(plainNumber(string(m.Value))), UOM: unitOf(m.Item)}
	if string(r.Value) != string(m.Value) {
		r.Written = m.Value
	}
	return r
}

// unitOf is the unit of an item in UN/ECE Recommendation 20: the item's name
// says it, otherwise it is per cent. A few count in units that have no code.
func unitOf(item string) string {
	switch {
	case item == "fatty_acid_value" || item == "taste_score" || item == "falling_number":
		return ""
	case strings.HasSuffix(item, "_mgg"):
		return "H64"
	case strings.HasSuffix(item, "_mgkg"):
		return "NA"
	case strings.HasSuffix(item, "_ugkg"):
		return "J33"
	case strings.HasSuffix(item, "_gl"):
		return "GL"
	}
	return "P1"
}
