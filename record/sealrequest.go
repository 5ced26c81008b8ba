package record

import "strconv"

// MaxSealParts bounds the sealed parts of one Seal call. A part is up to
// MaxSealedBytes, so callers bound the bytes as well.
const MaxSealParts = 500

// SealRequest lists the sealed parts that a Seal call brings in its transient
// data, of any number of records. All of them are stored or none.
type SealRequest struct {
	Parts []SealName `json:"parts"`
}

// SealName names one sealed part and the record that names it.
type SealName struct {
	Issuer string `json:"issuer"`
	Ref    string `json:"ref"`
	Name   string `json:"name"` // the part's SM3; its key in the transient data
}

// Check tells whether the list has its form: 1 to MaxSealParts parts, none of
// them twice. Its error is an *Error BadCall.
func (r *SealRequest) Check() error {
	if len(r.Parts) == 0 || len(r.Parts) > MaxSealParts {
		return &Error{BadCall, "parts", "a seal request names 1 to " + strconv.Itoa(MaxSealParts) + " parts"}
	}
	seen := make(map[string]bool, len(r.Parts))
	for i, p := range r.Parts {
		if seen[p.Name] {
			return &Error{BadCall, SealField(i, "name"), "the part is named twice"}
		}
		seen[p.Name] = true
	}
	return nil
}

// SealField is a member of a SealRequest's part, as refusals name it.
func SealField(part int, member string) string {
	return "parts/" + strconv.Itoa(part) + "/" + member
}
