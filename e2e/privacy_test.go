package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/made"
	"github.com/grainledger/grainledger/e2e/programs"
)

// What nobody may learn without a login is nowhere in what anybody can read:
// every page and every JSON answer that can be reached, in both languages.
func TestPublicAnswersHoldNoSecrets(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t), "--anchor-every", "1s")
	g.importSeason(seasonA)
	s := made.New(made.Options{Seed: 13, Rows: 300, Depots: 2, Bins: 2, Mills: 1})
	dir := t.TempDir()
	if err := s.Write(dir, false); err != nil {
		t.Fatal(err)
	}
	g.importSeason(dir)
	g.snapshot() // waits until all parts are sealed
	within(t, "the log is anchored", func() bool {
		code, _ := g.fetch("/v1/trust")
		return code == http.StatusOK
	})

	words := slices.Concat(sealedCells(t, seasonA), sealedCells(t, dir), secrets(t))
	stocks := g.stocks(t, slices.Concat(binCodes(t, seasonA), binCodes(t, dir)), seasonA, dir)
	found := g.crawl(t, slices.Concat(seeds(t, seasonA), seeds(t, dir)))
	kinds := map[string]int{}
	for path, body := range found {
		kinds[kindOf(path)]++
		for _, text := range append(opened(body), body) {
			for _, w := range words {
				if bytes.Contains(text, []byte(w)) {
					t.Errorf("%s reveals %q", path, w)
				}
			}
			for name, p := range personal {
				if m := p.Find(text); m != nil {
					t.Errorf("%s has %s: %s", path, name, m)
				}
			}
			for _, number := range numbersIn(text) {
				if of := stocks[number]; of != "" {
					t.Errorf("%s tells the stock of %s: %s", path, of, number)
				}
			}
		}
	}
	t.Logf("%d answers: %v; %d sealed words, %d stocks", len(found), kinds, len(words), len(stocks))
	for kind, least := range map[string]int{"/": 2, "/01": 30, "/lots": 300, "/v1/lots": 800, "/v1/bins": 8,
		"/v1/enterprises": 20, "/v1/records": 500, "/v1/transactions": 2, "/v1/causes": 2} {
		if kinds[kind] < least {
			t.Errorf("only %d answers under %s: the crawl misses something", kinds[kind], kind)
		}
	}
}

// personal is what identifies a person or a vehicle, wherever it comes from.
var personal = map[string]*regexp.Regexp{
	"a plate number":     regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}`),
	"a telephone number": regexp.MustCompile(`\b1[3-9]\d{9}\b`),
	"an identity number": regexp.MustCompile(`\b[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]\b`),
	"a price":            regexp.MustCompile(`(?i)price\w*"?:|\d元|元/(公斤|千克|kg)|\byuan\b`),
}

