package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// Every reason for which a record can be refused reaches its sender on every
// ledger in every layer with the same code: in the problem that HTTP answers,
// in the transaction that refused it, and in the receipt of the SDK. The
// ledgers give the same details.
func TestEveryRefusal(t *testing.T) {
	details := map[ledgerKind]map[string]string{}
	eachLedger(t, func(t *testing.T, on ledgerKind) {
		g := start(t, on.newPlace(t))
		w := newMarket(g.user())
		details[on] = map[string]string{}
		provoked := slices.Clone(wholeTransactions)
		for _, r := range w.refusals() {
			details[on][r.code.String()] = checkRefusal(t, g, w, r)
			provoked = append(provoked, r.code)
		}
		for _, code := range record.Codes() {
			if !slices.Contains(provoked, code) {
				t.Errorf("nothing provokes %s", code)
			}
		}
	})
	for on, got := range details {
		sameAnswers(t, "ledger "+string(on), masked(got), masked(details[onEmbedded]))
	}
}

// wholeTransactions are the reasons that no record can be made to provoke
// here, since they are about the ledger, and the one that is no refusal.
var wholeTransactions = []record.Code{
	record.AlreadyInitialised, record.NotInitialised, record.ClockSkew, record.BadCall, record.Internal, record.Panicked,
	record.Duplicate,
}

// refused is what HTTP says of a record that was refused.
type refused struct {
	Type    string      `json:"type"`
	Status  int         `json:"status"`
	Reason  string      `json:"reason"`
	Code    record.Code `json:"code"`
	Detail  string      `json:"detail"`
	Receipt struct {
		record.Verdict
		RefusedIn string `json:"refusedIn"`
	} `json:"receipt"`
}

// checkRefusal provokes a refusal through HTTP and through the SDK, and
// returns what the ledger says about it.
func checkRefusal(t *testing.T, g *gateway, w *market, r refusal) string {
	t.Helper()
	s := r.say()
	p := g.postRefused(s)
	if p.Status != r.status || p.Code != r.code || p.Reason != r.code.String() || !strings.HasSuffix(p.Type, ":"+p.Reason) {
		t.Errorf("%s: the problem is %+v, want status %d", r.code, p, r.status)
	}
	if v := p.Receipt; v.Outcome != record.Rejected || v.Code != r.code || v.Reason != r.code.String() || v.Detail != p.Detail {
		t.Errorf("%s: the problem's receipt is %+v", r.code, v)
	}
	if byGateway := r.code < record.BadSignature || r.code == record.BadSealed; byGateway != (p.Receipt.RefusedIn == "") {
		t.Errorf("%s: refused in transaction %q", r.code, p.Receipt.RefusedIn)
	} else if !byGateway {
		checkRefusedIn(t, g, r.code, p.Receipt.RefusedIn, s.Envelope.ID())
	}
	ctx, cancel := soon()
	defer cancel()
	receipts, err := w.Submit(ctx, s)
	if err != nil || len(receipts) != 1 || !errors.Is(receipts[0].Err(), &record.Error{Code: r.code}) {
		t.Errorf("%s: the SDK says %+v, %v", r.code, receipts, err)
	}
	return p.Detail
}

// postRefused sends a single record as any program may, and wants a problem.
func (g *gateway) postRefused(s client.Submission) (p refused) {
	g.t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		g.t.Fatal(err)
	}
	resp, err := http.Post(g.url+"/v1/records", "application/json", bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &p); err != nil || p.Status != resp.StatusCode {
		g.t.Errorf("status %d with %s: %v", resp.StatusCode, raw, err)
	}
	return p
}

// checkRefusedIn wants the refusal of a record in the transaction's receipt.
func checkRefusedIn(t *testing.T, g *gateway, code record.Code, tx, id string) {
	t.Helper()
	var receipt struct {
		Tx, Code string
		Verdicts []record.Verdict
	}
	g.get("/v1/transactions/"+tx, &receipt)
	i := slices.IndexFunc(receipt.Verdicts, func(v record.Verdict) bool { return v.ID == id })
	if i < 0 || receipt.Code != "VALID" || receipt.Tx != tx {
		t.Errorf("%s: transaction %s tells nothing of it: %+v", code, tx, receipt)
		return
	}
	if v := receipt.Verdicts[i]; v.Outcome != record.Rejected || v.Code != code || v.Reason != code.String() {
		t.Errorf("%s: transaction %s says %+v", code, tx, v)
	}
}
