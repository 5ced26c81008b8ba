package record

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxGrams bounds every weight: 10^15 g is a thousand million tonnes, more
// than any harvest, and sums of thousands of them still fit an int64.
const MaxGrams = 1_000_000_000_000_000

// maxItems bounds every list inside a payload.
const maxItems = 500

// checker collects what is wrong with a payload and keeps the reason with the
// lowest code, the first of equals.
type checker struct {
	now   time.Time
	first *Error
}

func (c *checker) fail(code Code, field, format string, args ...any) {
	if c.first == nil || code < c.first.Code {
		c.first = &Error{Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
	}
}

func (c *checker) uscc(field, s string) {
	if !ValidUSCC(s) {
		c.fail(BadUSCC, field, "is not a unified social credit code (GB 32100)")
	}
}

func (c *checker) ref(field, s string) { c.name(field, s, 64) }

// name wants text that neither begins nor ends with a space, since two names
// that look alike must be one.
func (c *checker) name(field, s string, most int) {
	c.text(field, s, most)
	if strings.TrimSpace(s) != s {
		c.fail(BadField, field, "begins or ends with a space")
	}
}

func (c *checker) occurred(s string) {
	t, err := parseTime(s)
	switch {
	case err != nil:
		c.fail(BadField, "occurredAt", "is not a time in RFC 3339 with offset")
	case t.Year() < 1900:
		c.fail(BadField, "occurredAt", "lies before 1900")
	case t.After(c.now.Add(MaxClockSkew)):
		c.fail(FutureTime, "occurredAt", "lies after the transaction's time")
	}
}

// text wants 1 to max bytes of printable text.
func (c *checker) text(field, s string, max int) {
	switch {
	case s == "":
		c.fail(BadField, field, "is missing")
	case len(s) > max:
		c.fail(BadField, field, "is longer than %d bytes", max)
	case !utf8.ValidString(s) || hasControl(s):
		c.fail(BadField, field, "has a control character")
	}
}

func (c *checker) optional(field, s string, max int) {
	if s != "" {
		c.text(field, s, max)
	}
}

// grams wants a positive weight.
func (c *checker) grams(field string, g int64) {
	if g <= 0 || g > MaxGrams {
		c.fail(BadQuantity, field, "is not a weight between 1 and %d grams", int64(MaxGrams))
	}
}

// gramsOrNone wants a weight that may be zero.
func (c *checker) gramsOrNone(field string, g int64) {
	if g < 0 || g > MaxGrams {
		c.fail(BadQuantity, field, "is not a weight between 0 and %d grams", int64(MaxGrams))
	}
}

func (c *checker) oneOf(field, s string, allowed ...string) {
	for _, a := range allowed {
		if s == a {
			return
		}
	}
	c.fail(BadField, field, "is none of %s", strings.Join(allowed, ", "))
}

func (c *checker) digits(field, s string, n int) {
	if len(s) != n || strings.Trim(s, "0123456789") != "" {
		c.fail(BadField, field, "is not %d digits", n)
	}
}

func (c *checker) decimal(field string, d Decimal) {
	if _, err := d.Micro(); err != nil {
		c.fail(BadField, field, "%v", err)
	}
}

// within wants a decimal, if there is one, between two whole numbers.
func (c *checker) within(field string, d Decimal, low, high Micro) {
	if d == "" {
		return
	}
	c.decimal(field, d)
	if v, err := d.Micro(); err == nil && (v < low*One || v > high*One) {
		c.fail(BadField, field, "is not between %d and %d", int64(low), int64(high))
	}
}

// lotID wants 1 to 64 characters of A-Z a-z 0-9 . _ - that do not look like a
// bin's code.
func (c *checker) lotID(field, s string) {
	if !plainID(s, 64) || IsBinCode(s) {
		c.fail(BadField, field, "is not a lot id (1 to 64 of A-Z a-z 0-9 . _ -, and not a bin's code)")
	}
}

func (c *checker) binCode(field, s string) {
	if !IsBinCode(s) {
		c.fail(BadFacilityCode, field, "is not the code of a bin (LS/T 1714, 28 or 30 characters)")
	}
}

func (c *checker) hash(field, s string) {
	if len(s) != 64 || !isHex(s) {
		c.fail(BadField, field, "is not an SM3 in 64 lower-case hex characters")
	}
}

func (c *checker) date(field, s string) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		c.fail(BadField, field, "is not a date (YYYY-MM-DD)")
	}
}

// count wants a list of 1 to maxItems.
func (c *checker) count(field string, n int) {
	switch {
	case n == 0:
		c.fail(BadField, field, "is empty")
	case n > maxItems:
		c.fail(TooLarge, field, "has more than %d items", maxItems)
	}
}

func (c *checker) sealed(parts []string) {
	if len(parts) > 4 {
		c.fail(TooLarge, "sealed", "names more than 4 parts")
	}
	seen := map[string]bool{}
	for i, p := range parts {
		field := at("sealed", i)
		c.hash(field, p)
		if seen[p] {
			c.fail(BadField, field, "stands twice")
		}
		seen[p] = true
	}
}

// distinct wants no id twice.
func (c *checker) distinct(field string, ids []string) {
	seen := make(map[string]bool, len(ids))
	for i, id := range ids {
		if seen[id] {
			c.fail(BadField, at(field, i), "names %s twice", id)
		}
		seen[id] = true
	}
}

func at(field string, i int, member ...string) string {
	s := fmt.Sprintf("%s/%d", field, i)
	for _, m := range member {
		s += "/" + m
	}
	return s
}

func plainID(s string, max int) bool {
	if s == "" || len(s) > max {
		return false
	}
	for _, b := range []byte(s) {
		switch {
		case b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b >= '0' && b <= '9':
		case b == '.', b == '_', b == '-':
		default:
			return false
		}
	}
	return s[0] != '.' && s[0] != '-' // neither "." and ".." in a path nor an option on a command line
}

func (c *checker) publicKey(field, s string) {
	if _, err := ParsePublicKey(s); err != nil {
		c.fail(BadField, field, "%v", err)
	}
}

func (c *checker) optionalTime(field, s string) {
	if s == "" {
		return
	}
	if _, err := parseTime(s); err != nil {
		c.fail(BadField, field, "is not a time in RFC 3339 with offset")
	}
}

// absent wants a member left out, for the reason that the words give.
func (c *checker) absent(field string, given bool, why string) {
	if given {
		c.fail(BadField, field, "%s", why)
	}
}

// harvestYear wants a year that is not after occurredAt's and not more than
// 20 years before (X11).
func (c *checker) harvestYear(year int, occurred time.Time) {
	if !occurred.IsZero() && (year > occurred.Year() || year < occurred.Year()-20) {
		c.fail(BadField, "harvestYear", "is not one of the 20 years up to occurredAt")
	}
}
