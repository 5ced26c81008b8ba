package record

import (
	"crypto/hmac"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/emmansun/gmsm/sm3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// SealedCollection is the private collection that holds sealed parts.
const SealedCollection = "sealed"

// MaxSealedBytes bounds one sealed part.
const MaxSealedBytes = 64 << 10

// SealedPart is a JSON document that law or trade keeps from the channel:
// prices, personal data, plate numbers. The signed payload names it by SM3;
// it travels beside its envelope and can be purged without breaking a
// signature, an id or a proof.
type SealedPart struct {
	Issuer  string         `json:"issuer"`
	Ref     string         `json:"ref"`
	Salt    string         `json:"salt"` // 32 hex characters, so that small values cannot be guessed from the hash
	Content jsontext.Value `json:"content"`
}

// Seal makes the sealed part of a document and its name. The salt is the
// first 16 bytes of HMAC-SM3 over the rest under sealingKey, so that the same
// document sealed again is the same part, and the record that names it the
// same record.
func Seal(sealingKey []byte, issuer, ref string, content any) (part []byte, name string, err error) {
	raw, err := json.Marshal(content, json.Deterministic(true))
	if err != nil {
		return nil, "", err
	}
	doc := SealedPart{Issuer: issuer, Ref: ref, Content: raw}
	rest, err := json.Marshal(&doc)
	if err != nil {
		return nil, "", err
	}
	mac := hmac.New(sm3.New, sealingKey)
	mac.Write(rest)
	doc.Salt = hex.EncodeToString(mac.Sum(nil)[:16])
	if part, err = json.Marshal(&doc); err != nil {
		return nil, "", err
	}
	return part, SM3(part), nil
}

// CheckSealed tells whether part is a well-formed sealed part that belongs to
// the record of issuer and ref. It returns the part's name.
func CheckSealed(part []byte, issuer, ref string) (string, error) {
	if len(part) > MaxSealedBytes {
		return "", &Error{TooLarge, "sealed", "a part is over " + strconv.Itoa(MaxSealedBytes) + " bytes"}
	}
	var doc SealedPart
	if err := DecodeStrict(part, &doc); err != nil {
		// The decoder's own words may quote what is sealed.
		return "", &Error{BadSealed, "sealed", "a part is not the JSON of a sealed part"}
	}
	switch {
	case doc.Issuer != issuer || doc.Ref != ref:
		return "", &Error{BadSealed, "sealed", "a part belongs to another record"}
	case len(doc.Salt) != 32 || !isHex(doc.Salt):
		return "", &Error{BadSealed, "sealed", "a part has no salt of 16 bytes"}
	}
	return SM3(part), nil
}

// SealedNames lists the sealed parts that a payload names.
func SealedNames(p Payload) []string {
	switch p := p.(type) {
	case *Purchase:
		return p.Sealed
	case *Ship:
		return p.Sealed
	case *Sell:
		return p.Sealed
	}
	return nil
}

// Counterparties lists the parties other than the issuer whose signature on
// the record means something: who signs too confirms it.
func Counterparties(p Payload) []string {
	switch p := p.(type) {
	case *Purchase:
		return named(p.Seller)
	case *Ship:
		return named(p.Carrier, p.To)
	case *Sell:
		return named(p.Buyer)
	case *Void:
		return p.parties(p.Issuer)
	case *Correct:
		return p.parties(p.Issuer)
	}
	return nil
}

// named leaves out the parties that the payload does not name.
func named(parties ...string) []string {
	return slices.DeleteFunc(parties, func(p string) bool { return p == "" })
}
