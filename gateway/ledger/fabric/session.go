package fabric

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"google.golang.org/grpc/status"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// session is one peer, spoken to with the identity of this moment.
type session struct {
	*endpoint
	id      *signer
	gateway *client.Gateway
	network *client.Network
}

func (l *Ledger) session(id *signer, e *endpoint) (*session, error) {
	g, err := client.Connect(id, client.WithSign(id.sign), client.WithClientConnection(e.conn))
	if err != nil {
		return nil, err
	}
	return &session{endpoint: e, id: id, gateway: g, network: g.GetNetwork(l.profile.Channel)}, nil
}

// elsewhere is an answer after which another peer is asked, although this one
// works.
type elsewhere struct{ error }

func (e elsewhere) Unwrap() error { return e.error }

// inTurn asks the peers in turn until one answers. An error is ask's own where
// a peer gave it and no other is likely to say something else; it is
// ledger.ErrUnavailable where there was no answer, or no identity to ask with.
func (l *Ledger) inTurn(ctx context.Context, ask func(*session) error) error {
	return l.inOrder(ctx, l.peers, l.peers.turn(), ask)
}

// inOrder is inTurn with some of the peers, in an order of the caller's.
func (l *Ledger) inOrder(ctx context.Context, peers *peers, order []*endpoint, ask func(*session) error) error {
	id, err := l.signer()
	if err != nil {
		return err
	}
	var said []string
	for _, e := range order {
		if err := l.ended(ctx); err != nil {
			return err
		}
		s, err := l.session(id, e)
		if err == nil {
			err = ask(s)
		}
		if err == nil {
			peers.works(e)
			return nil
		}
		if err := l.ended(ctx); err != nil {
			return err
		}
		switch other := (elsewhere{}); {
		case peerFault(err):
			peers.failed(e, err)
		case errors.As(err, &other): // says nothing about e
		default:
			peers.works(e)
			return err
		}
		said = append(said, describe(e, err))
	}
	return fmt.Errorf("%w: no peer answers: %s", ledger.ErrUnavailable, strings.Join(said, "; "))
}

func (l *Ledger) signer() (*signer, error) {
	id, err := l.id.current()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	}
	return id, nil
}

// describe is what one peer said, for a message about several.
func describe(e *endpoint, err error) string {
	if strings.Contains(err.Error(), "authentication handshake failed") {
		return fmt.Sprintf("%s: its TLS certificate is not accepted (authority %s): %v", e.Address, e.Authority, err)
	}
	return e.Address + ": " + inFull(err)
}

// inFull is an error with what the endorsers behind a peer said.
func inFull(err error) string {
	if st, ok := status.FromError(err); ok && len(st.Details()) > 0 {
		return err.Error() + ": " + whoSaid(answersIn(st), false)
	}
	return err.Error()
}

// query calls a system chaincode of the peer.
func (s *session) query(ctx context.Context, timeout time.Duration, function string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	proposal, err := s.network.GetContract("qscc").NewProposal(function, client.WithArguments(args...))
	if err != nil {
		return nil, err
	}
	return proposal.EvaluateWithContext(ctx)
}
