package record

import (
	"strconv"
	"strings"
)

// MixID names one mixture of a bin as a node of the lot graph:
// <bin>:<epoch>.<mix>. No lot id has a colon.
func MixID(bin string, epoch, mix int) string {
	return bin + ":" + strconv.Itoa(epoch) + "." + strconv.Itoa(mix)
}

// BinOfMix is the bin of a node that is a mix; "" where the node is a lot.
func BinOfMix(node string) string {
	bin, _, mix := strings.Cut(node, ":")
	if !mix {
		return ""
	}
	return bin
}

// isNode tells whether s has the form of a lot id or of a mix.
func isNode(s string) bool {
	bin, mix, isMix := strings.Cut(s, ":")
	if !isMix {
		return plainID(s, 64) && !IsBinCode(s)
	}
	return IsBinCode(bin) && len(mix) <= 40 && mix != "" && strings.Trim(mix, "0123456789.") == ""
}
