package index

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// share is how much of a node stems from another.
type share struct {
	num   int64
	share float64
}

// shares walks from the start to the nodes that it stems from and sums up how
// much of it stems from each that keep picks. A node is made of its parents
// in the proportion of the weights that went into it. Children come before
// their parents, by descending sequence number, so each node is met once,
// when all of its share is known: the work grows with the edges and not with
// the paths.
func (g *graph) shares(start int64, ends func(vertex) bool) []share {
	order := make([]vertex, 0, len(g.nodes))
	for _, v := range g.nodes {
		order = append(order, v)
	}
	slices.SortFunc(order, func(a, b vertex) int { return cmp.Compare(b.seq, a.seq) })
	part := map[int64]float64{start: 1}
	var found []share
	for _, v := range order {
		s, reached := part[v.num]
		switch {
		case !reached:
		case ends(v):
			found = append(found, share{v.num, s})
		default:
			spread(part, s, g.edges[v.num])
		}
	}
	return found
}

func spread(part map[int64]float64, s float64, edges []link) {
	var sum int64
	for _, e := range edges {
		sum += e.grams
	}
	for _, e := range edges {
		if sum > 0 {
			part[e.far] += s * (float64(e.grams) / float64(sum))
		}
	}
}

// shareSlack is what rounding may have taken off a sum of shares.
const shareSlack = 1e-9

// apportion writes the whole grams that each share of total amounts to. The
// grams left by rounding down go to the largest remainders, the first of
// equals, so that the sum is never more than the shares make, nor than total.
func apportion(total int64, shares []float64) []int64 {
	grams := make([]int64, len(shares))
	if total <= 0 {
		return grams
	}
	rest := make([]float64, len(shares))
	order := make([]int, len(shares))
	var sum float64
	var given int64
	for i, s := range shares {
		whole, fraction := math.Modf(s * float64(total))
		grams[i], rest[i], order[i] = int64(whole), fraction, i
		given += grams[i]
		sum += s
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rest[b], rest[a]) })
	left := wholeGrams(total, sum) - given
	for _, i := range order[:max(0, min(int(left), len(order)))] {
		grams[i]++
	}
	return grams
}

// wholeGrams is how many whole grams shares with that sum have of total.
func wholeGrams(total int64, sum float64) int64 {
	if sum >= 1-shareSlack {
		return total
	}
	return min(total, int64(math.Floor(sum*float64(total)+1e-6)))
}

// byShare is the order of lists of shares: largest first, then by id.
func byShare(shareA, shareB float64, idA, idB string) int {
	return cmp.Or(cmp.Compare(shareB, shareA), strings.Compare(idA, idB))
}
