package interop

import (
	"crypto/rand"
	"strings"
)

// alphabet of GB 32100-2015; a character's value is its index.
const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// NewUSCC makes up the unified social credit code of an enterprise in a
// division (GB/T 2260, six digits), another one each time.
func NewUSCC(division string) string {
	b := make([]byte, 9)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	body := "91" + division + string(b)
	return body + check(body)
}

// check is the 18th character: the weighted sum of all 18 values is a multiple
// of 31, the weights being powers of three.
func check(body string) string {
	sum, weight := 0, 1
	for _, c := range body {
		sum += strings.IndexRune(alphabet, c) * weight
		weight = weight * 3 % 31
	}
	return alphabet[(31-sum%31)%31:][:1]
}
