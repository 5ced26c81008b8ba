package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/record"
)

// epcisPage is what these tests read of a page of events.
type epcisPage struct {
	Body struct {
		Results struct {
			Body struct {
				Events []struct {
					ID string `json:"eventID"`
				} `json:"eventList"`
			} `json:"resultsBody"`
		} `json:"queryResults"`
	} `json:"epcisBody"`
}

// eventPages reads all pages of a query.
func (g *gateway) eventPages(path string) (bodies [][]byte, ids []string) {
	g.t.Helper()
	for path != "" {
		resp, err := http.Get(g.url + path)
		if err != nil {
			g.t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			g.t.Fatalf("GET %s: %d %v %s", path, resp.StatusCode, err, body)
		}
		var page epcisPage
		if err := json.Unmarshal(body, &page); err != nil {
			g.t.Fatal(err)
		}
		bodies = append(bodies, body)
		for _, e := range page.Body.Results.Body.Events {
			ids = append(ids, e.ID)
		}
		path = ""
		if m := regexp.MustCompile(`^<` + regexp.QuoteMeta(g.url) + `([^>]+)>; rel="next"`).FindStringSubmatch(resp.Header.Get("Link")); m != nil {
			path = m[1]
		}
	}
	return bodies, ids
}

// TestSeasonAsEvents: every record of the sample season about grain comes out
// as one event, which is valid by GS1's schema; the code of a retail batch
// leads to its events; and a signed document goes in.
func TestSeasonAsEvents(t *testing.T) { eachLedger(t, seasonAsEvents) }

func seasonAsEvents(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	refused := map[string]int{}
	for _, v := range g.importSeason(seasonA) {
		refused[v.file]++
	}
	want := 0
	for file, rows := range countRows(t, seasonA) {
		switch file {
		case "enterprise.csv", "facility.csv", "credit.csv":
		default:
			want += rows - refused[file]
		}
	}
	bodies, ids := g.eventPages("/epcis/events?perPage=50")
	seen := map[string]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	if len(ids) != want || len(seen) != want {
		t.Errorf("%d events, %d different, of %d accepted records of grain", len(ids), len(seen), want)
	}
	t.Run("by GS1's schema", func(t *testing.T) { validByGS1(t, bodies) })
	for _, r := range readTruth(t).Retail {
		resp, err := http.Get(g.url + "/gtin/" + r.GTIN + "/lot/" + r.Batch + "?linkType=gs1:traceability")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"https://id.gs1.org/01/`+r.GTIN+`/10/`+r.Batch+`"`)) ||
			!bytes.Contains(body, []byte(`"commissioning"`)) {
			t.Errorf("%s: %d %.300s", r.Lot, resp.StatusCode, body)
		}
	}
	captureDocument(t, g)
}

// validByGS1 holds documents against GS1's schema, which GS1_DATA leads to.
func validByGS1(t *testing.T, bodies [][]byte) {
	dir := os.Getenv("GS1_DATA")
	if dir == "" {
		t.Skip("GS1_DATA names no directory with EPCIS-JSON-Schema.json: events are not held against GS1's schema")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "EPCIS-JSON-Schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://gs1.github.io/EPCIS/EPCIS-JSON-Schema.json"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	c.UseRegexpEngine(unlikeEngine)
	if err := c.AddResource(url, value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	for i, body := range bodies {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("page %d: %v", i, err)
		}
	}
}

// unlike is text that does not begin with something, which Go's regular
// expressions cannot say and GS1's schema does.
type unlike struct{ *regexp.Regexp }

func (u unlike) MatchString(s string) bool { return !u.Regexp.MatchString(s) }

func unlikeEngine(pattern string) (jsonschema.Regexp, error) {
	inner, ahead := strings.CutPrefix(pattern, "^(?!")
	if !ahead {
		return regexp.Compile(pattern)
	}
	r, err := regexp.Compile("^" + strings.TrimSuffix(inner, ")"))
	return unlike{r}, err
}

// captureDocument signs a document with grainctl as an enterprise of the
// season, sends it and looks for it on the ledger.
func captureDocument(t *testing.T, g *gateway) {
	t.Helper()
	harvest := &record.Harvest{Header: head(coop, "EPCIS-1"), Lot: "H-EPCIS", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1_234_567}
	sale := &record.Sell{Header: head(coop, "EPCIS-2"), Lot: "H-EPCIS", Buyer: shop, Grams: 1000, Purpose: record.PurposeFood}
	raw, err := json.Marshal(epcis.NewDocument(when, []*epcis.Event{epcis.FromPayload(harvest), epcis.FromPayload(sale)}))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "document.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	signed := g.grainctl("epcis", "--sign", file, "--keys", g.keys())
	resp, err := http.Post(g.url+"/epcis/capture", "application/ld+json", strings.NewReader(signed.stdout))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	var job struct {
		Running bool              `json:"running"`
		Success bool              `json:"success"`
		Errors  []json.RawMessage `json:"errors"`
	}
	within(t, "the document is decided", func() bool {
		g.get(strings.TrimPrefix(resp.Header.Get("Location"), g.url), &job)
		return !job.Running
	})
	if !job.Success {
		t.Fatalf("%s", job.Errors)
	}
	var lot struct {
		Grams int64 `json:"grams"`
	}
	if g.get("/v1/lots/H-EPCIS", &lot); lot.Grams != harvest.Grams {
		t.Errorf("%d grams", lot.Grams)
	}
	if _, ids := g.eventPages("/epcis/events?MATCH_anyEPCClass=urn:grainledger:lot:H-EPCIS"); len(ids) != 2 {
		t.Errorf("%d events of what was captured", len(ids))
	}
}
