package record

import (
	"strconv"
)

// MixID names one mixture of a bin as a node of the lot graph:
// <bin>:<epoch>.<mix>. No lot id has a colon.
func MixID(bin string, epoch, mix int) string {
	return bin + ":" + strconv.Itoa(epoch) + "." + strconv.Itoa(mix)
}
