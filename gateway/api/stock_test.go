package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// supervised is an index in which everybody is a regulator.
type supervised struct{ fakeIndex }

func (s supervised) Enterprise(context.Context, string, string, int) (index.Enterprise, error) {
	return index.Enterprise{RegisteredEnterprise: record.RegisteredEnterprise{Kind: record.KindRegulator}}, nil
}

// TestRegulatorsSeeAllStock: of whom they ask for, or of everybody; and the
// scope of any lot.
func TestRegulatorsSeeAllStock(t *testing.T) {
	w := newWorld()
	a := start(t, w, func(o *Options) { o.Index = supervised{fakeIndex{w}} })
	for path, want := range map[string]string{
		"/v1/stock":                  `"party":""`, // no filter
		"/v1/stock?owner=" + uscc(2): `"party":"` + uscc(2) + `"`,
		"/v1/lots/L1/scope":          `"of":"L1"`,
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("X-Caller", uscc(3))
		answer := httptest.NewRecorder()
		a.Engine().ServeHTTP(answer, r)
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
	}
}
