package gs1

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"strings"
)

var errCut = errors.New("ends in the middle")

// Decompress reads a compressed segment. key is the element that stood in
// front of it uncompressed, or empty; query is the query of the address.
//
// The error is ErrNoLink where the segment has other characters, and an
// *Error where it does not hold a Digital Link.
func Decompress(key Element, segment, query string) (Link, error) {
	var l Link
	if !safe64.MatchString(segment) {
		return l, ErrNoLink
	}
	if len(segment)+len(query) > MaxLink {
		return l, &Error{"path", "is too long"}
	}
	elements, other, err := readBits(segment)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return l, err
		}
		return l, &Error{"path", "is no compressed Digital Link: it " + err.Error()}
	}
	if key.AI != "" {
		elements = append([]Element{key}, elements...)
	}
	l.Other = other
	if err := l.place(elements); err != nil {
		return l, err
	}
	if err := l.readQuery(query); err != nil {
		return l, err
	}
	return l, l.check()
}

// place sorts elements into key, qualifiers in their order, and attributes.
func (l *Link) place(elements []Element) error {
	at := slices.IndexFunc(elements, func(e Element) bool { return e.AI == AIGTIN })
	if at < 0 {
		at = slices.IndexFunc(elements, func(e Element) bool { return primary[e.AI] })
	}
	if at < 0 {
		return &Error{"path", "is no compressed Digital Link: it has no key"}
	}
	l.Key = elements[at]
	for i, e := range elements {
		switch {
		case i == at:
		case l.Key.AI == AIGTIN && (slices.Contains(gtinQualifiers, e.AI) || e.AI == AITPX):
			l.Qualifiers = append(l.Qualifiers, e)
		default:
			l.Attributes = append(l.Attributes, e)
		}
	}
	slices.SortStableFunc(l.Qualifiers, func(a, b Element) int {
		return slices.Index(gtinQualifiers, a.AI) - slices.Index(gtinQualifiers, b.AI)
	})
	return nil
}

// bitReader reads what bitWriter wrote.
type bitReader struct {
	bits []byte
	at   int
}

func newBitReader(segment string) *bitReader {
	r := &bitReader{bits: make([]byte, 0, 6*len(segment))}
	for _, c := range []byte(segment) {
		v := strings.IndexByte(base64, c)
		for i := 5; i >= 0; i-- {
			r.bits = append(r.bits, byte(v>>i&1))
		}
	}
	return r
}

func (r *bitReader) number(width int) (*big.Int, error) {
	if r.at+width > len(r.bits) {
		return nil, errCut
	}
	v := new(big.Int)
	for _, b := range r.bits[r.at : r.at+width] {
		v.Lsh(v, 1)
		v.SetBit(v, 0, uint(b))
	}
	r.at += width
	return v, nil
}

func (r *bitReader) int(width int) (int, error) {
	v, err := r.number(width)
	if err != nil {
		return 0, err
	}
	return int(v.Int64()), nil
}

// ended tells whether nothing but the filling of the last character is left.
func (r *bitReader) ended() bool {
	left := r.bits[r.at:]
	return len(left) < 6 && !slices.Contains(left, 1)
}

func readBits(segment string) (elements []Element, other []Pair, err error) {
	r := newBitReader(segment)
	for !r.ended() {
		ais, pair, err := r.code()
		if err != nil {
			return nil, nil, err
		}
		if pair != nil {
			other = append(other, *pair)
		}
		for _, ai := range ais {
			value, err := r.value(ai)
			if err != nil {
				return nil, nil, err
			}
			elements = append(elements, Element{ai, value})
		}
	}
	return elements, other, nil
}

// code reads an identifier, a sequence of them, or a whole other pair.
func (r *bitReader) code() ([]string, *Pair, error) {
	first, err := r.int(4)
	if err != nil {
		return nil, nil, err
	}
	if first == 0xf {
		p, err := r.other()
		return nil, p, err
	}
	second, err := r.int(4)
	if err != nil {
		return nil, nil, err
	}
	code := fmt.Sprintf("%X%X", first, second)
	if ais := sequences[code]; ais != nil {
		return ais, nil, nil
	}
	if first > 9 || second > 9 {
		return nil, nil, fmt.Errorf("has the code %s, which is not given out", code)
	}
	for formats[code] == nil {
		digit, err := r.int(4)
		switch {
		case err != nil:
			return nil, nil, err
		case digit > 9 || len(code) == 4:
			return nil, nil, fmt.Errorf("has the identifier %s, which there is not", code)
		}
		code += string(rune('0' + digit))
	}
	return []string{code}, nil, nil
}

func (r *bitReader) value(ai string) (string, error) {
	var b strings.Builder
	for _, p := range formats[ai] {
		enc, n := encNumber, p.length
		var err error
		if !p.numeric {
			if enc, err = r.int(3); err != nil {
				return "", err
			}
		}
		if !p.fixed {
			if n, err = r.int(bits.Len(uint(p.length))); err != nil {
				return "", err
			}
		}
		if n > p.length {
			return "", &Error{ai, fmt.Sprintf("is longer than %d characters", p.length)}
		}
		s, err := r.text(enc, n)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func (r *bitReader) text(enc, n int) (string, error) {
	switch enc {
	case encNumber:
		v, err := r.number(bitsForDigits(n))
		if err != nil || n == 0 {
			return "", err
		}
		s := v.String()
		if len(s) > n {
			return "", fmt.Errorf("has a number of more than %d digits", n)
		}
		return strings.Repeat("0", n-len(s)) + s, nil
	case encHexLower:
		return r.letters(n, 4, "0123456789abcdef")
	case encHexUpper:
		return r.letters(n, 4, "0123456789ABCDEF")
	case encBase64:
		return r.letters(n, 6, base64)
	case encASCII:
		return r.letters(n, 7, "")
	}
	return "", fmt.Errorf("has the encoding %d, which there is not", enc)
}

// letters reads n characters by their place in an alphabet, of ASCII where it
// is empty.
func (r *bitReader) letters(n, width int, alphabet string) (string, error) {
	b := make([]byte, n)
	for i := range b {
		v, err := r.int(width)
		if err != nil {
			return "", err
		}
		b[i] = byte(v)
		if alphabet != "" {
			b[i] = alphabet[v]
		}
	}
	return string(b), nil
}

func (r *bitReader) other() (*Pair, error) {
	n, err := r.int(7)
	if err != nil {
		return nil, err
	}
	name, err := r.letters(n, 6, base64)
	if err != nil {
		return nil, err
	}
	enc, err := r.int(3)
	if err != nil {
		return nil, err
	}
	if n, err = r.int(7); err != nil {
		return nil, err
	}
	value, err := r.text(enc, n)
	if err != nil {
		return nil, err
	}
	if name == "" || allDigits(name) || !ascii(value) {
		return nil, errors.New("has a parameter that is none")
	}
	return &Pair{name, value}, nil
}
