package e2e

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// exchange is one request of a script and what must come back:
//
//	> POST /v1/records            the request line
//	> Content-Type: text/plain    a header
//	| {"not": "a record"}         the body; ${name} is put in
//	< 415                         the status
//	< Content-Type: application/… a header that the answer has, from its beginning
//	< X-Other                     a header that the answer has not, where it ends so: "< !X-Other"
//	~ "reason":"…"                the body has this
//	! "price"                     the body has not
type exchange struct {
	line         int
	method, path string
	header       http.Header
	body         string
	status       int
	want         [][2]string
	absent       []string
	has, hasNot  []string
}

func readScript(t *testing.T, path string, vars map[string]string) []*exchange {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []*exchange
	var e *exchange
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			e = nil
			continue
		}
		mark, rest, _ := strings.Cut(line, " ")
		rest = os.Expand(rest, func(name string) string { return vars[name] })
		if mark == ">" && e == nil {
			e = &exchange{line: n, header: http.Header{}}
			e.method, e.path, _ = strings.Cut(rest, " ")
			all = append(all, e)
			continue
		}
		if e == nil {
			t.Fatalf("%s:%d: no request before %q", path, n, line)
		}
		e.add(t, mark, rest)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (e *exchange) add(t *testing.T, mark, rest string) {
	t.Helper()
	name, value, isHeader := strings.Cut(rest, ": ")
	switch mark {
	case ">":
		e.header.Add(name, value)
	case "|":
		e.body += rest + "\n"
	case "<":
		if isHeader {
			e.want = append(e.want, [2]string{name, value})
		} else if absent, ok := strings.CutPrefix(rest, "!"); ok {
			e.absent = append(e.absent, absent)
		} else if status, err := strconv.Atoi(rest); err == nil {
			e.status = status
		} else {
			t.Fatalf("line after %d: %q", e.line, rest)
		}
	case "~":
		e.has = append(e.has, rest)
	case "!":
		e.hasNot = append(e.hasNot, rest)
	default:
		t.Fatalf("line after %d: unknown mark %q", e.line, mark)
	}
}

// run does the exchange and compares.
func (e *exchange) run(t *testing.T, g *gateway) {
	t.Helper()
	req, err := http.NewRequest(e.method, g.url+e.path, strings.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = e.header
	if e.body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	plain := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := plain.Do(req)
	if err != nil {
		t.Errorf("line %d: %s %s: %v", e.line, e.method, e.path, err)
		return
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("line %d: %v", e.line, err)
	}
	body := string(raw)
	fail := func(format string, args ...any) {
		t.Helper()
		args = append([]any{e.line, e.method, e.path}, args...)
		t.Errorf("line %d: %s %s: "+format, args...)
	}
	if resp.StatusCode != e.status {
		fail("status %d, want %d: %.300s", resp.StatusCode, e.status, body)
	}
	for _, h := range e.want {
		if !strings.HasPrefix(resp.Header.Get(h[0]), h[1]) {
			fail("%s is %q, want %q", h[0], resp.Header.Get(h[0]), h[1])
		}
	}
	for _, name := range e.absent {
		if v := resp.Header.Get(name); v != "" {
			fail("%s is %q and should not be there", name, v)
		}
	}
	for _, s := range e.has {
		if !strings.Contains(body, s) {
			fail("lacks %q: %.600s", s, body)
		}
	}
	for _, s := range e.hasNot {
		if strings.Contains(body, s) {
			fail("has %q", s)
		}
	}
	e.always(fail, resp, body)
}

// always is what holds for every answer.
func (e *exchange) always(fail func(string, ...any), resp *http.Response, body string) {
	if resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("Content-Security-Policy") == "" {
		fail("lacks security headers: %v", resp.Header)
	}
	if resp.Header.Get("Server") != "" {
		fail("tells its server: %s", resp.Header.Get("Server"))
	}
	page := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode >= 400 && !page && e.method != http.MethodHead {
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
			fail("an error of type %q: %.200s", resp.Header.Get("Content-Type"), body)
		}
		for _, member := range []string{`"type":"urn:grainledger:problem:`, `"title":"`, `"status":` + strconv.Itoa(resp.StatusCode)} {
			if !strings.Contains(body, member) {
				fail("a problem without %s: %.300s", member, body)
			}
		}
	}
	if e.method == http.MethodHead && body != "" {
		fail("a HEAD with a body")
	}
}

// Scripts of plain HTTP: what a stranger tries, and what must come back.
func TestScripts(t *testing.T) { eachLedger(t, scripts) }

func scripts(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	g.importSeason(seasonA)
	checkFollows(t, g)
	vars := scriptVars(t, g)
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, path := range scripts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			for _, e := range readScript(t, path, vars) {
				e.run(t, g)
			}
		})
	}
}
