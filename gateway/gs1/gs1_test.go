package gs1

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFormsThatTheStandardAllows(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"as it should be":      {"/01/06901234567809/10/B-1", "/01/06901234567809/10/B-1"},
		"product alone":        {"/01/06901234567809", "/01/06901234567809"},
		"GTIN-13":              {"/01/6901234567809/10/B1", "/01/06901234567809/10/B1"},
		"GTIN-12":              {"/01/614141123452", "/01/00614141123452"},
		"GTIN-8":               {"/01/95200002", "/01/00000095200002"},
		"aliases":              {"/gtin/06901234567809/lot/B1", "/01/06901234567809/10/B1"},
		"all qualifiers":       {"/01/06901234567809/22/V/10/B1/21/S", "/01/06901234567809/22/V/10/B1/21/S"},
		"extension":            {"/01/06901234567809/235/T", "/01/06901234567809/235/T"},
		"percent-encoding":     {"/01/06901234567809/10/B%2F1%2b", "/01/06901234567809/10/B%2F1%2B"},
		"needless encoding":    {"/01/06901234567809/10/%42%31", "/01/06901234567809/10/B1"},
		"slash at the end":     {"/01/06901234567809/10/B1/", "/01/06901234567809/10/B1"},
		"attributes":           {"/01/06901234567809/10/B1?17=261231&3103=001250", "/01/06901234567809/10/B1?17=261231&3103=001250"},
		"attribute by alias":   {"/01/06901234567809?exp=261231", "/01/06901234567809?17=261231"},
		"semicolon":            {"/01/06901234567809?17=261231;lang=en", "/01/06901234567809?17=261231&lang=en"},
		"others in the query":  {"/01/06901234567809/10/B1?linkType=gs1%3Apip&a=b+c", "/01/06901234567809/10/B1?linkType=gs1%3Apip&a=b%20c"},
		"plus of GS1's set":    {"/01/06901234567809?240=A+B", "/01/06901234567809?240=A%2BB"},
		"a place beside it":    {"/01/06901234567809?414=9506000134376", "/01/06901234567809?414=9506000134376"},
		"number and text":      {"/01/06901234567809?421=156Z9", "/01/06901234567809?421=156Z9"},
		"another key (a SSCC)": {"/00/106141411234567897", "/00/106141411234567897"},
	} {
		l, err := parse(c.in)
		if err != nil || l.String() != c.want {
			t.Errorf("%s: %q %v", name, l.String(), err)
		}
	}
}

