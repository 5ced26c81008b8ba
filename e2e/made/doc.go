// Package made makes seasons of grain in the import format together with what
// must come of them: the verdict of every row, the origins of every lot and
// what is left in every bin.
//
// It is a second opinion. It knows the import format and plays the season in
// a world of its own with exact fractions; it shares no code with the ledger,
// whose answers are held against it.
package made
