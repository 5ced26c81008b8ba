package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/grainledger/grainledger/record"
)

// counter is a gateway with its desk on a loopback port, and everything that
// it answers is held against the document that it serves.
type counter struct {
	*testing.T
	node    *node
	url     string
	schemas *jsonschema.Compiler
}

func openCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{T: t, node: openNode(t)}
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	h, err := c.node.handler(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.url, c.schemas = server.URL, servedSchemas(t, h)
	return c
}

// call sends a request; head is pairs of header names and values.
func (c *counter) call(method, path string, body []byte, head ...string) (int, []byte, http.Header) {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), method, c.url+path, bytes.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	return resp.StatusCode, answer, resp.Header
}

const asJSON = "application/json"

// as holds an answer against the document and reads it.
func as[T any](c *counter, path, method string, status int, body []byte) T {
	c.Helper()
	pointer := fmt.Sprintf("%s#/paths/%s/%s/responses/%d/content/application~1json/schema", servedURL,
		strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(path), method, status)
	schema, err := c.schemas.Compile(pointer)
	if err != nil {
		c.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		c.Errorf("%s %s: %v\n%s", method, path, err, body)
	}
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		c.Fatalf("%v: %s", err, body)
	}
	return v
}

// challenge asks for one and signs it.
func (c *counter) challenge(key *record.PrivateKey, head ...string) (login []byte) {
	c.Helper()
	id := key.Public().ID()
	status, body, _ := c.call("POST", "/v1/sessions/challenge", fmt.Appendf(nil, `{"keyId":%q}`, id), append(head, "Content-Type", asJSON)...)
	if status != 200 {
		c.Fatalf("%d %s", status, body)
	}
	got := as[struct{ Challenge string }](c, "/v1/sessions/challenge", "post", 200, body)
	sig, err := key.Sign([]byte(got.Challenge))
	if err != nil {
		c.Fatal(err)
	}
	login, err = json.Marshal(map[string]any{"challenge": got.Challenge, "keyId": id, "signature": base64.StdEncoding.EncodeToString(sig), "token": true})
	if err != nil {
		c.Fatal(err)
	}
	return login
}

// settle waits until the index has read what the tests wrote past the
// interface.
func (c *counter) settle() {
	c.Helper()
	health, err := c.node.ledger.Health(c.Context())
	if err == nil {
		err = c.node.index.WaitFor(c.Context(), health.Height)
	}
	if err != nil {
		c.Fatal(err)
	}
}

