package record

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Error is a refusal: its code, the field it is about (a JSON pointer without
// the leading slash, empty where it is about no single field), and a detail
// for the person who reads it. A detail never holds sealed content.
type Error struct {
	Code   Code
	Field  string
	Detail string
}

// Refuse makes an Error that is about no single field.
func Refuse(c Code, format string, args ...any) *Error {
	return &Error{Code: c, Detail: fmt.Sprintf(format, args...)}
}

// Error writes "GL<number> <reason>: <field>: <detail>", the form that
// ParseError reads on the other side of a wire.
func (e *Error) Error() string {
	s := "GL" + strconv.Itoa(int(e.Code)) + " " + e.Code.String()
	if e.Field != "" {
		s += ": " + e.Field
	}
	return s + ": " + e.Detail
}

// Is makes errors.Is(err, &Error{Code: c}) ask for the code alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Field == "" && t.Detail == ""
}

// CodeOf is the code that err carries, or 0.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// ParseError finds a refusal in a message that passed through other layers
// (a peer wraps a contract's error in words of its own). It reports false
// where there is none. What stood before the prefix is dropped; a field, if
// there was one, stays the first part of Detail.
func ParseError(message string) (*Error, bool) {
	for rest := message; ; {
		i := strings.Index(rest, "GL")
		if i < 0 {
			return nil, false
		}
		rest = rest[i+2:]
		if e, ok := parseRefusal(rest); ok {
			return e, true
		}
	}
}

func asError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

func parseRefusal(s string) (*Error, bool) {
	number, tail, ok := strings.Cut(s, " ")
	if !ok || len(number) != 4 {
		return nil, false
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, false
	}
	word, detail, _ := strings.Cut(tail, ": ")
	if c := Code(n); reasons[c] != "" && reasons[c] == word {
		return &Error{Code: c, Detail: detail}, true
	}
	return nil, false
}
