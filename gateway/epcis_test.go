package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/record"
)

// signedEvent is the event of a payload with the envelope in it.
func signedEvent(t *testing.T, p party, payload record.Payload) map[string]any {
	t.Helper()
	var event map[string]any
	raw, err := json.Marshal(epcis.FromPayload(payload))
	if err == nil {
		err = json.Unmarshal(raw, &event)
	}
	if err != nil {
		t.Fatal(err)
	}
	event["gl:envelope"] = jsontext.Value(p.sign(t, payload).Envelope)
	return event
}

func documentOf(t *testing.T, events ...map[string]any) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"@context": epcis.Context(), "type": "EPCISDocument", "schemaVersion": "2.0",
		"creationDate": "2025-10-01T08:00:00Z", "epcisBody": map[string]any{"eventList": events}})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func send(h http.Handler, method, path string, body []byte, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/ld+json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// job is what the tests read of a capture job.
type job struct {
	Running  bool     `json:"running"`
	Success  bool     `json:"success"`
	EventIDs []string `json:"gl:eventIDs"`
	Errors   []struct {
		Event int         `json:"gl:event"`
		Field string      `json:"gl:field"`
		Code  record.Code `json:"gl:code"`
	} `json:"errors"`
}

// captured sends a document and waits for its job.
func captured(t *testing.T, h http.Handler, body []byte, header ...string) job {
	t.Helper()
	w := send(h, http.MethodPost, "/epcis/capture", body, header...)
	if w.Code != http.StatusAccepted {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	path := strings.TrimPrefix(w.Header().Get("Location"), "http://gateway.test")
	for range 6000 {
		var j job
		if err := json.Unmarshal(get(t, h, path), &j); err != nil {
			t.Fatal(err)
		}
		if !j.Running {
			return j
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the job does not end")
	return job{}
}

type eventPage struct {
	Body struct {
		Results struct {
			Body struct {
				Events []map[string]any `json:"eventList"`
			} `json:"resultsBody"`
		} `json:"queryResults"`
	} `json:"epcisBody"`
}

// eventsOf answers a query, all its pages.
func eventsOf(t *testing.T, h http.Handler, path string) (events []map[string]any) {
	t.Helper()
	for path != "" {
		w := ask(h, path)
		var page eventPage
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s %v", path, w.Code, w.Body, err)
		}
		events = append(events, page.Body.Results.Body.Events...)
		link, more, _ := strings.Cut(w.Header().Get("Link"), ">")
		if path = ""; strings.Contains(more, `rel="next"`) {
			path = strings.TrimPrefix(link, "<http://gateway.test")
		}
	}
	return events
}

func harvest(p party, i int) *record.Harvest {
	return &record.Harvest{Header: p.head(fmt.Sprint("H/", i)), Lot: fmt.Sprint("H", i), Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1_250_000}
}

func TestCapture(t *testing.T) {
	n := openNode(t)
	coop, buyer := newParty(t, n, 1), newParty(t, n, 2)
	h := handlerOf(t, n)
	sale := &record.Sell{Header: coop.head("s"), Lot: "H1", Buyer: buyer.uscc, Grams: 5, Purpose: record.PurposeFood}
	good := documentOf(t, signedEvent(t, coop, harvest(coop, 1)), signedEvent(t, coop, sale))
	j := captured(t, h, good)
	if !j.Success || len(j.EventIDs) != 2 || len(j.Errors) != 0 {
		t.Fatalf("%+v", j)
	}
	if again := captured(t, h, good); !again.Success || again.EventIDs[0] != j.EventIDs[0] {
		t.Errorf("the same again: %+v", again)
	}
	one := send(h, http.MethodGet, "/epcis/events/"+url.PathEscape(j.EventIDs[1]), nil)
	if one.Code != http.StatusOK || !strings.Contains(one.Body.String(), `"TransactionEvent"`) {
		t.Errorf("%d %s", one.Code, one.Body)
	}

	over := &record.Sell{Header: coop.head("t"), Lot: "H1", Buyer: buyer.uscc, Grams: 9_999_999, Purpose: record.PurposeFood}
	unsaid := signedEvent(t, coop, harvest(coop, 3))
	unsaid["certificationInfo"] = "https://example.com/c"
	for name, c := range map[string]struct {
		bad   map[string]any
		field string
		code  record.Code
	}{
		"what the ledger refuses": {signedEvent(t, coop, over), "grams", record.InsufficientQuantity},
		"what cannot be mapped":   {unsaid, "certificationInfo", 0},
		"somebody else's key":     {signedEvent(t, party{buyer.uscc, coop.key}, harvest(buyer, 4)), "", record.BadSignature},
	} {
		lot := 10 * (len(name) + 1)
		mixed := documentOf(t, signedEvent(t, coop, harvest(coop, lot)), c.bad)
		j := captured(t, h, mixed)
		if j.Success || len(j.EventIDs) != 0 || len(j.Errors) != 1 || j.Errors[0].Event != 1 || j.Errors[0].Code != c.code ||
			c.code == 0 && j.Errors[0].Field != c.field {
			t.Errorf("%s, rollback: %+v", name, j)
		}
		if w := ask(h, fmt.Sprint("/v1/lots/H", lot)); w.Code != http.StatusNotFound {
			t.Errorf("%s: rollback left a lot: %d", name, w.Code)
		}
		j = captured(t, h, mixed, "GS1-Capture-Error-Behaviour", "proceed")
		if j.Success || len(j.EventIDs) != 1 || len(j.Errors) != 1 || j.Errors[0].Event != 1 {
			t.Errorf("%s, proceed: %+v", name, j)
		}
		if w := ask(h, fmt.Sprint("/v1/lots/H", lot)); w.Code != http.StatusOK {
			t.Errorf("%s: proceed left no lot: %d", name, w.Code)
		}
	}
}

func TestCaptureAtTheDoor(t *testing.T) {
	h := handlerOf(t, openNode(t))
	for name, c := range map[string]struct {
		body   string
		status int
		header []string
	}{
		"no JSON":         {"x", 400, nil},
		"no document":     {`{"type": "ObjectEvent"}`, 400, nil},
		"no events":       {`{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody": {"eventList": []}}`, 400, nil},
		"old version":     {`{"@context": [], "type": "EPCISDocument", "schemaVersion": "1.2", "epcisBody": {"eventList": [{}]}}`, 400, nil},
		"master data":     {`{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0", "epcisHeader": {}, "epcisBody": {"eventList": [{}]}}`, 400, nil},
		"too many":        {`{"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody": {"eventList": [` + strings.Repeat("{},", 500) + `{}]}}`, 400, nil},
		"too large":       {strings.Repeat(" ", 5<<20), 413, nil},
		"XML":             {"<x/>", 415, []string{"Content-Type", "application/xml"}},
		"behaviour":       {"{}", 400, []string{"GS1-Capture-Error-Behaviour", "ignore"}},
		"another release": {"{}", 406, []string{"GS1-EPCIS-Version", "1.2.0"}},
	} {
		w := send(h, http.MethodPost, "/epcis/capture", []byte(c.body), c.header...)
		if w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("GS1-EPCIS-Version") == "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := send(h, http.MethodOptions, "/epcis/capture", nil); w.Code != 204 || w.Header().Get("GS1-EPCIS-Capture-Limit") != "500" {
		t.Error(w.Code, w.Header())
	}
}

// TestTakenBack: void and correct come out as error declarations, and an error
// declaration comes in as a void.
func TestTakenBack(t *testing.T) {
	n := openNode(t)
	coop := newParty(t, n, 1)
	h := handlerOf(t, n)
	was := captured(t, h, documentOf(t, signedEvent(t, coop, harvest(coop, 1))))
	payload, err := record.EncodePayload(harvest(coop, 1))
	if err != nil {
		t.Fatal(err)
	}
	original := record.Original{Type: record.TypeHarvest, Payload: payload}
	void := &record.Void{Header: coop.head("V"), Annulment: record.Annulment{Record: original.ID(),
		Of: record.Reference{Issuer: coop.uscc, Ref: "H/1"}, Original: original, Reason: "重复录入"}}
	event := signedEvent(t, coop, void)
	if event["eventID"] != was.EventIDs[0] {
		t.Fatalf("the declaration is about %v", event["eventID"])
	}
	if j := captured(t, h, documentOf(t, event)); !j.Success {
		t.Fatalf("%+v", j)
	}
	var shown struct {
		ID          string `json:"eventID"`
		Declaration struct {
			Reason string `json:"reason"`
			Words  string `json:"gl:reason"`
		} `json:"errorDeclaration"`
	}
	if err := json.Unmarshal(get(t, h, "/epcis/events/"+url.PathEscape(was.EventIDs[0])), &shown); err != nil {
		t.Fatal(err)
	}
	if shown.ID != was.EventIDs[0] || shown.Declaration.Reason != "did_not_occur" || shown.Declaration.Words != "重复录入" {
		t.Errorf("%+v", shown)
	}
	if list := eventsOf(t, h, "/epcis/events?EXISTS_errorDeclaration=true&EQ_errorReason=did_not_occur"); len(list) != 1 {
		t.Errorf("%d declarations", len(list))
	}
}

func TestQueries(t *testing.T) {
	n := openNode(t)
	coop, buyer := newParty(t, n, 1), newParty(t, n, 2)
	for i := range 5 {
		coop.must(t, n, harvest(coop, i))
	}
	bin := coop.uscc + "0010010001"
	root := rootParty(t, n)
	root.must(t, n, &record.Facility{Header: root.head("f"), Code: bin, Name: "1号仓", USCC: coop.uscc, Kind: record.FacilityBin, CapacityGrams: 1e12})
	coop.must(t, n,
		&record.Sell{Header: coop.head("s"), Lot: "H1", Buyer: buyer.uscc, Grams: 5, Purpose: record.PurposeFood},
		&record.Store{Header: coop.head("st"), Lot: "H2", Bin: bin, Grams: 1000},
		&record.Process{Header: coop.head("p"), Inputs: []record.Amount{{Lot: "H3", Grams: 100}},
			Outputs: []record.Product{{Lot: "R", Product: "米", Grams: 100, GTIN: someGTIN, Batch: "B-1"}}},
	)
	h := handlerOf(t, n)
	waitForLot(t, n, "R")
	party := func(p party) string { return url.QueryEscape(epcis.PartyURI(p.uscc)) }
	for query, want := range map[string]int{
		"":                                       8,
		"perPage=1":                              8,
		"perPage=3":                              8,
		"eventType=ObjectEvent":                  5,
		"eventType=ObjectEvent,TransactionEvent": 6,
		"eventType=AggregationEvent":             0,
		"EQ_action=ADD":                          6,
		"EQ_bizStep=storing":                     1,
		"EQ_bizStep=https%3A%2F%2Fref.gs1.org%2Fcbv%2FBizStep-storing|commissioning": 7,
		"EQ_bizLocation=" + url.QueryEscape(epcis.FacilityURI(bin)):                  1,
		"EQ_disposition=recalled": 0,
		"EQ_transformationID=" + url.QueryEscape(epcis.BinURI(bin+":1")):                      1,
		"MATCH_anyEPCClass=" + url.QueryEscape(epcis.LotURI("H1")):                            2,
		"MATCH_epcClass=" + url.QueryEscape(epcis.LotURI("H3")):                               1,
		"MATCH_inputEPCClass=" + url.QueryEscape(epcis.LotURI("H3")):                          1,
		"MATCH_anyEPCClass=" + url.QueryEscape("https://id.gs1.org/01/06901234567809/10/B-1"): 1,
		"MATCH_anyEPCClass=" + url.QueryEscape(epcis.LotURI("R")):                             1,
		"MATCH_anyEPCClass=" + url.QueryEscape(epcis.LotURI("NONE")):                          0,
		"MATCH_anyEPC=urn:epc:id:sgtin:1.2.3":                                                 0,
		"EQ_source_owning_party=" + party(coop):                                               1,
		"EQ_destination=" + party(buyer):                                                      1,
		"EQ_bizTransaction_inv=" + url.QueryEscape(epcis.DocURI(coop.uscc, "s")):              1,
		"GE_eventTime=2025-10-01T00:00:00Z":                                                   8,
		"LT_eventTime=2025-10-01T00:00:00Z":                                                   0,
		"GE_recordTime=2025-10-01T00:00:00Z":                                                  8,
	} {
		if got := eventsOf(t, h, "/epcis/events?"+query); len(got) != want {
			t.Errorf("%s: %d events, not %d", query, len(got), want)
		}
	}
	for query, status := range map[string]int{
		"EQ_tea=1&tea=1": 501, "tea=1": 400, "EQ_action=": 400, "EQ_action=MOVE": 400, "eventType=Tea": 400, "GE_eventTime=yesterday": 400,
		"orderBy=eventTime": 501, "WD_readPoint=x": 501, "perPage=0": 400, "perPage=501": 400, "nextPageToken=-1": 400,
	} {
		if w := ask(h, "/epcis/events?"+query); w.Code != status || !strings.Contains(w.Body.String(), "QueryParameterException") {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	secret := nameQuery(t, h, "sales", `{"eventType":["TransactionEvent"]}`)
	if got := eventsOf(t, h, "/epcis/queries/sales/events?perPage=10"); len(got) != 1 {
		t.Errorf("%d sales", len(got))
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/epcis/queries", `{"name":"sales","query":{}}`, 409},
		{"POST", "/epcis/queries", `{"name":"a/b","query":{}}`, 400},
		{"POST", "/epcis/queries", `{"name":"x","query":{"tea":["1"]}}`, 400},
		{"GET", "/epcis/queries/sales/events?EQ_action=ADD", "", 400},
		{"GET", "/epcis/queries/sales", "", 200},
		{"GET", "/epcis/queries", "", 200},
		{"DELETE", "/epcis/queries/sales", "", 204}, // with the secret
		{"GET", "/epcis/queries/sales", "", 404},
		{"GET", "/epcis/queries/sales/events", "", 404},
		{"GET", "/epcis/events/urn:x", "", 404},
		{"GET", "/epcis/capture/none", "", 404},
	} {
		if w := send(h, c.method, c.path, []byte(c.body), "Authorization", "Bearer "+secret); w.Code != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}

// Badly signed events count against who brings them although a rollback's
// trial leaves nothing in the ledger.
func TestForgedEventsInRollback(t *testing.T) {
	n := openNode(t)
	coop, buyer := newParty(t, n, 1), newParty(t, n, 2)
	h := handlerOf(t, n)
	last := 0
	for i := range 40 {
		var events []map[string]any
		for k := range 100 {
			events = append(events, signedEvent(t, party{buyer.uscc, coop.key}, harvest(buyer, 100*i+k)))
		}
		if last = send(h, "POST", "/epcis/capture", documentOf(t, events...)).Code; last != http.StatusAccepted {
			break
		}
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("without end: %d", last)
	}
}

// nameQuery names a query and returns the secret of its maker.
func nameQuery(t *testing.T, h http.Handler, name, query string) string {
	t.Helper()
	w := send(h, "POST", "/epcis/queries", []byte(`{"name":"`+name+`","query":`+query+`}`))
	var made struct {
		Secret string `json:"gl:secret"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != 201 || len(made.Secret) != 32 {
		t.Fatal(w.Code, w.Body)
	}
	return made.Secret
}

// What one has named or subscribed to, strangers neither take away nor take
// the room for.
func TestStrangersAtQueries(t *testing.T) {
	h := handlerOf(t, openNode(t))
	from := func(address, method, path, body, secret string) int {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = address + ":1234"
		if secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	secret := nameQuery(t, h, "sales", `{"eventType":["TransactionEvent"]}`)
	for _, wrong := range []string{"", strings.Repeat("0", 32), record.SM3([]byte(secret))} {
		if code := from("198.51.100.1", "DELETE", "/epcis/queries/sales", "", wrong); code != 403 {
			t.Errorf("a stranger's deletion with %q: %d", wrong, code)
		}
	}
	if shown := ask(h, "/epcis/queries/sales").Body.String() + ask(h, "/epcis/queries").Body.String(); strings.Contains(shown, "secret") {
		t.Errorf("everybody sees the secret: %s", shown)
	}
	flood := func(address, path, body string) (last int) {
		for i := range 30 {
			if last = from(address, "POST", path, fmt.Sprintf(body, i), ""); last != 201 {
				return last
			}
		}
		return last
	}
	const subscriptions, subscription = "/epcis/queries/sales/subscriptions", `{"dest":"https://victim.invalid/%d","schedule":{"month":"2","dayOfMonth":"29"}}`
	if code := flood("198.51.100.1", "/epcis/queries", `{"name":"q%d","query":{}}`); code != 429 {
		t.Errorf("queries without end: %d", code)
	}
	if code := flood("[2001:4860::1]", subscriptions, subscription); code != 429 {
		t.Errorf("subscriptions without end: %d", code)
	}
	if code := from("[2001:4860::2]", "POST", subscriptions, fmt.Sprintf(subscription, 0), ""); code != 429 {
		t.Errorf("from another address of the same network: %d", code)
	}
	if a, b := from("198.51.100.2", "POST", "/epcis/queries", `{"name":"mine","query":{}}`, ""),
		from("198.51.100.2", "POST", subscriptions, fmt.Sprintf(subscription, 0), ""); a != 201 || b != 201 {
		t.Errorf("another address: %d and %d", a, b)
	}
}

// hook is a subscriber that answers badly at first.
type hook struct {
	mu     sync.Mutex
	failed int
	events []string
	bad    []string
	key    *record.PublicKey
	url    string
}

func (k *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed == 0 {
		k.failed++
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if why := k.check(r, body); why != "" {
		k.bad = append(k.bad, why)
	}
	var page eventPage
	if err := json.Unmarshal(body, &page); err != nil {
		k.bad = append(k.bad, err.Error())
	}
	for _, e := range page.Body.Results.Body.Events {
		k.events = append(k.events, fmt.Sprint(e["eventID"]))
	}
}

// check does what docs/epcis.md tells a subscriber to do.
func (k *hook) check(r *http.Request, body []byte) string {
	digest := sha256.Sum256(body)
	if r.Header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":" {
		return "the digest is another body's"
	}
	params, _ := strings.CutPrefix(r.Header.Get("Signature-Input"), "gl=")
	base := fmt.Sprintf("\"@method\": POST\n\"@target-uri\": %s\n\"content-digest\": %s\n\"content-type\": %s\n\"@signature-params\": %s",
		k.url, r.Header.Get("Content-Digest"), r.Header.Get("Content-Type"), params)
	text, _ := strings.CutPrefix(r.Header.Get("Signature"), "gl=:")
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, ":"))
	if err != nil || !k.key.Verify([]byte(base), sig) {
		return "the signature does not hold"
	}
	return ""
}

func TestSubscription(t *testing.T) {
	c, err := parse(t, "--dev", "--data", t.TempDir(), "--insecure-hooks")
	if err != nil {
		t.Fatal(err)
	}
	start := func() (*node, http.Handler) {
		n, err := open(context.Background(), c, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return n, handlerOf(t, n)
	}
	n, h := start()
	defer func() { _ = n.close() }()
	coop := newParty(t, n, 1)
	coop.must(t, n, harvest(coop, 0)) // before the subscription
	waitForLot(t, n, "H0")
	k := &hook{}
	server := httptest.NewServer(k)
	defer server.Close()
	k.url = server.URL + "/in"
	secret := nameQuery(t, h, "all", `{"eventType":["ObjectEvent"]}`)
	for name, body := range map[string]string{
		"not https":        `{"dest":"http://example.com/","stream":true}`,
		"no address":       `{"dest":"x","stream":true}`,
		"no time":          `{"dest":"` + k.url + `"}`,
		"two times":        `{"dest":"` + k.url + `","stream":true,"schedule":{"hour":"1"}}`,
		"a wrong schedule": `{"dest":"` + k.url + `","schedule":{"hour":"24"}}`,
		"a user":           `{"dest":"https://a:b@example.com/","stream":true}`,
		"unknown words":    `{"dest":"` + k.url + `","stream":true,"tea":1}`,
	} {
		if w := send(h, "POST", "/epcis/queries/all/subscriptions", []byte(body)); w.Code != 400 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	w := send(h, "POST", "/epcis/queries/all/subscriptions", []byte(`{"dest":"`+k.url+`","stream":true}`))
	var made struct {
		ID  string `json:"subscriptionID"`
		Key string `json:"gl:signingKey"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != 201 {
		t.Fatal(w.Code, w.Body)
	}
	if k.key, err = record.ParsePublicKey(made.Key); err != nil {
		t.Fatal(err)
	}
	if list := send(h, "GET", "/epcis/queries/all/subscriptions", nil); strings.Contains(list.Body.String(), made.ID) || strings.Contains(list.Body.String(), "127.0.0.1") {
		t.Errorf("the list gives away ids or destinations: %s", list.Body)
	}
	if w := send(h, "DELETE", "/epcis/queries/all", nil, "Authorization", "Bearer "+secret); w.Code != 409 {
		t.Errorf("a query with a subscriber was deleted: %d", w.Code)
	}
	const wanted = 3
	for i := 1; i <= wanted; i++ {
		coop.must(t, n, harvest(coop, i))
	}
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	n, h = start() // how far the subscription has come is on disk
	for range 3000 {
		k.mu.Lock()
		got := len(k.events)
		k.mu.Unlock()
		if got >= wanted {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.events) != wanted || len(k.bad) > 0 || k.failed != 1 {
		t.Errorf("%d events, %v, failed %d", len(k.events), k.bad, k.failed)
	}
	if w := send(h, "DELETE", "/epcis/queries/all/subscriptions/"+made.ID, nil); w.Code != 204 {
		t.Errorf("%d", w.Code)
	}
	if w := send(h, "GET", "/epcis/queries/all/subscriptions/"+made.ID, nil); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}
