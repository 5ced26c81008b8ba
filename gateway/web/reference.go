package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

// files are what the pages are made of. The tables under data are dated and
// meant to be replaced; no code depends on what stands in them.
//
//go:embed data templates static built
var files embed.FS

// reference is the names behind the codes.
type reference struct {
	divisions table // GB/T 2260; two digits for a province
	varieties table // LS/T 1703
	products  table
	items     table // of inspections
	// secretNatures are prefixes of 粮食性质 whose holders are not named.
	secretNatures []string
}

// table is one data file of names.
type table struct {
	Source string             `json:"source"`
	AsOf   string             `json:"asOf"`
	Names  map[string]nameRow `json:"names"`
}

type nameRow struct {
	Chinese string `json:"zh"`
	English string `json:"en"`
	Unit    string `json:"unit"`
	// Standard of an inspected item: the family of documents that sets its
	// limit (GB 2761, GB 2762, GB 2763), or the table storage; where there is
	// none, the standard of the grain itself.
	Standard string `json:"standard"`
}

func (r nameRow) in(l language) string {
	if l == english {
		return r.English
	}
	return r.Chinese
}

func loadReference() (*reference, error) {
	var r reference
	var secret struct {
		NaturePrefixes []string `json:"naturePrefixes"`
	}
	for name, into := range map[string]any{
		"divisions": &r.divisions, "varieties": &r.varieties, "products": &r.products,
		"items": &r.items, "confidential": &secret,
	} {
		raw, err := files.ReadFile("data/" + name + ".json")
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			return nil, fmt.Errorf("data/%s.json: %w", name, err)
		}
	}
	r.secretNatures = secret.NaturePrefixes
	return &r, nil
}

// secret tells whether holders of grain of this nature are not named.
func (r *reference) secret(nature string) bool {
	for _, p := range r.secretNatures {
		if strings.HasPrefix(nature, p) {
			return true
		}
	}
	return false
}

// place names a division; where only its province is known, the code stays
// beside it.
func (v voice) place(code string) string {
	if row, ok := v.names.divisions.Names[code]; ok {
		return row.in(v.language)
	}
	if len(code) != 6 {
		return code
	}
	row, ok := v.names.divisions.Names[code[:2]]
	switch {
	case !ok:
		return code
	case code[2:] == "0000":
		return row.in(v.language)
	}
	return row.in(v.language) + " (" + code + ")"
}

// variety names a variety, or says its code.
func (v voice) variety(code string) string {
	if row, ok := v.names.varieties.Names[code]; ok {
		return row.in(v.language)
	}
	if code == "" {
		return ""
	}
	return v.say("variety.unknown", "code", code)
}

// product names a product; one that the table does not know stays as written.
func (v voice) product(name string) string {
	if row, ok := v.names.products.Names[name]; ok {
		return row.in(v.language)
	}
	return name
}

// inside writes a name as it stands inside an English sentence: a capital
// that only begins a word becomes small.
func (v voice) inside(name string) string {
	if v.language == english && len(name) > 1 && 'A' <= name[0] && name[0] <= 'Z' && 'a' <= name[1] && name[1] <= 'z' {
		return strings.ToLower(name[:1]) + name[1:]
	}
	return name
}

// item names an inspected item and its unit.
func (v voice) item(name string) (label, unit string) {
	if row, ok := v.names.items.Names[name]; ok {
		return row.in(v.language), row.Unit
	}
	for ending, unit := range map[string]string{"_mgkg": "mg/kg", "_ugkg": "µg/kg", "_gl": "g/L"} {
		if short, ok := strings.CutSuffix(name, ending); ok {
			return short, unit
		}
	}
	return name, "%"
}
