package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/grainledger/grainledger/proof"
)

// Bundle asks for the evidence about a lot: with full false the largest
// origins in at most proof.ConsumerRecords records. The bytes are as they came
// and are not verified: see VerifyBundle.
func (c *Client) Bundle(ctx context.Context, lot string, full bool) ([]byte, error) {
	p, err := under("bundle", "/v1/lots/", lot)
	if err != nil {
		return nil, err
	}
	q := url.Values{}
	if full {
		q.Set("for", "full")
	}
	a, err := c.do(ctx, call{op: "bundle", method: http.MethodGet, path: p + "/bundle", query: q})
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// Trust asks a gateway for a trust file. Who makes the bundles has made it too:
// compare its Fingerprint with what the regulator publishes before you rely on
// it.
func (c *Client) Trust(ctx context.Context) (*proof.Trust, error) {
	a, err := c.do(ctx, call{op: "trust", method: http.MethodGet, path: "/v1/trust"})
	if err != nil {
		return nil, err
	}
	t, err := proof.ParseTrust(a.body)
	if err != nil {
		return nil, &Error{Op: "trust", Step: StepAnswer, Status: a.status, Err: err}
	}
	return t, nil
}

// VerifyBundle checks a bundle with what you trust, without asking anybody. The
// report says what was checked and what could not be; Holds is false where
// anything failed.
func VerifyBundle(bundle []byte, trust *proof.Trust) *proof.Report {
	return proof.VerifyBundle(bundle, trust)
}
