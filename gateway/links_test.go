package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/record"
)

const (
	someGTIN = "06901234567809"
	someCode = "/01/" + someGTIN + "/10/B-1"
)

// withBatch is a node whose ledger holds a retail batch, and its handler.
func withBatch(t *testing.T) (*node, party, http.Handler) {
	t.Helper()
	n := openNode(t)
	mill := newParty(t, n, 1)
	mill.must(t, n,
		&record.Harvest{Header: mill.head("h"), Lot: "H", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1000},
		&record.Process{Header: mill.head("p"), Inputs: []record.Amount{{Lot: "H", Grams: 100}}, LossGrams: 0,
			Outputs: []record.Product{{Lot: "R", Product: "粳米", Grams: 100, GTIN: someGTIN, Batch: "B-1"}}},
	)
	handler := handlerOf(t, n)
	waitForLot(t, n, "R")
	return n, mill, handler
}

func ask(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestFormsOfTheCode: every form that the standard allows leads to the page,
// and what it forbids is a clear 400.
func TestFormsOfTheCode(t *testing.T) {
	_, _, h := withBatch(t)
	link, err := gs1.Parse(someCode, "17=261231")
	if err != nil {
		t.Fatal(err)
	}
	compressed, err := gs1.Compress(link)
	if err != nil {
		t.Fatal(err)
	}
	const self = "http://gateway.test"
	for path, want := range map[string]struct {
		status   int
		location string
	}{
		someCode:                                 {200, ""},
		someCode + "?17=261231":                  {200, ""},
		"/gtin/6901234567809/lot/B-1":            {307, self + someCode},
		"/gtin/" + someGTIN + "/lot/B-1?a=b":     {307, self + someCode + "?a=b"},
		"/01/" + someGTIN + "/10/B-1/21/S1":      {307, self + someCode},
		"/" + compressed:                         {307, self + someCode + "?17=261231"},
		"/01/" + someGTIN + "/EENrMQ":            {400, ""},
		"/01/" + someGTIN + "/21/S/10/B-1":       {400, ""},
		"/gtin/6901234567800/lot/B-1":            {400, ""},
		someCode + "?10=B-2":                     {400, ""},
		someCode + "?9999=1":                     {400, ""},
		"/00/106141411234567897":                 {404, ""},
		"/nothing":                               {404, ""},
		"/v1/nothing":                            {404, ""},
		"/01/" + someGTIN + "/10/B-1/qr.png":     {200, ""},
		someCode + "?linkType=gs1:none":          {404, ""},
		"/01/" + someGTIN + "?linkType=all":      {404, ""},
		"/01/" + someGTIN + "/10/X?linkType=all": {404, ""},
	} {
		w := ask(h, path)
		if w.Code != want.status || w.Header().Get("Location") != want.location {
			t.Errorf("%s: %d %s %s", path, w.Code, w.Header().Get("Location"), w.Body)
		}
	}
}

// TestLinkset: all link types are there, and each link leads to an answer.
func TestLinkset(t *testing.T) {
	n, mill, h := withBatch(t)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"by header":   ask(h, someCode, "Accept", "application/linkset+json"),
		"by all":      ask(h, someCode+"?linkType=all"),
		"by linkset":  ask(h, someCode+"?linkType=linkset"),
		"of a GTIN13": follow(h, "/gtin/6901234567809/lot/B-1?linkType=linkset"),
	} {
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/linkset+json" {
			t.Fatalf("%s: %d %s %s", name, w.Code, w.Header(), w.Body)
		}
		var answer struct {
			Linkset []map[string]any `json:"linkset"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		set := answer.Linkset[0]
		if set["anchor"] != "http://gateway.test"+someCode {
			t.Error(name, set["anchor"])
		}
		for _, kind := range []string{"defaultLink", "pip", "traceability", "certificationInfo", "recallStatus"} {
			targets, _ := set["https://ref.gs1.org/voc/"+kind].([]any)
			if len(targets) == 0 {
				t.Errorf("%s: no %s", name, kind)
			}
			for _, target := range targets {
				href := target.(map[string]any)["href"].(string)
				got := ask(h, strings.TrimPrefix(href, "http://gateway.test"))
				media, _, _ := strings.Cut(got.Header().Get("Content-Type"), ";")
				if got.Code != http.StatusOK || media != target.(map[string]any)["type"] {
					t.Errorf("%s %s: %d %s", kind, href, got.Code, media)
				}
			}
		}
	}
	root := rootParty(t, n)
	root.must(t, n, &record.Recall{Header: root.head("r"), Targets: []string{"R"}, Holder: mill.uscc, Level: 1, Reason: "超标", Notice: "请停止食用"})
	waitForLot(t, n, "R")
	w := ask(h, "/v1/batches/6901234567809/B-1/recall")
	if !strings.Contains(w.Body.String(), `"recall":true`) || !strings.Contains(w.Body.String(), "请停止食用") {
		t.Errorf("after a recall: %s", w.Body)
	}
}

// follow asks and follows one redirect.
func follow(h http.Handler, path string) *httptest.ResponseRecorder {
	w := ask(h, path)
	return ask(h, strings.TrimPrefix(w.Header().Get("Location"), "http://gateway.test"))
}

func TestLinkTypesLead(t *testing.T) {
	_, _, h := withBatch(t)
	const self = "http://gateway.test"
	events := self + "/epcis/events?MATCH_anyEPCClass=https%3A%2F%2Fid.gs1.org%2F01%2F06901234567809%2F10%2FB-1"
	for name, c := range map[string]struct {
		query, accept, language, want string
	}{
		"Chinese page":          {"gs1:pip", "", "zh-CN,en;q=0.5", self + someCode + "?lang=zh"},
		"English page":          {"gs1:pip", "", "en-GB", self + someCode + "?lang=en"},
		"neither":               {"gs1:pip", "", "fr", self + someCode + "?lang=zh"},
		"default":               {"gs1:defaultLink", "", "en", self + someCode + "?lang=en"},
		"whole name":            {"https%3A%2F%2Fref.gs1.org%2Fvoc%2FrecallStatus", "", "", self + "/v1/batches/06901234567809/B-1/recall"},
		"events":                {"gs1:traceability", "", "", events},
		"events to a program":   {"gs1:traceability", "application/ld+json", "", events},
		"a browser's page":      {"gs1:traceability", "text/html,*/*;q=0.8", "en", self + someCode + "?lang=en"},
		"certificates":          {"gs1:certificationInfo", "", "", self + "/v1/batches/06901234567809/B-1/inspections"},
		"attributes go along":   {"gs1:pip&17=261231", "", "en", self + someCode + "?lang=en&17=261231"},
		"to an interface, none": {"gs1:recallStatus&17=261231", "", "en", self + "/v1/batches/06901234567809/B-1/recall"},
	} {
		w := ask(h, someCode+"?linkType="+c.query, "Accept", c.accept, "Accept-Language", c.language)
		if w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("Location"))
		}
	}
}