func (c *counter) login(p party) (token string) {
	c.Helper()
	c.settle()
	status, body, _ := c.call("POST", "/v1/sessions", c.challenge(p.key), "Content-Type", asJSON)
	if status != 201 {
		c.Fatalf("%d %s", status, body)
	}
	me := as[struct{ USCC, Token string }](c, "/v1/sessions", "post", 201, body)
	if me.USCC != p.uscc || me.Token == "" {
		c.Fatalf("logged in as %+v", me)
	}
	return me.Token
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

func (c *counter) want(status int, reason, method, path string, body []byte, head ...string) {
	c.Helper()
	got, answer, _ := c.call(method, path, body, head...)
	if got != status || !strings.Contains(string(answer), reason) {
		c.Errorf("%s %s: %d %s, want %d %s", method, path, got, answer, status, reason)
	}
}

func TestWithoutASessionNothingOfTheDeskIsSeen(t *testing.T) {
	c := openCounter(t)
	for _, path := range []string{"", "/stock", "/bins", "/shipments", "/under-review", "/jobs", "/jobs/x", "/jobs/x/receipts.csv", "/jobs/x/receipts.json"} {
		for _, head := range [][]string{nil, bearer(""), bearer("0000"), {"Cookie", "grainledger=0000"}} {
			c.want(401, "login_required", "GET", "/v1/me"+path, nil, head...)
		}
	}
	c.want(401, "login_required", "POST", "/v1/me/jobs", []byte("[]"), "Content-Type", asJSON)
	c.want(401, "login_required", "POST", "/v1/drafts?type=harvest", []byte("x"), "Content-Type", "text/csv")
}

func TestALoginServesOnce(t *testing.T) {
	c := openCounter(t)
	coop := newParty(t, c.node, 1)
	c.settle()
	login := c.challenge(coop.key)
	if status, body, _ := c.call("POST", "/v1/sessions", login, "Content-Type", asJSON); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	c.want(401, "challenge_void", "POST", "/v1/sessions", login, "Content-Type", asJSON)
	other, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	c.want(403, "key_not_good", "POST", "/v1/sessions", c.challenge(other), "Content-Type", asJSON)
	c.want(403, "key_not_good", "POST", "/v1/sessions", c.challenge(rootParty(t, c.node).key), "Content-Type", asJSON)
	forged := bytes.Replace(c.challenge(other), []byte(other.Public().ID()), []byte(coop.key.Public().ID()), 2)
	c.want(401, "challenge_void", "POST", "/v1/sessions", forged, "Content-Type", asJSON)
	c.want(400, "bad_request", "POST", "/v1/sessions/challenge", []byte(`{"keyId":"x"}`), "Content-Type", asJSON)
	c.want(400, "bad_request", "POST", "/v1/sessions/challenge", []byte(`{"keyId":"a\nkey: b"}`), "Content-Type", asJSON)
	c.want(400, "bad_request", "POST", "/v1/sessions", []byte(`{"user":"x"}`), "Content-Type", asJSON)
	c.want(415, "unsupported_media_type", "POST", "/v1/sessions", []byte(`{}`), "Content-Type", "text/plain")
}

func TestTooManyLoginsWait(t *testing.T) {
	c := openCounter(t)
	for range 200 {
		if status, _, head := c.call("POST", "/v1/sessions", []byte(`{}`), "Content-Type", asJSON); status == 429 {
			if head.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
	}
	t.Error("nobody was told to wait")
}

func TestARevokedKeyEndsItsSession(t *testing.T) {
	c := openCounter(t)
	coop := newParty(t, c.node, 1)
	token := c.login(coop)
	c.want(200, coop.uscc, "GET", "/v1/me", nil, bearer(token)...)
	root := rootParty(t, c.node)
	root.must(t, c.node, &record.Key{Header: root.head("revoke"), Action: record.KeyRevoke, Subject: coop.uscc, KeyID: coop.key.Public().ID()})
	c.settle()
	c.want(401, "login_required", "GET", "/v1/me/stock", nil, bearer(token)...)
	c.want(403, "key_not_good", "POST", "/v1/sessions", c.challenge(coop.key), "Content-Type", asJSON)
}

// A browser sends its cookie along whoever made the page: only our own pages
// may change anything by it.
func TestPagesOfOthersAreKeptOut(t *testing.T) {
	c := openCounter(t)
	coop := newParty(t, c.node, 1)
	c.settle()
	login := bytes.Replace(c.challenge(coop.key), []byte(`"token":true`), []byte(`"token":false`), 1)
	status, body, head := c.call("POST", "/v1/sessions", login, "Content-Type", asJSON, "Origin", c.url, "Sec-Fetch-Site", "same-origin")
	if status != 201 || strings.Contains(string(body), "token") {
		t.Fatalf("%d %s", status, body)
	}
	set := head.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie lacks %s: %s", want, set)
		}
	}
	cookie, _, _ := strings.Cut(set, ";")
	c.want(200, coop.uscc, "GET", "/v1/me", nil, "Cookie", cookie)
	const evil = "https://evil.example"
	for name, from := range map[string][]string{
		"nothing said":   nil,
		"another origin": {"Origin", evil},
		"no origin":      {"Origin", "null"},
		"another site":   {"Origin", c.url, "Sec-Fetch-Site", "cross-site"},
		"the same site":  {"Origin", c.url, "Sec-Fetch-Site", "same-site"},
		"alike":          {"Origin", c.url + ".evil.example"},
	} {
		t.Run(name, func(*testing.T) {
			c.want(401, "login_required", "POST", "/v1/me/jobs", []byte("[]"), append(from, "Cookie", cookie, "Content-Type", asJSON)...)
			c.want(401, "login_required", "POST", "/v1/drafts", []byte("x"), append(from, "Cookie", cookie)...)
			c.want(204, "", "DELETE", "/v1/sessions", nil, append(from, "Cookie", cookie)...)
			c.want(200, coop.uscc, "GET", "/v1/me", nil, "Cookie", cookie) // and is still logged in
		})
	}
	c.want(403, "foreign_page", "POST", "/v1/sessions", c.challenge(coop.key), "Content-Type", asJSON, "Origin", evil)
	c.want(403, "foreign_page", "POST", "/v1/sessions/challenge", []byte(`{}`), "Content-Type", asJSON, "Origin", evil)
	own := []string{"Cookie", cookie, "Origin", c.url, "Sec-Fetch-Site", "same-origin"}
	c.want(400, "bad_request", "POST", "/v1/me/jobs", []byte("no json"), append(own, "Content-Type", asJSON)...)
	c.want(204, "", "DELETE", "/v1/sessions", nil, own...)
	c.want(401, "login_required", "GET", "/v1/me", nil, "Cookie", cookie)
}

