package api

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

var rewrite = flag.Bool("rewrite", false, "write the answers into the scripts")

// TestScripts runs testdata/*.txt. A script is a list of steps, divided by
// lines of "===". A step is a request, a line "---", and the answer: status,
// chosen headers and body. {{sell a}} in a request is a submission with the
// ref a; {{repeat n sell}} are n of them. A line "! part fault" breaks a part
// of the world, "! part" repairs it. Every answer is held against the OpenAPI
// document, and every answer of that document must come up.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	doc := readDocument(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runScript(t, file, doc) })
	}
	// A slow request and a full gateway have tests of their own.
	doc.wantAll(t, "408", "get /v1/jobs/{id} 503", "get /v1/logs/records/checkpoint 503", "get /v1/logs/records/inclusion 503",
		"get /v1/logs/records/consistency 503", "get /v1/logs/records/tile/{level}/{tile} 503")
}

func runScript(t *testing.T, file string, doc *document) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	a := start(t, w, nil)
	var got []string
	for _, step := range strings.Split(strings.TrimRight(string(text), "\n"), "\n===\n") {
		request, want, _ := strings.Cut(step+"\n", "\n---\n")
		want = strings.TrimRight(want, "\n")
		response, body := perform(t, w, a.Engine(), request)
		have := show(response, body)
		got = append(got, request+"\n---\n"+have)
		if !*rewrite && have != want {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", request, have, want)
		}
		doc.check(t, response, body)
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(strings.Join(got, "\n===\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// perform sends the request of a step.
func perform(t *testing.T, w *world, h http.Handler, step string) (*http.Response, []byte) {
	t.Helper()
	lines := strings.Split(step, "\n")
	for len(lines) > 0 && (strings.HasPrefix(lines[0], "#") || strings.HasPrefix(lines[0], "!")) {
		if fault, ok := strings.CutPrefix(lines[0], "! "); ok {
			part, what, _ := strings.Cut(fault, " ")
			w.set(part, what)
		}
		lines = lines[1:]
	}
	method, target, ok := strings.Cut(lines[0], " ")
	if !ok {
		t.Fatalf("no request in %q", step)
	}
	header, body := http.Header{requestIDHeader: {"golden"}}, ""
	for i, line := range lines[1:] {
		if line == "" {
			body = strings.Join(lines[i+2:], "\n")
			break
		}
		name, value, _ := strings.Cut(line, ": ")
		header.Set(name, value)
	}
	r := httptest.NewRequest(method, target, strings.NewReader(expand(body)))
	r.Header = header
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, read
}

var placeholder = regexp.MustCompile(`\{\{(repeat (\d+) )?sell ?([^}]*)\}\}`)

func expand(body string) string {
	return placeholder.ReplaceAllStringFunc(body, func(s string) string {
		m := placeholder.FindStringSubmatch(s)
		if m[1] == "" {
			return sell(m[3])
		}
		n := 0
		_, _ = fmt.Sscan(m[2], &n) // the pattern has digits only
		all := make([]string, n)
		for i := range all {
			all[i] = sell(fmt.Sprintf("n%d", i))
		}
		return strings.Join(all, ",")
	})
}

// show writes an answer as scripts have it.
func show(r *http.Response, body []byte) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d %s\n", r.StatusCode, r.Header.Get("Content-Type"))
	for _, name := range []string{"Location", "Preference-Applied", "Allow", "Cache-Control"} {
		if v := r.Header.Get(name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	if r.Header.Get("Retry-After") != "" {
		b.WriteString("Retry-After: set\n")
	}
	if media := r.Header.Get("Content-Type"); r.StatusCode == http.StatusOK && media == "application/octet-stream" {
		fmt.Fprintf(&b, "(%d bytes, SM3 %s)", len(body), record.SM3(body))
		return b.String()
	} else if strings.HasPrefix(media, "text/") && len(body) < 1000 {
		b.Write(body)
		return strings.TrimRight(b.String(), "\n")
	}
	if value := jsontext.Value(bytes.Clone(body)); len(body) < 6000 && value.Indent(jsontext.WithIndent("  ")) == nil {
		body = value
	} else {
		body = []byte("(not shown)")
	}
	b.Write(body)
	return strings.TrimRight(b.String(), "\n")
}
