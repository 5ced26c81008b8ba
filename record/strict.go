package record

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of any signed JSON document.
const (
	maxStringBytes = 4096
	maxDepth       = 8
	maxTokens      = 20000
	maxFieldBytes  = 160 // of the field that an error names
)

// DecodeStrict reads one JSON value into v. Unknown and repeated members,
// trailing data, wrong types and invalid UTF-8 are refused, and the error
// names the member.
func DecodeStrict(data []byte, v any) error {
	if err := json.Unmarshal(data, v, json.RejectUnknownMembers(true)); err != nil {
		return malformed(err)
	}
	return nil
}

// scanStrict refuses what a decoder into a Go type would let pass: nulls,
// numbers that are not integers, control characters inside strings, strings
// and nesting beyond their limits.
func scanStrict(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		tok, err := d.ReadToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return malformed(err)
		}
		if why := tokenFault(tok, d.StackDepth(), n); why != "" {
			return &Error{Malformed, pointer(d.StackPointer()), why}
		}
	}
}

func tokenFault(tok jsontext.Token, depth, n int) string {
	switch {
	case n > maxTokens:
		return "document has too many parts"
	case depth > maxDepth:
		return "is nested too deeply"
	}
	switch tok.Kind() {
	case 'n':
		return "is null; leave the member out"
	case '0':
		if strings.ContainsAny(tok.String(), ".eE") {
			return "is not an integer; measured values are decimal strings"
		}
	case '"':
		return stringFault(tok.String())
	}
	return ""
}

func stringFault(s string) string {
	if len(s) > maxStringBytes {
		return "is too long"
	}
	if hasControl(s) {
		return "has a control character"
	}
	return ""
}

// hasControl tells whether s holds a C0 or C1 control character, a
// noncharacter, or one of the invisible characters that reorder or hide text.
// The ranges stand here and not in the tables of package unicode: those change
// with the Go version, and every node must decide alike.
func hasControl(s string) bool {
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		i += n
		switch {
		case r < 0x20, r >= 0x7f && r < 0xa0, // C0, DEL, C1
			r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, // zero width, line separators, bidi
			r >= 0x2060 && r <= 0x206f, r == 0xfeff, r == utf8.RuneError,
			r == 0xad, r == 0x61c, r == 0x180e, // soft hyphen, Arabic letter mark, vowel separator
			r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f, // annotations, tags
			r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // noncharacters
			return true
		}
	}
	return false
}

// malformed turns a JSON library's error into ours, keeping the member that
// it is about and dropping the names of Go types.
func malformed(err error) *Error {
	e := &Error{Code: Malformed, Detail: "is not valid JSON of its type"}
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		e.Field = pointer(semantic.JSONPointer)
		switch {
		case errors.Is(err, json.ErrUnknownName):
			e.Detail = "is not a member of this document"
		case semantic.GoType != nil:
			e.Detail = "must be " + kindWord(semantic.GoType.Kind().String())
		}
	case errors.As(err, &syntactic):
		e.Field = pointer(syntactic.JSONPointer)
		if errors.Is(err, jsontext.ErrDuplicateName) {
			e.Detail = "stands twice"
		} else {
			// No words of the library: endorsers of different versions must
			// answer with the same bytes.
			e.Detail = "is not valid JSON"
		}
	}
	return e
}

func kindWord(kind string) string {
	switch kind {
	case "int64", "int":
		return "an integer"
	case "slice":
		return "a list (or base64 text, where bytes are meant)"
	case "struct":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a " + kind
}

// pointer is the field that an error names. A name of somebody else's making
// that is endless or unprintable is left out, so that the field is then the
// object that holds it: refusals stand in verdicts for ever.
func pointer(p jsontext.Pointer) string {
	for len(p) > maxFieldBytes || hasControl(string(p)) {
		p = p.Parent()
	}
	return strings.TrimPrefix(string(p), "/")
}