func TestFormsThatTheStandardForbids(t *testing.T) {
	for name, c := range map[string]struct{ in, where, why string }{
		"check digit":               {"/01/06901234567808/10/B1", "01", "check digit"},
		"too short":                 {"/01/690123/10/B1", "01", "too short"},
		"letters in a GTIN":         {"/01/0690123456780x", "01", "no digit"},
		"value missing":             {"/01/06901234567809/10", "path", "no value"},
		"empty value":               {"/01/06901234567809/10/", "path", "no value"},
		"batch too long":            {"/01/06901234567809/10/" + strings.Repeat("x", 21), "10", "longer than 20"},
		"batch with a space":        {"/01/06901234567809/10/a%20b", "10", "set 82"},
		"batch in Chinese":          {"/01/06901234567809/10/%E6%89%B9", "10", "set 82"},
		"wrong percent-encoding":    {"/01/06901234567809/10/a%2", "10", "percent-encoding"},
		"order":                     {"/01/06901234567809/21/S/10/B1", "10", "out of order"},
		"twice":                     {"/01/06901234567809/10/A/10/B", "10", "twice"},
		"twice in path and query":   {"/01/06901234567809?17=261231&17=261231", "17", "twice"},
		"qualifier in the query":    {"/01/06901234567809?10=B1", "10", "belongs in the path"},
		"attribute in the path":     {"/01/06901234567809/17/261231", "17", "belongs in the query"},
		"unknown number":            {"/01/06901234567809?9999=1", "query", "no application identifier"},
		"unknown word in the path":  {"/01/06901234567809/charge/B1", "path", "no application identifier"},
		"attribute of a wrong form": {"/01/06901234567809?17=2612", "17", "too short"},
		"a second key":              {"/01/06901234567809?00=106141411234567897", "00", "key of its own"},
		"extension with a serial":   {"/01/06901234567809/21/S/235/T", "235", "alone"},
		"too long":                  {"/01/06901234567809?x=" + strings.Repeat("x", MaxLink), "path", "too long"},
	} {
		_, err := parse(c.in)
		var e *Error
		if !errors.As(err, &e) || e.Where != c.where || !strings.Contains(e.Why, c.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, in := range []string{"/", "/lots/L1", "/v1/lots", "", "/x/01/06901234567809", "/10/B1"} {
		if _, err := parse(in); !errors.Is(err, ErrNoLink) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func parse(s string) (Link, error) {
	path, query, _ := strings.Cut(s, "?")
	return Parse(path, query)
}

// TestCompressedLinksOfOthers reads links that GS1's toolkit for JavaScript
// made, the first of them an example of the standard, and makes the same.
func TestCompressedLinksOfOthers(t *testing.T) {
	for in, want := range map[string]string{
		"AQnYUc1gmiERBhQ0ytiyZuAGOLc1TQ": "/01/05412345000013/10/ABC%26%2B123?7003=1903061658",
		"CwyNo0UVAsYP2o":                 "/01/06901234567809/10/B-1",
		"CwyNo0UVAhBNSjxF0HxU":           "/01/06901234567809/10/20261105?17=270101",
		"GgyNo0UVAodXiD4qTVeCRg":         "/01/06901234567809/10/ABC/21/abc123?17=270101",
		"LQyNo0UVAgCcXgZGBv":             "/01/06901234567809?3103=001250&k=v",
		"CwyNo0UVAwcFcx":                 "/01/06901234567809/10/A.1",
	} {
		l, err := Decompress(Element{}, in, "")
		if err != nil || l.String() != want {
			t.Errorf("%s: %s %v", in, l.String(), err)
		}
		if out, err := Compress(l); out != in && in[:2] != "AQ" { // that one uses no sequence
			t.Errorf("%s: %s %v", want, out, err)
		}
	}
}

func TestCompressedLinksThatAreNone(t *testing.T) {
	good, err := Compress(Link{Key: Element{"01", "06901234567809"}, Qualifiers: []Element{{"10", "B1"}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{
		"cut":            good[:len(good)-2],
		"more behind it": good + "AB",
		"no key":         "",
		"no such code":   "rAAA",
		"words":          "favicon",
	} {
		if l, err := Decompress(Element{}, in, ""); err == nil {
			t.Errorf("%s: %s", name, l.String())
		}
	}
	if _, err := Decompress(Element{}, "a.b", ""); !errors.Is(err, ErrNoLink) {
		t.Error(err)
	}
	if _, err := Decompress(Element{"01", "06901234567808"}, "EAhQMQ", ""); err == nil {
		t.Error("a wrong check digit in front passes")
	}
}

// drawLink makes any link of a GTIN.
func drawLink(t *rapid.T) Link {
	l := Link{Key: Element{AIGTIN, drawGTIN(t)}}
	text := func(ai string) Element {
		n := formats[ai][0].length
		value := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,20}`), rapid.StringMatching(`[0-9a-f]{1,20}`), rapid.StringMatching(`[0-9A-F]{1,20}`),
			rapid.StringMatching(`[A-Za-z0-9_-]{1,20}`), rapid.StringOfN(rapid.RuneFrom([]rune(charset)), 1, n, n),
		).Draw(t, ai)
		return Element{ai, value[:min(n, len(value))]}
	}
	for _, ai := range gtinQualifiers {
		if rapid.Bool().Draw(t, "with "+ai) {
			l.Qualifiers = append(l.Qualifiers, text(ai))
		}
	}
	digits := map[string]string{"17": `[0-9]{6}`, "15": `[0-9]{6}`, "3103": `[0-9]{6}`, "30": `[0-9]{1,8}`, "7003": `[0-9]{10}`, "393" + "2": `[0-9]{4,18}`}
	for _, ai := range []string{"17", "15", "3103", "30", "7003", "3932"} {
		if rapid.IntRange(0, 3).Draw(t, "with "+ai) == 0 {
			l.Attributes = append(l.Attributes, Element{ai, rapid.StringMatching(digits[ai]).Draw(t, ai)})
		}
	}
	for _, ai := range []string{"240", "91", "421"} {
		if ai == "421" {
			if rapid.Bool().Draw(t, "with 421") {
				l.Attributes = append(l.Attributes, Element{ai, "156" + rapid.StringMatching(`[A-Za-z0-9]{1,9}`).Draw(t, ai)})
			}
			continue
		}
		if rapid.IntRange(0, 3).Draw(t, "with "+ai) == 0 {
			l.Attributes = append(l.Attributes, text(ai))
		}
	}
	if rapid.Bool().Draw(t, "with another") {
		l.Other = []Pair{{"k" + rapid.StringMatching(`[A-Za-z0-9_-]{0,10}`).Draw(t, "name"), rapid.StringMatching(`[ -~]{0,20}`).Draw(t, "value")}}
		if Known(l.Other[0].Name) {
			l.Other = nil
		}
	}
	return l
}

func drawGTIN(t *rapid.T) string {
	body := rapid.StringMatching(`[0-9]{13}`).Draw(t, "gtin")
	for d := '0'; ; d++ {
		if rightCheckDigit(body + string(d)) {
			return body + string(d)
		}
	}
}

func sameLink(a, b Link) bool {
	set := func(l Link) url.Values {
		v := url.Values{"path": {l.Path()}}
		for _, e := range l.Attributes {
			v.Add("@"+e.AI, e.Value)
		}
		for _, p := range l.Other {
			v.Add(p.Name, p.Value)
		}
		return v
	}
	return set(a).Encode() == set(b).Encode()
}

// TestWrittenLinksReadTheSame: plain, compressed, and compressed behind a
// plain key, every link comes back.
func TestWrittenLinksReadTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLink(t)
		back, err := parse(l.String())
		if err != nil || !sameLink(l, back) {
			t.Fatalf("plain %s: %s %v", l.String(), back.String(), err)
		}
		segment, err := Compress(l)
		if err != nil {
			t.Fatal(err)
		}
		if back, err = Decompress(Element{}, segment, ""); err != nil || !sameLink(l, back) {
			t.Fatalf("compressed %s: %s %v", l.String(), back.String(), err)
		}
	})
}

func TestBatchClass(t *testing.T) {
	class := BatchClass("06901234567809", "B/1")
	if gtin, batch, ok := ParseBatchClass(class); class != "https://id.gs1.org/01/06901234567809/10/B%2F1" || gtin != "06901234567809" || batch != "B/1" || !ok {
		t.Error(class, gtin, batch, ok)
	}
	for _, none := range []string{"urn:grainledger:lot:L1", "https://id.gs1.org/01/06901234567809", "https://id.gs1.org/01/06901234567809/10/B/21/S", "ftp://x/01/06901234567809/10/B", "://"} {
		if _, _, ok := ParseBatchClass(none); ok {
			t.Error(none)
		}
	}
}

// FuzzParse: whatever is read can be written, and reads the same again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"/01/06901234567809/10/B1", "/gtin/95200002/lot/%2F", "/01/06901234567809?17=261231&a=b", "/00/106141411234567897", "/01/06901234567809/10/B;1?;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := parse(s)
		if err != nil {
			return
		}
		again, err := parse(l.String())
		if err != nil || again.String() != l.String() {
			t.Errorf("%q: %q, then %q %v", s, l.String(), again.String(), err)
		}
	})
}

// FuzzDecompress: whatever is decompressed is a link that can be compressed
// again.
func FuzzDecompress(f *testing.F) {
	f.Add("AQnYUc1gmiERBhQ0ytiyZuAGOLc1TQ")
	f.Add("DBkiFMzIxJCEMA")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := Decompress(Element{}, s, "")
		if err != nil {
			return
		}
		segment, err := Compress(l)
		if err != nil {
			var e *Error
			if errors.As(err, &e) && e.Where == "query" {
				return // a name that only an older version gave
			}
			t.Fatalf("%q: %s: %v", s, l.String(), err)
		}
		again, err := Decompress(Element{}, segment, "")
		if err != nil || !sameLink(l, again) {
			t.Errorf("%q: %s, then %s %v", s, l.String(), again.String(), err)
		}
	})
}
