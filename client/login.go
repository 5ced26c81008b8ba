package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Session is an enterprise's session at a gateway.
type Session struct {
	USCC  string `json:"uscc"`
	Name  string `json:"name"`
	KeyID string `json:"keyId"`
	Until string `json:"until"` // RFC 3339; sooner if it is not used
	Token string `json:"token"` // for the Authorization header: "Bearer " + Token
}

// SignChallenge signs a login challenge for a gateway that the signer means.
// It refuses to sign anything else, and a challenge of another gateway, which
// somebody may be passing on to be let in there. gateway is the address by
// which the world reaches it; scheme and host count.
func SignChallenge(text, gateway string, key *record.PrivateKey) ([]byte, error) {
	c, err := record.ParseLoginChallenge(text)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(gateway)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a gateway", gateway)
	}
	if origin := strings.ToLower(u.Scheme + "://" + u.Host); c.Gateway != origin {
		return nil, fmt.Errorf("the challenge is of the gateway %s and not of %s: do not sign it unless you mean that one", c.Gateway, origin)
	}
	if c.KeyID != key.Public().ID() {
		return nil, fmt.Errorf("the challenge asks for the key %s and not for %s", c.KeyID, key.Public().ID())
	}
	return key.Sign([]byte(text))
}

// Login opens a session with a registered key of an enterprise. public is the
// address that the gateway's challenges must name; empty: the client's own.
func (c *Client) Login(ctx context.Context, key *record.PrivateKey, public string) (*Session, error) {
	const op = "login"
	if public == "" {
		public = c.base
	}
	ask, err := json.Marshal(map[string]string{"keyId": key.Public().ID()})
	if err != nil {
		return nil, err
	}
	got, err := c.do(ctx, call{op: op, method: http.MethodPost, path: "/v1/sessions/challenge", body: ask})
	if err != nil {
		return nil, err
	}
	var challenge struct {
		Challenge string `json:"challenge"`
	}
	if err := got.decode(op, &challenge); err != nil {
		return nil, err
	}
	sig, err := SignChallenge(challenge.Challenge, public, key)
	if err != nil {
		return nil, &Error{Op: op, Step: StepPrepare, Err: err}
	}
	login, err := json.Marshal(map[string]any{"challenge": challenge.Challenge, "keyId": key.Public().ID(), "signature": sig, "token": true})
	if err != nil {
		return nil, err
	}
	if got, err = c.do(ctx, call{op: op, method: http.MethodPost, path: "/v1/sessions", body: login}); err != nil {
		return nil, err
	}
	s := new(Session)
	if err := got.decode(op, s); err != nil {
		return nil, err
	}
	return s, nil
}
