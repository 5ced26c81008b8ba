package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// TestAnswersAreAsDocumented holds answers from the real index against the
// OpenAPI document that the gateway serves, and allows no member that the
// document does not name.
func TestAnswersAreAsDocumented(t *testing.T) {
	n := openNode(t)
	coop := newParty(t, n, 1)
	bin := coop.uscc + "0010010001"
	root := rootParty(t, n)
	root.must(t, n, &record.Facility{Header: root.head("f"), Code: bin, Name: "1号仓", USCC: coop.uscc, Kind: record.FacilityBin, CapacityGrams: 1e9})
	coop.must(t, n,
		&record.Harvest{Header: coop.head("h"), Lot: "H", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1000},
		&record.Split{Header: coop.head("s"), Lot: "H", Outputs: []record.Amount{{Lot: "S", Grams: 400}}},
		&record.Inspect{Header: coop.head("i"), Target: "S", Stage: record.StageStorage, Items: []record.Measured{{Item: "moisture", Value: "13.2"}}},
		&record.Ship{Header: coop.head("t"), Lot: "H", Grams: 10, Owner: coop.uscc, To: root.uscc},
	)
	handler := handlerOf(t, n)
	schemas := servedSchemas(t, handler)
	lot := waitForLot(t, n, "S")
	for path, template := range map[string]string{
		"/v1/lots/S":         "/v1/lots/{id}",
		"/v1/lots/H":         "/v1/lots/{id}",
		"/v1/lots/S/origins": "/v1/lots/{id}/origins",
		"/v1/lots/S/trace":   "/v1/lots/{id}/trace",
		"/v1/lots/H/trace?direction=down&limit=1": "/v1/lots/{id}/trace",
		"/v1/bins/" + bin:                         "/v1/bins/{code}",
		"/v1/enterprises/" + coop.uscc:            "/v1/enterprises/{uscc}",
		"/v1/enterprises/" + root.uscc:            "/v1/enterprises/{uscc}",
		"/v1/records/" + lot.Record:               "/v1/records/{id}",
		"/v1/records?ref=h&issuer=" + coop.uscc:   "/v1/records",
		"/v1/transactions/" + lot.RecordPlace.Tx:  "/v1/transactions/{id}",
		"/v1/ledger":                              "/v1/ledger",
		"/readyz":                                 "/readyz",
	} {
		schema, err := schemas.Compile(servedURL + "#/paths/" + strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(template) +
			"/get/responses/200/content/application~1json/schema")
		if err != nil {
			t.Fatal(err)
		}
		body := get(t, handler, path)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", path, err, body)
		}
	}
}

