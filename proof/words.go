package proof

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// words.json is what a report says to people, by language. The pages read the
// same file.
//
//go:embed words.json
var wordsFile []byte

var words = func() (w map[string]map[string]string) {
	if err := json.Unmarshal(wordsFile, &w); err != nil {
		panic(err)
	}
	return w
}()

// Languages are those that a report can be worded in.
var Languages = []string{"en", "zh"}

// Title names the check in a language.
func (c *Check) Title(language string) string { return words[language][c.Check] }

// Words says what came of the check in a language.
func (c *Check) Words(language string) string {
	text := words[language][c.Check+".holds"]
	if c.Outcome != Holds {
		var special bool
		if text, special = words[language]["why."+c.Why+"."+c.Check]; !special {
			text = words[language]["why."+c.Why]
		}
	}
	pairs := []string{"{at}", c.At, "{names}", strings.Join(c.Names, ", ")}
	for name, n := range c.Numbers {
		switch name {
		case "basisPoints":
			pairs = append(pairs, "{percent}", fmt.Sprintf("%d.%02d %%", n/100, n%100))
		case "newest":
			pairs = append(pairs, "{newest}", time.Unix(n, 0).UTC().Format("2006-01-02 15:04 UTC"))
		default:
			pairs = append(pairs, "{"+name+"}", strconv.FormatInt(n, 10))
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// OutcomeWord is the outcome in a language.
func (c *Check) OutcomeWord(language string) string { return words[language]["outcome."+c.Outcome] }

// Result is the report in one sentence.
func (r *Report) Result(language string) string {
	if c := r.Find(CheckMarks); r.Holds && c.Outcome == Warns {
		return words[language]["result.warns"] + " " + c.Words(language)
	}
	if r.Holds {
		return words[language]["result.holds"]
	}
	return words[language]["result.fails"]
}