const harvestHeader = "单位代码,单据号,业务时间,批次号,品种代码,收获年度,产地代码,数量\n"

type draftAnswer struct {
	Rows []struct {
		Row                                                              int
		Ref, PayloadType, Payload, Verdict, Reason, Column, Cell, Detail string
		Open                                                             []struct{ Name, Part string }
	}
	Faults []struct{ Reason, Detail string }
}

func (c *counter) draft(token, query, table string) draftAnswer {
	c.Helper()
	status, body, _ := c.call("POST", "/v1/drafts?"+query, []byte(table), bearer(token)...)
	if status != 200 {
		c.Fatalf("%d %s", status, body)
	}
	return as[draftAnswer](c, "/v1/drafts", "post", 200, body)
}

func TestDraftTellsWhatWillBecomeOfEachRow(t *testing.T) {
	c := openCounter(t)
	coop, other := newParty(t, c.node, 1), newParty(t, c.node, 2)
	coop.must(t, c.node, &record.Harvest{Header: coop.head("H-1"), Lot: "L1", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1000})
	token := c.login(coop)
	row := func(issuer, ref, lot, variety, kilos string) string {
		return fmt.Sprintf("%s,%s,2025-10-01T08:00:00+08:00,%s,%s,2025,410000,%s\n", issuer, ref, lot, variety, kilos)
	}
	d := c.draft(token, "type=harvest&file=h.csv", "\ufeff"+harvestHeader+
		row(coop.uscc, "H-1", "L1", "1110000", "1")+ // the same as before
		row(coop.uscc, "H-1", "L1", "1110000", "2")+
		row(coop.uscc, "H-2", "L2", "1110000", "2")+
		row(coop.uscc, "H-3", "L2", "1110000", "2")+ // a lot that the row above makes
		row(coop.uscc, "H-4", "L4", "1110000", "12.3456")+
		row(coop.uscc, "H-5", "L5", "rice", "1")+
		row(other.uscc, "H-6", "L6", "1110000", "1")+
		row("91410000MA0000009", "H-7", "L7", "1110000", "1")+
		row(coop.uscc, "<script>alert(1)</script>", "L8", "1110000", "1"))
	want := []struct{ verdict, reason, column string }{
		{"duplicate", "duplicate", ""},
		{"rejected", "ref_conflict", "ref"},
		{"accepted", "", ""},
		{"rejected", "lot_exists", "lot"},
		{"rejected", "bad_quantity", "quantity_kg"},
		{"rejected", "bad_field", "variety"},
		{"rejected", "bad_signature", "issuer"},
		{"rejected", "bad_uscc", "issuer"},
		{"accepted", "", ""}, // the page has to cope with it
	}
	if len(d.Rows) != len(want) {
		t.Fatalf("%+v", d)
	}
	for i, w := range want {
		if got := d.Rows[i]; got.Verdict != w.verdict || got.Reason != w.reason || got.Column != w.column || got.Row != i+2 {
			t.Errorf("row %d: %+v, want %+v", i, got, w)
		}
	}
	if d.Rows[4].Cell != "数量" || d.Rows[6].Payload != "" {
		t.Errorf("%+v %+v", d.Rows[4], d.Rows[6])
	}
	// Nothing was written, and what is signed as it stands here is accepted.
	if _, err := c.node.index.Lot(t.Context(), "L2"); err == nil {
		t.Error("the draft made a lot")
	}
	e := record.Envelope{PayloadType: d.Rows[2].PayloadType, Payload: []byte(d.Rows[2].Payload)}
	if err := e.AddSignature(coop.key); err != nil {
		t.Fatal(err)
	}
	raw, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	c.want(200, `"verdict":"accepted"`, "POST", "/v1/records", raw, "Content-Type", asJSON)
	if again := c.draft(token, "type=harvest", harvestHeader+row(coop.uscc, "H-2", "L2", "1110000", "2")); again.Rows[0].Verdict != "duplicate" {
		t.Errorf("again: %+v", again.Rows[0])
	}
}

