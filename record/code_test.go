package record

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// readCodes reads testdata/codes.golden: every code ever given, number and word.
func readCodes(t *testing.T) map[Code]string {
	t.Helper()
	data, err := os.ReadFile("testdata/codes.golden")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[Code]string{}
	for line := range strings.Lines(string(data)) {
		number, word, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.Atoi(number)
		if err != nil || word == "" || codes[Code(n)] != "" {
			t.Fatalf("testdata/codes.golden: bad line %q", line)
		}
		codes[Code(n)] = word
	}
	return codes
}

func TestCodesAreAppendOnly(t *testing.T) {
	golden := readCodes(t)
	for c, word := range golden {
		if reasons[c] != word {
			t.Errorf("%d was %q and is now %q: a code keeps its number and its word for ever", c, word, reasons[c])
		}
	}
	for _, c := range slices.Sorted(slices.Values(Codes())) {
		if golden[c] == "" {
			t.Errorf("a new code: add the line %q to testdata/codes.golden", strconv.Itoa(int(c))+" "+c.String())
		}
	}
}

func TestCodeWords(t *testing.T) {
	byWord := map[string]Code{}
	for _, c := range Codes() {
		word := c.String()
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz_") != "" || word == "" || word == "unknown_reason" {
			t.Errorf("the word of %d is %q", c, word)
		}
		if other, twice := byWord[word]; twice {
			t.Errorf("%d and %d share the word %q", c, other, word)
		}
		byWord[word] = c
		if c < 1000 || c > 9999 {
			t.Errorf("%d (%s) has not four digits", c, word)
		}
	}
	if len(byWord) != len(reasons) {
		t.Errorf("Codes lists %d of %d codes", len(byWord), len(reasons))
	}
}

// Each reason that the formats promise to a user of the import has its word.
func TestCodesOfTheImport(t *testing.T) {
	words := slices.Collect(maps.Values(reasons))
	for _, w := range strings.Fields(`bad_uscc future_time lot_exists bad_quantity insufficient_quantity weight_mismatch
		unknown_lot not_for_food mixed_bin not_custodian no_inspection more_than_shipped mass_balance
		duplicate ref_conflict not_authorised not_owner`) {
		if !slices.Contains(words, w) {
			t.Errorf("no code is called %s", w)
		}
	}
}

// Where several reasons apply, the lowest code wins. This is the order that
// the formats promise.
func TestCodesStandInTheOrderOfPrecedence(t *testing.T) {
	order := [][]Code{
		{Malformed, BadUSCC, BadQuantity, FutureTime, WeightMismatch, BadField},
		{Duplicate, RefConflict},
		{NotAuthorised},
		{UnknownLot, LotExists},
		{NotCustodian, NotOwner},
		{MixedBin, NoInspection, NotForFood},
		{InsufficientQuantity, MoreThanShipped, MassBalance},
		{Internal},
	}
	for i := 1; i < len(order); i++ {
		if before, after := slices.Max(order[i-1]), slices.Min(order[i]); before >= after {
			t.Errorf("%v does not come before %v", before, after)
		}
	}
}

func TestUnknownCodeHasAWord(t *testing.T) {
	for _, c := range []Code{0, -1, 1000, 99999} {
		if c.String() != "unknown_reason" {
			t.Errorf("%d is called %q", int(c), c)
		}
	}
}
