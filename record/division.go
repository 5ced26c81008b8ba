package record

import "strings"

// National is the division of a regulator for the whole country.
const National = "000000"

// Covers tells whether a regulator of one division (GB/T 2260) acts in
// another: 000000 everywhere, xx0000 in its province, xxxx00 in its prefecture.
func Covers(regulator, division string) bool {
	prefix := regulator
	switch {
	case regulator == National:
		prefix = ""
	case strings.HasSuffix(regulator, "0000"):
		prefix = regulator[:2]
	case strings.HasSuffix(regulator, "00"):
		prefix = regulator[:4]
	}
	return strings.HasPrefix(division, prefix)
}
