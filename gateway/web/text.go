package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// catalogue holds every sentence of the pages: key -> language -> text.
//
// A text may hold placeholders: {name} stands for a value, {n?one|many} for
// the first word where the value of n is 1 and for the second otherwise.
type catalogue map[string]map[language]string

func loadCatalogue() (catalogue, error) {
	all := catalogue{}
	for _, name := range []string{"text", "desk"} {
		raw, err := files.ReadFile("data/" + name + ".json")
		if err != nil {
			return nil, err
		}
		var c catalogue
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("data/%s.json: %w", name, err)
		}
		maps.Copy(all, c)
	}
	return all, nil
}

// voice speaks one language: sentences from the catalogue, names from the
// reference data.
type voice struct {
	language
	texts catalogue
	names *reference
}

// say writes the text of a key. Pairs are placeholder names and values. An
// unknown key comes back as itself, so that it is seen and nothing breaks.
func (v voice) say(key string, pairs ...any) string {
	text, ok := v.texts[key][v.language]
	if !ok {
		return key
	}
	if len(pairs) == 0 {
		return text
	}
	values := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return fill(text, values)
}

// has tells whether the catalogue knows the key.
func (v voice) has(key string) bool { return v.texts[key] != nil }

// fill replaces the placeholders in one pass: what is put in is never read
// as a placeholder again.
func fill(text string, values map[string]string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		inside, after, _ := strings.Cut(rest, "}")
		name, forms, plural := strings.Cut(inside, "?")
		if plural {
			one, many, _ := strings.Cut(forms, "|")
			if values[name] == "1" {
				b.WriteString(one)
			} else {
				b.WriteString(many)
			}
		} else {
			b.WriteString(values[name])
		}
		text = after
	}
}

// list writes up to three names and how many there are in all; of tells of
// what, as the ending of a text key.
func (v voice) list(of string, names []string) string {
	const shown = 3
	if len(names) <= shown {
		return strings.Join(names, v.say("list.comma"))
	}
	head := strings.Join(names[:shown], v.say("list.comma"))
	return v.say("list.more."+of, "names", head, "n", len(names), "rest", len(names)-shown)
}
