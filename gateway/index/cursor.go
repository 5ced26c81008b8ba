package index

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Sizes of a page, in members of its list.
const (
	DefaultLimit = 100
	MaxLimit     = 500
)

// pageSize is limit within its bounds; 0 or less asks for the default.
func pageSize(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}

// maxCursor bounds what is decoded at all.
const maxCursor = 256

// writeCursor makes a cursor of the list that it belongs to and numbers. It
// is opaque to callers, but no secret: a forged one shows what another cursor
// of the same list would.
func writeCursor(of string, numbers ...int64) string {
	b := make([]byte, 0, 64)
	for _, n := range numbers {
		b = strconv.AppendInt(b, n, 10)
		b = append(b, ' ')
	}
	return base64.RawURLEncoding.EncodeToString(append(b, of...))
}

// readCursor reads a cursor of the list named of into numbers. It reports
// false where there is none, which asks for the first page.
func readCursor(cursor, of string, numbers ...*int64) (bool, error) {
	if cursor == "" {
		return false, nil
	}
	if len(cursor) > maxCursor {
		return false, fmt.Errorf("%w: too long", ErrBadCursor)
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return false, fmt.Errorf("%w: not base64", ErrBadCursor)
	}
	parts := strings.SplitN(string(raw), " ", len(numbers)+1)
	if len(parts) != len(numbers)+1 || parts[len(numbers)] != of {
		return false, fmt.Errorf("%w: of another list", ErrBadCursor)
	}
	for i, into := range numbers {
		if *into, err = strconv.ParseInt(parts[i], 10, 64); err != nil || *into < 0 {
			return false, fmt.Errorf("%w: not a place in the list", ErrBadCursor)
		}
	}
	return true, nil
}

// writeTextCursor makes a cursor of a list whose places have a text besides
// numbers.
func writeTextCursor(text, of string, numbers ...int64) string {
	return writeCursor(of+"\n"+text, numbers...)
}

// readTextCursor reads such a cursor; the text is empty where there is none.
func readTextCursor(cursor, of string, numbers ...*int64) (text string, err error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(cursor) > maxCursor {
		return "", fmt.Errorf("%w: not base64, or too long", ErrBadCursor)
	}
	_, text, found := strings.Cut(string(raw), "\n")
	if !found || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
		return "", fmt.Errorf("%w: of another list", ErrBadCursor)
	}
	_, err = readCursor(cursor, of+"\n"+text, numbers...)
	return text, err
}
