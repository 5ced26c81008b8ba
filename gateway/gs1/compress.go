package gs1

import (
	"fmt"
	"math/big"
	"math/bits"
	"regexp"
	"slices"
	"strings"
)

// The compressed form (GS1 Digital Link Standard: Compression) is a string of
// bits in the URI-safe base 64 alphabet, six a character, the last one filled
// with zeros. Each element is its identifier in digits of four bits and its
// value; pairs of identifiers that often come together have a code of eight
// bits with a letter in it (sequences below). F begins a pair that is no
// business of GS1.

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// Encodings of a text, three bits.
const (
	encNumber = iota // as one number
	encHexLower
	encHexUpper
	encBase64
	encASCII // seven bits a character
)

// sequences are identifiers that share one code, in the order of their values.
// For 1A and 9D the standard's table reads in another order than GS1's own
// toolkit writes (sorted); codes in the world were made with the toolkit.
var sequences = map[string][]string{
	"0A": {"01", "22"}, "0B": {"01", "10"}, "0C": {"01", "21"}, "0D": {"01", "17"}, "0E": {"01", "7003"}, "0F": {"01", "30"},
	"1A": {"01", "10", "17", "21"}, "1B": {"01", "15"}, "1C": {"01", "11"}, "1D": {"01", "16"}, "1E": {"01", "91"}, "1F": {"01", "10", "15"},
	"2A": {"01", "3100"}, "2B": {"01", "3101"}, "2C": {"01", "3102"}, "2D": {"01", "3103"}, "2E": {"01", "3104"}, "2F": {"01", "3105"},
	"3A": {"01", "3200"}, "3B": {"01", "3201"}, "3C": {"01", "3202"}, "3D": {"01", "3203"}, "3E": {"01", "3204"}, "3F": {"01", "3205"},
	"9A": {"8010", "8011"}, "9B": {"8017", "8019"}, "9C": {"8018", "8019"}, "9D": {"254", "414"},
	"A0": {"01", "3920"}, "A1": {"01", "3921"}, "A2": {"01", "3922"}, "A3": {"01", "3923"}, "A4": {"01", "3924"},
	"A5": {"01", "3925"}, "A6": {"01", "3926"}, "A7": {"01", "3927"}, "A8": {"01", "3928"}, "A9": {"01", "3929"},
	"C0": {"255", "3900"}, "C1": {"255", "3901"}, "C2": {"255", "3902"}, "C3": {"255", "3903"}, "C4": {"255", "3904"},
	"C5": {"255", "3905"}, "C6": {"255", "3906"}, "C7": {"255", "3907"}, "C8": {"255", "3908"}, "C9": {"255", "3909"},
	"CA": {"255", "3940"}, "CB": {"255", "3941"}, "CC": {"255", "3942"}, "CD": {"255", "3943"},
}

// bitWriter collects bits, the most significant first.
type bitWriter struct{ bits []byte } // one bit a byte: links are short

func (w *bitWriter) number(v *big.Int, width int) {
	for i := width - 1; i >= 0; i-- {
		w.bits = append(w.bits, byte(v.Bit(i)))
	}
}

func (w *bitWriter) int(v, width int) { w.number(big.NewInt(int64(v)), width) }

func (w *bitWriter) String() string {
	var b strings.Builder
	for i := 0; i < len(w.bits); i += 6 {
		v := 0
		for j := range 6 {
			v <<= 1
			if i+j < len(w.bits) {
				v |= int(w.bits[i+j])
			}
		}
		b.WriteByte(base64[v])
	}
	return b.String()
}

// Compress writes a link as one path segment. Other parameters of the query
// go in where their names and values fit; the error is an *Error where one
// does not.
func Compress(l Link) (string, error) {
	values := map[string]string{}
	var order []string
	for _, e := range slices.Concat([]Element{l.Key}, l.Qualifiers, l.Attributes) {
		if err := CheckValue(e.AI, e.Value); err != nil {
			return "", err
		}
		values[e.AI] = e.Value
		order = append(order, e.AI)
	}
	w := &bitWriter{}
	if code := bestSequence(values); code != "" {
		w.digits(code)
		for _, ai := range sequences[code] {
			w.value(ai, values[ai])
			order = slices.DeleteFunc(order, func(o string) bool { return o == ai })
		}
	}
	for _, ai := range order {
		w.digits(ai)
		w.value(ai, values[ai])
	}
	for _, p := range l.Other {
		if err := w.other(p); err != nil {
			return "", err
		}
	}
	return w.String(), nil
}

// bestSequence is the code that saves most; the first of equals.
func bestSequence(values map[string]string) string {
	best, saved := "", 0
	for code, ais := range sequences {
		digits := 0
		for _, ai := range ais {
			if _, there := values[ai]; !there {
				digits = -1000
			}
			digits += len(ai)
		}
		if digits > saved || digits == saved && code < best {
			best, saved = code, digits
		}
	}
	return best
}

func (w *bitWriter) digits(code string) {
	for _, c := range code {
		w.int(strings.IndexRune("0123456789ABCDEF", c), 4)
	}
}

func (w *bitWriter) value(ai, value string) {
	for _, p := range formats[ai] {
		n := len(value)
		if p.fixed {
			n = p.length
		}
		text := value[:n]
		value = value[n:]
		if p.numeric {
			if !p.fixed {
				w.int(n, bits.Len(uint(p.length)))
			}
			w.text(encNumber, text)
			continue
		}
		enc := encodingOf(text)
		w.int(enc, 3)
		if !p.fixed {
			w.int(n, bits.Len(uint(p.length)))
		}
		w.text(enc, text)
	}
}

func (w *bitWriter) text(enc int, s string) {
	switch enc {
	case encNumber:
		v, _ := new(big.Int).SetString("0"+s, 10)
		w.number(v, bitsForDigits(len(s)))
	case encHexLower, encHexUpper:
		w.digits(strings.ToUpper(s))
	case encBase64:
		for _, c := range []byte(s) {
			w.int(strings.IndexByte(base64, c), 6)
		}
	case encASCII:
		for _, c := range []byte(s) {
			w.int(int(c), 7)
		}
	}
}

var (
	hexLower = regexp.MustCompile(`^[0-9a-f]*$`)
	hexUpper = regexp.MustCompile(`^[0-9A-F]*$`)
	safe64   = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

func encodingOf(s string) int {
	switch {
	case s == "" || allDigits(s):
		return encNumber
	case hexUpper.MatchString(s):
		return encHexUpper
	case hexLower.MatchString(s):
		return encHexLower
	case safe64.MatchString(s):
		return encBase64
	}
	return encASCII
}

func (w *bitWriter) other(p Pair) error {
	if !safe64.MatchString(p.Name) || len(p.Name) > 127 || Known(p.Name) || len(p.Value) > 127 || !ascii(p.Value) {
		return &Error{"query", fmt.Sprintf("%q cannot be compressed", p.Name)}
	}
	w.digits("F")
	w.int(len(p.Name), 7)
	w.text(encBase64, p.Name)
	enc := encodingOf(p.Value)
	w.int(enc, 3)
	w.int(len(p.Value), 7)
	w.text(enc, p.Value)
	return nil
}

func ascii(s string) bool {
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return true
}
