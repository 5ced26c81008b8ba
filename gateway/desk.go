package main

import (
	"fmt"
	"net/url"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/draft"
	"github.com/grainledger/grainledger/gateway/session"
)

// desk is what enterprises log in for. Challenges name the scheme and host of
// the gateway's public address.
func (n *node) desk(publicURL string) (*api.Desk, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("--public-url: %q is not an address", publicURL)
	}
	sessions, err := session.New(session.Options{Gateway: u.Scheme + "://" + u.Host, Keys: n.index})
	if err != nil {
		return nil, err
	}
	return &api.Desk{Sessions: sessions, Drafts: draft.New(n.ledger, n.index, nil), Stock: n.index, Jobs: n.queue}, nil
}
