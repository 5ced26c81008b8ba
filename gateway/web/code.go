package web

import (
	"strings"

	"github.com/grainledger/grainledger/record"
)

// form is what somebody typed, shown again so that it can be put right.
type form struct {
	GTIN  string
	Batch string
	Lot   string
	Error string
}

func (f form) empty() bool { return f.GTIN == "" && f.Batch == "" && f.Lot == "" }

// maxTyped bounds what a form shows again.
const maxTyped = 200

func typed(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxTyped {
		return ""
	}
	return s
}

// fullGTIN makes a GTIN-14 of what stands under a bar code (8, 12, 13 or 14
// digits, perhaps with spaces). ok is false where it is none or its check
// digit is wrong.
func fullGTIN(s string) (gtin string, ok bool) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return "", false
	}
	s = strings.Repeat("0", 14-len(s)) + s
	return s, record.ValidGTIN(s)
}

// validName tells whether s can be a batch number (20) or a lot id (64), as
// records write them.
func validName(s string, max int) bool {
	if s == "" || len(s) > max || s[0] == '.' || s[0] == '-' {
		return false
	}
	for _, b := range []byte(s) {
		switch {
		case b >= '0' && b <= '9', b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b == '.', b == '_', b == '-':
		default:
			return false
		}
	}
	return true
}

const (
	maxBatch = 20
	maxLot   = 64
)

// codeFault names what is wrong with a code, as the ending of a text key;
// empty where nothing is.
func codeFault(gtin, batch string) (full, fault string) {
	full, ok := fullGTIN(gtin)
	switch {
	case !ok:
		return "", "gtin"
	case !validName(batch, maxBatch):
		return "", "batch"
	}
	return full, ""
}
