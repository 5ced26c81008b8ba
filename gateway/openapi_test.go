package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
	handler, err := n.handler("http://gateway.test")
	if err != nil {
		t.Fatal(err)
	}
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
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
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