// sealedCells are the values of a season that its tables seal: prices as they
// are sealed, plates, and persons who sold.
func sealedCells(t *testing.T, dir string) []string {
	t.Helper()
	var words []string
	add := func(w string) {
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, row := range readCells(t, filepath.Join(dir, "purchase.csv")) {
		if yuan, err := strconv.ParseFloat(row["price_yuan_per_kg"], 64); err == nil {
			add(fmt.Sprintf(`PerTonne":%d`, int64(yuan*100_000+0.5))) // fen per tonne, as the part has it
			add(row["price_yuan_per_kg"] + "元")
		}
		if seller := row["seller"]; strings.Trim(seller, "0123456789ABCDEFGHJKLMNPQRTUWXY") != "" {
			add(seller)
		}
	}
	for _, row := range readCells(t, filepath.Join(dir, "ship.csv")) {
		add(row["vehicle"])
	}
	if len(words) < 10 {
		t.Fatalf("%s: only %d sealed values", dir, len(words))
	}
	return words
}

// numbersIn lists the numbers of a text, without commas and without zeros at
// the end of a fraction. Digits inside a word or a code are none.
func numbersIn(text []byte) []string {
	var out []string
	digit := func(i int) bool { return i < len(text) && text[i] >= '0' && text[i] <= '9' }
	wordly := func(i int) bool {
		return i >= 0 && i < len(text) && (digit(i) || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' || text[i] == '_' || text[i] == '-')
	}
	for i := 0; i < len(text); i++ {
		if !digit(i) || wordly(i-1) {
			continue
		}
		end := i
		for digit(end) || end < len(text) && (text[end] == ',' || text[end] == '.') && digit(end+1) {
			end++
		}
		if !wordly(end) {
			n := strings.ReplaceAll(string(text[i:end]), ",", "")
			if strings.Contains(n, ".") {
				n = strings.TrimRight(strings.TrimRight(n, "0"), ".")
			}
			out = append(out, n)
		}
		i = end
	}
	return out
}

func binCodes(t *testing.T, dir string) []string {
	t.Helper()
	var codes []string
	for _, row := range readCells(t, filepath.Join(dir, "facility.csv")) {
		if row["kind"] == "bin" {
			codes = append(codes, row["code"])
		}
	}
	return codes
}

// stocks are how much lies in each bin, and in all bins of each depot, written
// in grams, kilograms and tonnes, by the ledger's state. A bin that holds exactly what one record put
// into it is left out: the record is public, and says so.
func (g *gateway) stocks(t *testing.T, bins []string, dirs ...string) map[string]string {
	t.Helper()
	moved := map[int64]bool{}
	for _, dir := range dirs {
		for _, file := range []string{"store", "withdraw", "purchase", "sell", "ship", "receive", "harvest"} {
			for _, row := range readCells(t, filepath.Join(dir, file+".csv")) {
				for name, cell := range row {
					if kg, err := strconv.ParseFloat(cell, 64); err == nil && strings.HasSuffix(name, "_kg") {
						moved[grams(kg)] = true
					}
				}
			}
		}
	}
	sums := map[string]int64{}
	for _, code := range bins {
		n, err := programs.BinGrams(g.data, code)
		if err != nil {
			continue // never held grain
		}
		sums["bin "+code] += n
		sums["depot "+code[:21]] += n
	}
	out := map[string]string{}
	for of, n := range sums {
		if n == 0 || moved[n] {
			continue
		}
		for _, unit := range []int64{1, 1_000, 1_000_000} {
			number := strconv.FormatInt(n/unit, 10)
			if n%unit != 0 {
				number += "." + strings.TrimRight(strconv.FormatInt(unit+n%unit, 10)[1:], "0")
			}
			if len(number) >= 4 { // a shorter one stands anywhere
				out[number] = of
			}
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %d stocks", len(out))
	}
	return out
}

// seeds are where a reader who knows the names of things begins.
func seeds(t *testing.T, dir string) []string {
	t.Helper()
	out := []string{"/", "/desk", "/v1/ledger", "/v1/trust", "/readyz", "/healthz", "/metrics"}
	for file, column := range map[string]string{"harvest": "lot", "purchase": "lot", "withdraw": "lot", "process": "outputs"} {
		for _, row := range readCells(t, filepath.Join(dir, file+".csv")) {
			for _, product := range strings.Split(row[column], ";") {
				lot, _, _ := strings.Cut(product, ":")
				out = append(out, "/lots/"+lot, "/lots/"+lot+"/records", "/v1/lots/"+lot, "/v1/lots/"+lot+"/origins",
					"/v1/lots/"+lot+"/trace", "/v1/lots/"+lot+"/trace?direction=down")
			}
		}
	}
	for file, prefix := range map[string]string{"facility": "/v1/bins/", "enterprise": "/v1/enterprises/"} {
		for _, row := range readCells(t, filepath.Join(dir, file+".csv")) {
			out = append(out, prefix+row[map[string]string{"facility": "code", "enterprise": "uscc"}[file]])
		}
	}
	return out
}

var (
	aLink  = regexp.MustCompile(`(?:href|src|action)="(/[^"#]*|\?[^"#]*)"`)
	anId   = regexp.MustCompile(`"(?:id|record)":"([0-9a-f]{64})"`)
	aCause = regexp.MustCompile(`"by":"([0-9a-f]{64})"`)
	aTx    = regexp.MustCompile(`"tx":"([0-9a-zA-Z]+)"`)
	aNext  = regexp.MustCompile(`"next":"([^"]+)"`)
)

// crawl follows every link of every page, and every record, transaction and
// next page that an answer names. Pages are read in both languages.
func (g *gateway) crawl(t *testing.T, queue []string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if _, done := found[path]; done || len(found) > 20_000 {
			continue
		}
		body, kind := g.read(t, path)
		found[path] = body
		switch {
		case strings.HasPrefix(kind, "text/html"):
			for _, l := range []string{"zh", "en"} {
				if !strings.Contains(path, "lang=") {
					queue = append(queue, path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"lang="+l)
				}
			}
			for _, m := range aLink.FindAllSubmatch(body, -1) {
				to := html.UnescapeString(string(m[1]))
				if strings.HasPrefix(to, "?") {
					before, _, _ := strings.Cut(path, "?")
					to = before + to
				}
				queue = append(queue, to)
			}
		case strings.Contains(kind, "json"):
			for _, m := range anId.FindAllSubmatch(body, -1) {
				queue = append(queue, "/v1/records/"+string(m[1]))
			}
			for _, m := range aCause.FindAllSubmatch(body, -1) {
				queue = append(queue, "/v1/causes/"+string(m[1]), "/v1/causes/"+string(m[1])+"/nodes")
			}
			for _, m := range aTx.FindAllSubmatch(body, -1) {
				queue = append(queue, "/v1/transactions/"+string(m[1]))
			}
			for _, m := range aNext.FindAllSubmatch(body, -1) {
				before, query, _ := strings.Cut(path, "?")
				to := before + "?cursor=" + string(m[1])
				if strings.Contains(query, "direction=down") {
					to += "&direction=down"
				}
				queue = append(queue, to)
			}
		}
	}
	return found
}

// read waits for a bundle until its records are anchored.
func (g *gateway) read(t *testing.T, path string) (body []byte, kind string) {
	t.Helper()
	if strings.HasSuffix(path, "/bundle") {
		within(t, path, func() bool {
			code, _ := g.fetch(path)
			return code != http.StatusServiceUnavailable
		})
	}
	r, err := http.Get(g.url + path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer r.Body.Close()
	if body, err = io.ReadAll(r.Body); err != nil || r.StatusCode >= 500 {
		t.Fatalf("%s: %d %v", path, r.StatusCode, err)
	}
	kind = r.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "image/png") {
		body = nil // pixels
	}
	return body, kind
}

var encoded = regexp.MustCompile(`"(payload|envelope)":"([A-Za-z0-9+/=]{40,})"`)

// opened is what an answer holds in base64: envelopes, and the payloads in them.
func opened(body []byte) (out [][]byte) {
	for _, m := range encoded.FindAllSubmatch(body, -1) {
		if b, err := base64.StdEncoding.DecodeString(string(m[2])); err == nil {
			out = append(out, b)
			out = append(out, opened(b)...)
		}
	}
	return out
}

// kindOf is the beginning of a path: /v1/lots, /01, /.
func kindOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if parts[1] == "v1" {
		return strings.Join(parts[:3], "/")
	}
	return "/" + parts[1]
}

// The test of the tests: what is looked for is found where it stands.
func TestSecretsAreRecognised(t *testing.T) {
	for name, text := range map[string]string{
		"a plate number": "承运 苏E37552。", "a telephone number": "电话 13800138000,", "an identity number": `"320582198001011234"`,
		"a price": "2.78元/公斤",
	} {
		if !personal[name].MatchString(text) {
			t.Errorf("%s is not found in %s", name, text)
		}
	}
	for _, text := range []string{"91320582508808129Y001000100101", "06901234567809", "2026010100", "acd92c06…fb04"} {
		for name, p := range personal {
			if p.MatchString(text) {
				t.Errorf("%s is taken for %s", text, name)
			}
		}
	}
	payload := base64.StdEncoding.EncodeToString([]byte(`{"fact":"苏E37552 drove 13800138000 and more"}`))
	if n := numbersIn([]byte(`{"grams":40109000} 40,109 千克 40.1090 t R-40109 40109x x40109, 5.`)); !slices.Equal(n, []string{"40109000", "40109", "40.109", "5"}) {
		t.Errorf("numbers %v", n)
	}
	if o := opened([]byte(`{"payload":"` + payload + `"}`)); len(o) != 1 || !bytes.Contains(o[0], []byte("苏E37552")) {
		t.Errorf("not opened: %s", o)
	}
}