// A table with sealed parts that was submitted before shows as that, though
// the gateway does not have the key under which they were sealed.
func TestDraftKnowsSealedRowsAgain(t *testing.T) {
	c := openCounter(t)
	coop := newParty(t, c.node, 1)
	token := c.login(coop)
	table := "单位代码,单据号,业务时间,批次号,售粮人,粮食性质,毛重,皮重,扣量,净重,单价,品种代码\n" +
		coop.uscc + ",P-1,2025-10-01T08:00:00+08:00,P1,张三,200,10,1,0,9,2.78,1110000\n"
	d := c.draft(token, "type=purchase", table)
	if len(d.Rows) != 1 || len(d.Rows[0].Open) != 2 || d.Rows[0].Verdict != "accepted" || strings.Contains(d.Rows[0].Payload, "张三") {
		t.Fatalf("%+v", d)
	}
	payload := d.Rows[0].Payload
	for i, o := range d.Rows[0].Open {
		payload = strings.Replace(payload, o.Name, strings.Repeat(fmt.Sprint(i), 64), 1)
	}
	p, err := record.DecodePayload(record.TypePurchase, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	coop.must(t, c.node, p)
	c.settle()
	if d := c.draft(token, "type=purchase", table); d.Rows[0].Verdict != "duplicate" {
		t.Errorf("%+v", d.Rows[0])
	}
	if d := c.draft(token, "type=purchase", strings.Replace(table, "P1", "P2", 1)); d.Rows[0].Reason != "ref_conflict" {
		t.Errorf("%+v", d.Rows[0])
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	c := openCounter(t)
	token := c.login(newParty(t, c.node, 1))
	for name, f := range map[string]struct{ query, table, reason string }{
		"a CSV file of no type": {"", harvestHeader, "no_sheet"},
		"empty":                 {"type=harvest", "", "empty"},
		"another table":         {"type=sell", harvestHeader, "unknown_column"},
		"not UTF-8":             {"type=harvest", "\xb5\xa5\xce\xbb", "encoding"},
		"quotes":                {"type=harvest", harvestHeader + "\"a,b\n", "syntax"},
		"too many rows":         {"type=harvest", harvestHeader + strings.Repeat("a,b,c,d,e,f,g,1\n", 1001), "too_large"},
		"a broken workbook":     {"", "PK\x03\x04 and nothing", "syntax"},
	} {
		if d := c.draft(token, f.query, f.table); len(d.Faults) == 0 || d.Faults[0].Reason != f.reason || len(d.Rows) > 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
	c.want(400, "bad_request", "POST", "/v1/drafts?type=enterprise", []byte("x"), bearer(token)...)
	c.want(400, "bad_request", "POST", "/v1/drafts?file=a%0Ab", []byte("x"), bearer(token)...)
	c.want(413, "body_too_large", "POST", "/v1/drafts?type=harvest", make([]byte, 4<<20+1), bearer(token)...)
}

// What an enterprise has is seen by itself alone.
func TestOwnListsAreOnesOwn(t *testing.T) {
	c := openCounter(t)
	coop, other := newParty(t, c.node, 1), newParty(t, c.node, 2)
	coop.must(t, c.node,
		&record.Harvest{Header: coop.head("H-1"), Lot: "L1", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1000},
		&record.Harvest{Header: coop.head("H-2"), Lot: "L2", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 500},
		&record.Ship{Header: coop.head("S-1"), Lot: "L1", Grams: 300, Owner: coop.uscc, To: other.uscc})
	mine, theirs := bearer(c.login(coop)), bearer(c.login(other))
	waitForLot(t, c.node, "L2")
	type holdings struct {
		Lots []struct {
			Lot                   string
			OwnedGrams, HeldGrams int64
		}
		Next string
	}
	list := func(head []string, query string) holdings {
		status, body, _ := c.call("GET", "/v1/me/stock"+query, nil, head...)
		if status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		return as[holdings](c, "/v1/me/stock", "get", 200, body)
	}
	first := list(mine, "?limit=1")
	if len(first.Lots) != 1 || first.Lots[0].Lot != "L2" || first.Next == "" {
		t.Errorf("%+v", first)
	}
	second := list(mine, "?limit=1&cursor="+first.Next)
	if len(second.Lots) != 1 || second.Lots[0].Lot != "L1" || second.Lots[0].OwnedGrams != 1000 || second.Lots[0].HeldGrams != 700 || second.Next != "" {
		t.Errorf("%+v", second)
	}
	if l := list(theirs, ""); len(l.Lots) != 0 {
		t.Errorf("the other sees %+v", l)
	}
	c.want(400, "cursor", "GET", "/v1/me/stock?cursor="+first.Next, nil, theirs...)
	c.want(200, `"ref":"S-1"`, "GET", "/v1/me/shipments", nil, theirs...)
	c.want(200, `"shipments":[]`, "GET", "/v1/me/shipments", nil, mine...)
	other.must(t, c.node, &record.Receive{Header: other.head("R-1"), Shipper: coop.uscc, Shipment: "S-1", Lot: "L1", Grams: 300})
	c.settle()
	c.want(200, `"shipments":[]`, "GET", "/v1/me/shipments", nil, theirs...)
	if l := list(theirs, ""); len(l.Lots) != 1 || l.Lots[0].HeldGrams != 300 || l.Lots[0].OwnedGrams != 0 {
		t.Errorf("the other has %+v", l)
	}
}

func TestOwnJobs(t *testing.T) {
	c := openCounter(t)
	coop, other := newParty(t, c.node, 1), newParty(t, c.node, 2)
	mine, theirs := bearer(c.login(coop)), bearer(c.login(other))
	submit := func(ref, lot string) string {
		return string(coop.sign(t, &record.Harvest{Header: coop.head(ref), Lot: lot, Variety: "1110000",
			HarvestYear: 2025, Origin: "410000", Grams: 1000}).Envelope)
	}
	body := "[" + submit("J-1", "L1") + "," + submit("=cmd()", "L2") + "," + submit("J-3", "L1") + "]"
	status, answer, head := c.call("POST", "/v1/me/jobs?file=%E6%94%B6%E8%8E%B7.xlsx", []byte(body), append(mine, "Content-Type", asJSON)...)
	if status != 202 || head.Get("Location") == "" {
		t.Fatalf("%d %s", status, answer)
	}
	type job struct {
		ID, Name, Status string
		Done             int
		Results          []struct{ Verdict, Reason, Ref string }
	}
	id := as[job](c, "/v1/me/jobs", "post", 202, answer).ID
	var done job
	for end := time.Now().Add(30 * time.Second); done.Status != "committed" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		_, answer, _ := c.call("GET", "/v1/me/jobs/"+id, nil, mine...)
		done = as[job](c, "/v1/me/jobs/{id}", "get", 200, answer)
	}
	if done.Name != "收获.xlsx" || done.Done != 3 || len(done.Results) != 3 || done.Results[0].Verdict != "accepted" || done.Results[2].Reason != "lot_exists" {
		t.Errorf("%+v", done)
	}
	_, answer, _ = c.call("GET", "/v1/me/jobs", nil, mine...)
	if got := as[struct{ Jobs []job }](c, "/v1/me/jobs", "get", 200, answer); len(got.Jobs) != 1 || got.Jobs[0].ID != id {
		t.Errorf("%+v", got)
	}
	for _, tail := range []string{"", "/receipts.csv", "/receipts.json"} {
		c.want(404, "not_found", "GET", "/v1/me/jobs/"+id+tail, nil, theirs...)
		c.want(200, "lot_exists", "GET", "/v1/me/jobs/"+id+tail, nil, mine...)
	}
	c.want(200, `"jobs":[]`, "GET", "/v1/me/jobs", nil, theirs...)
	c.want(200, "J-1,accepted,,,,,", "GET", "/v1/me/jobs/"+id+"/receipts.csv", nil, mine...)
	c.want(200, "harvest,'=cmd(),accepted,", "GET", "/v1/me/jobs/"+id+"/receipts.csv", nil, mine...)
	// Nobody's job is no one's: it was sent without a session.
	status, answer, _ = c.call("POST", "/v1/records", []byte("["+submit("J-4", "L4")+"]"), "Content-Type", asJSON, "Prefer", "respond-async")
	if status != 202 {
		t.Fatalf("%d %s", status, answer)
	}
	var anonymous job
	if err := json.Unmarshal(answer, &anonymous); err != nil {
		t.Fatal(err)
	}
	c.want(404, "not_found", "GET", "/v1/me/jobs/"+anonymous.ID, nil, mine...)
}

func TestTemplatesAreServed(t *testing.T) {
	c := openCounter(t)
	c.want(200, "单位代码,单据号", "GET", "/v1/templates/harvest.csv", nil)
	c.want(200, "issuer,ref", "GET", "/v1/templates/harvest.csv?lang=en", nil)
	c.want(200, "PK\x03\x04", "GET", "/v1/templates/harvest.xlsx", nil)
	c.want(200, "PK\x03\x04", "GET", "/v1/templates/all.xlsx?example=1", nil)
	for _, none := range []string{"all.csv", "enterprise.csv", "harvest.pdf", "harvest", ".csv", "none.xlsx"} {
		c.want(404, "not_found", "GET", "/v1/templates/"+none, nil)
	}
}

// The pages show an enterprise its own alone, and what records say as text.
func TestDeskPages(t *testing.T) {
	c := openCounter(t)
	coop, other := newParty(t, c.node, 1), newParty(t, c.node, 2)
	root, bin := rootParty(t, c.node), coop.uscc+"001000100101"
	const xss = `<script>alert(1)</script>`
	root.must(t, c.node, &record.Facility{Header: root.head("f"), Code: bin, Name: xss, USCC: coop.uscc, Kind: record.FacilityBin, CapacityGrams: 1e9})
	coop.must(t, c.node,
		&record.Harvest{Header: coop.head("H-1"), Lot: "L1", Variety: "1132002", HarvestYear: 2025, Origin: "410000", Grams: 5_000_000},
		&record.Store{Header: coop.head("S-1"), Lot: "L1", Bin: bin, Grams: 2_000_000},
		&record.Ship{Header: coop.head(xss), Lot: "L1", Grams: 300, Owner: coop.uscc, To: other.uscc},
		&record.Inspect{Header: coop.head("I-1"), Target: "L1", Stage: record.StageStorage, Items: []record.Measured{{Item: "cadmium_mgkg", Value: "0.9"}}})
	mine, theirs := bearer(c.login(coop)), bearer(c.login(other))
	page := func(status int, path string, head ...string) string {
		t.Helper()
		got, body, header := c.call("GET", path, nil, append(head, "Accept-Language", "zh-CN")...)
		policy := header.Get("Content-Security-Policy")
		if got != status || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(string(body), "<script>alert") {
			t.Errorf("GET %s: %d, policy %q\n%s", path, got, policy, body)
		}
		if status == 200 && header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s: a cache may keep it", path)
		}
		return string(body)
	}
	has := func(body string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(body, w) {
				t.Errorf("lacks %q:\n%s", w, body)
			}
		}
	}
	has(page(200, "/desk"), "登录")
	home := page(200, "/desk", mine...)
	has(home, "合作社", ">L1<", "2 吨", "&lt;script&gt;", "不得食用")
	for _, list := range []string{"stock", "under-review"} {
		has(page(200, "/desk/list/"+list, mine...), ">L1<")
		if body := page(200, "/desk/list/"+list, theirs...); strings.Contains(body, "L1") {
			t.Errorf("the other sees the %s: %s", list, body)
		}
	}
	has(page(200, "/desk/list/shipments", theirs...), ">L1<", "&lt;script&gt;")
	has(page(200, "/desk/list/bins", mine...), bin)
	page(401, "/desk/list/stock")
	page(404, "/desk/list/other", mine...)
	page(404, "/desk/jobs/none", mine...)
	_, answer, _ := c.call("POST", "/v1/me/jobs?file="+url.QueryEscape(xss), fmt.Appendf(nil, "[%s]", coop.sign(t, &record.Split{Header: coop.head("<b>"), Lot: "none",
		Outputs: []record.Amount{{Lot: "X", Grams: 1}}}).Envelope), append(mine, "Content-Type", asJSON)...)
	job := as[struct{ ID string }](c, "/v1/me/jobs", "post", 202, answer)
	for end := time.Now().Add(30 * time.Second); !strings.Contains(page(200, "/desk/jobs/"+job.ID, mine...), "没有这个批次"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the job is not decided")
		}
	}
	page(404, "/desk/jobs/"+job.ID, theirs...)
	page(401, "/desk/jobs/"+job.ID)
}
