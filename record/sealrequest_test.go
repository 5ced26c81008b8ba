package record

import (
	"errors"
	"strconv"
	"testing"
)

func TestSealRequestCheck(t *testing.T) {
	named := func(n int) []SealName {
		parts := make([]SealName, n)
		for i := range parts {
			parts[i] = SealName{Issuer: depot, Ref: "P-1", Name: strconv.Itoa(i)}
		}
		return parts
	}
	twice := named(5)
	twice[3].Name, twice[3].Ref = twice[1].Name, "P-2" // of whichever record
	for _, tc := range []struct {
		name  string
		parts []SealName
		field string // of the refusal; empty for none
	}{
		{"one", named(1), ""},
		{"as many as there may be", named(MaxSealParts), ""},
		{"none", nil, "parts"},
		{"one too many", named(MaxSealParts + 1), "parts"},
		{"a name twice", twice, "parts/3/name"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := (&SealRequest{Parts: tc.parts}).Check()
			if tc.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Code != BadCall || e.Field != tc.field {
				t.Errorf("refused with %v", err)
			}
		})
	}
}