func handlerOf(t *testing.T, n *node) http.Handler {
	t.Helper()
	handler, err := n.handler(context.Background(), "http://gateway.test")
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// documented is what of an OpenAPI document concerns its routes.
type documented struct {
	Paths map[string]map[string]struct {
		Responses map[string]response `json:"responses"`
	} `json:"paths"`
	Components struct {
		Responses map[string]response `json:"responses"`
	} `json:"components"`
}

type response struct {
	Ref     string         `json:"$ref"`
	Content map[string]any `json:"content"` // by media type
}

func servedDocument(t *testing.T, h http.Handler) *documented {
	t.Helper()
	d := new(documented)
	if err := json.Unmarshal(get(t, h, "/openapi.json"), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// response is what a GET may be answered with.
func (d *documented) response(path, status string) (response, bool) {
	r, ok := d.Paths[path]["get"].Responses[status]
	if name, shared := strings.CutPrefix(r.Ref, "#/components/responses/"); shared {
		r, ok = d.Components.Responses[name]
	}
	return r, ok
}

// TestEveryRouteIsDocumented compares all routes, pages included, with the
// document. HEAD goes where GET goes and is not written down.
func TestEveryRouteIsDocumented(t *testing.T) {
	handler := handlerOf(t, openNode(t))
	engine, ok := handler.(*gin.Engine)
	if !ok {
		t.Fatalf("the handler is a %T", handler)
	}
	var routes, written []string
	for _, r := range engine.Routes() {
		if r.Method != http.MethodHead {
			path := regexp.MustCompile(`[:*]([a-z]+)`).ReplaceAllString(r.Path, "{$1}")
			routes = append(routes, strings.ToLower(r.Method)+" "+path)
		}
	}
	for path, item := range servedDocument(t, handler).Paths {
		for method := range item {
			written = append(written, method+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(written)
	if !slices.Equal(routes, written) {
		t.Errorf("documented: %s\nroutes:     %s", written, routes)
	}
}

// TestPagesAreAsDocumented asks for pages and images: their statuses and media
// types are those of the document.
func TestPagesAreAsDocumented(t *testing.T) {
	n := openNode(t)
	coop := newParty(t, n, 1)
	coop.must(t, n, &record.Harvest{Header: coop.head("h"), Lot: "H", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1000})
	handler := handlerOf(t, n)
	waitForLot(t, n, "H")
	document := servedDocument(t, handler)
	style := regexp.MustCompile(`/web/style[^"]+`).FindString(string(get(t, handler, "/")))
	icon := regexp.MustCompile(`/web/icon[^"]+`).FindString(string(get(t, handler, "/")))
	for path, want := range map[string]struct {
		template, status, media string
	}{
		"/":                              {"/", "200", "text/html"},
		"/?lot=H":                        {"/", "303", ""},
		"/?after=forged":                 {"/", "302", ""},
		"/?gtin=1":                       {"/", "400", "text/html"},
		"/01/6901234567809":              {"/01/{gtin}", "400", "text/html"},
		"/01/06901234567809/10/B":        {"/01/{gtin}/10/{batch}", "404", "text/html"},
		"/01/6901234567809/10/B":         {"/01/{gtin}/10/{batch}", "301", ""},
		"/01/1/10/B":                     {"/01/{gtin}/10/{batch}", "400", "text/html"},
		"/01/06901234567809/10/B/qr.png": {"/01/{gtin}/10/{batch}/qr.png", "200", "image/png"},
		"/01/06901234567809/10/B/qr.svg": {"/01/{gtin}/10/{batch}/qr.svg", "200", "image/svg+xml"},
		"/01/1/10/B/qr.svg":              {"/01/{gtin}/10/{batch}/qr.svg", "400", "text/html"},
		"/lots/H":                        {"/lots/{id}", "200", "text/html"},
		"/lots/none":                     {"/lots/{id}", "404", "text/html"},
		"/lots/.":                        {"/lots/{id}", "400", "text/html"},
		style:                            {"/web/{file}", "200", "text/css"},
		icon:                             {"/web/{file}", "200", "image/svg+xml"},
		"/web/none.css":                  {"/web/{file}", "404", "text/html"},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		if got := strconv.Itoa(w.Code); got != want.status || want.media != "" && media != want.media {
			t.Errorf("%s: %s %s", path, got, media)
		}
		response, ok := document.response(want.template, want.status)
		if _, named := response.Content[want.media]; !ok || want.media != "" && !named {
			t.Errorf("%s: the document says nothing of %s %s", path, want.status, want.media)
		}
	}
}

const servedURL = "https://gateway.test/openapi.json"

func servedSchemas(t *testing.T, h http.Handler) *jsonschema.Compiler {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(get(t, h, "/openapi.json")))
	if err != nil {
		t.Fatal(err)
	}
	shut(value)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource(servedURL, value); err != nil {
		t.Fatal(err)
	}
	return c
}

// shut makes each object schema refuse members that it does not name.
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

func get(t *testing.T, h http.Handler, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func waitForLot(t *testing.T, n *node, id string) index.Lot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	health, err := n.ledger.Health(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.index.WaitFor(ctx, health.Height); err != nil {
		t.Fatal(err)
	}
	lot, err := n.index.Lot(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return lot
}
