package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
)

// get reads a JSON answer of the gateway; it wants status 200.
func (g *gateway) get(path string, into any) {
	g.t.Helper()
	status, body := g.fetch(path)
	if status != http.StatusOK {
		g.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		g.t.Fatalf("GET %s: %v in %s", path, err, body)
	}
}

// fetch reads any answer of the gateway.
func (g *gateway) fetch(path string) (int, []byte) {
	g.t.Helper()
	resp, err := http.Get(g.url + path)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return resp.StatusCode, body
}

// origin, binAnswer and lotAnswer are what these tests read of the answers.
type origin struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"`
	Grams int64   `json:"grams"`
}

type binAnswer struct {
	Code    string   `json:"code"`
	Origins []origin `json:"origins"`
	Mixture []origin `json:"mixture"`
}

type lotAnswer struct {
	Lot     string `json:"lot"`
	NonFood string `json:"nonFood"`
	Retail  bool   `json:"retail"`
	OnWay   int64  `json:"inTransitGrams"`
	Parts   []struct {
		Party   string `json:"party"`
		Owned   int64  `json:"owned"`
		NonFood int64  `json:"nonFood"`
		Held    int64  `json:"held"`
	} `json:"parts"`
}

func (g *gateway) origins(lot string) []origin {
	g.t.Helper()
	var answer struct {
		Origins []origin `json:"origins"`
	}
	g.get("/v1/lots/"+lot+"/origins", &answer)
	return answer.Origins
}

func (g *gateway) bin(code string) binAnswer {
	g.t.Helper()
	var b binAnswer
	g.get("/v1/bins/"+code, &b)
	return b
}

// binGrams is what the ledger's state says of a bin.
func (g *gateway) binGrams(code string) int64 {
	g.t.Helper()
	grams, err := programs.BinGrams(g.data, code)
	if err != nil {
		g.t.Fatalf("bin %s: %v", code, err)
	}
	return grams
}

func (g *gateway) height() uint64 {
	g.t.Helper()
	var l struct {
		Height uint64 `json:"height"`
	}
	g.get("/v1/ledger", &l)
	return l.Height
}

// tolerance is how far a share may be off.
const tolerance = 0.001

// sameShares wants the origins that are given, none missing and none more.
func sameShares(t *testing.T, what string, got []origin, want map[string]float64) {
	t.Helper()
	seen := map[string]bool{}
	for _, o := range got {
		seen[o.Lot] = true
		if d := o.Share - want[o.Lot]; d > tolerance || d < -tolerance {
			t.Errorf("%s: %s has a share of %f, want %f", what, o.Lot, o.Share, want[o.Lot])
		}
	}
	for lot, share := range want {
		if !seen[lot] && share > tolerance {
			t.Errorf("%s: %s with a share of %f is missing", what, lot, share)
		}
	}
}
