package api

import (
	"bytes"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is the OpenAPI document, with a note of what has been seen.
type document struct {
	paths    map[string]any
	compiler *jsonschema.Compiler
	seen     map[string]bool // "method path status"
}

const documentURL = "https://gateway.test/openapi.json"

func readDocument(t *testing.T) *document {
	t.Helper()
	raw, err := openAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	shut(value)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource(documentURL, value); err != nil {
		t.Fatal(err)
	}
	return &document{paths: value.(map[string]any)["paths"].(map[string]any), compiler: c, seen: map[string]bool{}}
}

// shut makes each object schema refuse members that it does not name, so
// that an answer cannot have a member that the document keeps quiet about.
func shut(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, open := v["additionalProperties"]; v["type"] == "object" && !open {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			shut(inner)
		}
	case []any:
		for _, inner := range v {
			shut(inner)
		}
	}
}

// find is the documented path that a request meets; empty for none.
func (d *document) find(path string) string {
	if d.paths[path] != nil {
		return path
	}
	for template := range d.paths {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(template), `\{tile\}`, ".+") // of several parts
		pattern = "^" + regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(pattern, "[^/]+") + "$"
		if regexp.MustCompile(pattern).MatchString(path) {
			return template
		}
	}
	return ""
}

// check holds an answer against the document. Requests beside the documented
// paths must be answered with problems.
func (d *document) check(t *testing.T, r *http.Response, body []byte) {
	t.Helper()
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s: %v", r.Request.URL, err)
	}
	schema := documentURL + "#/components/schemas/Problem"
	path, method, status := d.find(r.Request.URL.Path), strings.ToLower(r.Request.Method), strconv.Itoa(r.StatusCode)
	item, _ := d.paths[path].(map[string]any)
	operation, documented := item[method].(map[string]any)
	if documented {
		d.seen[method+" "+path+" "+status] = true
		responses := operation["responses"].(map[string]any)
		response, ok := responses[status].(map[string]any)
		if !ok {
			t.Errorf("%s %s: status %s is not documented", method, path, status)
			return
		}
		pointer := documentURL + "#/paths/" + escape(path) + "/" + method + "/responses/" + status
		if ref, ok := response["$ref"].(string); ok {
			pointer = documentURL + ref
		}
		schema = pointer + "/content/" + escape(media) + "/schema"
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	compiled, err := d.compiler.Compile(schema)
	if err != nil {
		t.Errorf("%s %s %s: %v", method, path, status, err)
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = compiled.Validate(value)
	}
	if err != nil {
		t.Errorf("%s %s %s: %v\n%s", method, path, status, err, body)
	}
}

func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(s)
}

// wantAll reports documented answers that never came, but for some
// statuses or answers.
func (d *document) wantAll(t *testing.T, except ...string) {
	t.Helper()
	for path, item := range d.paths {
		for method, operation := range item.(map[string]any) {
			if operation.(map[string]any)["tags"] != nil { // pages, which are not served here
				continue
			}
			for status := range operation.(map[string]any)["responses"].(map[string]any) {
				if key := method + " " + path + " " + status; !d.seen[key] && !slices.Contains(except, status) && !slices.Contains(except, key) {
					t.Errorf("no script shows %s", key)
				}
			}
		}
	}
}
