package fabric

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// endorsed is a transaction that is ready to be sent, and the peer that made
// it so.
type endorsed struct {
	*client.Transaction
	*session
}

// endorse has a proposal endorsed.
//
// Endorsers that stand at different blocks come to different results, which
// passes as soon as the slower one has caught up. Where they go on to disagree,
// it may be the organisation of the peer that was asked that stands alone:
// others' peers begin with their own. Only where they find no majority either
// is it ledger.ErrDisagree. Each try is a new proposal: nothing of the one
// before was sent.
func (l *Ledger) endorse(ctx context.Context, c call) (*endorsed, error) {
	for n := 1; ; n++ {
		e, err := l.endorseAt(ctx, c, l.endorsers.turn())
		switch {
		case err == nil:
			return e, nil
		case !errors.Is(err, ledger.ErrDisagree):
			return nil, err
		case n >= l.opt.agreeTries:
			return l.endorseElsewhere(ctx, c, e.endpoint, err)
		case !sleep(ctx, l.opt.agreePause<<(n-1)):
			return nil, err
		}
	}
}

// endorseElsewhere tries once at each peer but alone, whose endorsers disagree.
// Where the organisations are named all of them have to agree, and it makes no
// difference who is asked.
func (l *Ledger) endorseElsewhere(ctx context.Context, c call, alone *endpoint, why error) (*endorsed, error) {
	l.opt.Log.Warn("endorsers go on to disagree", "peer", alone.Address, "tries", l.opt.agreeTries, "error", why)
	if len(c.endorsers) > 0 {
		return nil, why
	}
	for _, other := range l.endorsers.turn() {
		if other == alone {
			continue
		}
		if e, err := l.endorseAt(ctx, c, []*endpoint{other}); err == nil {
			l.endorsers.failed(alone, fmt.Errorf("others agree where its endorsers do not: %w", why))
			return e, nil
		}
	}
	return nil, why
}

// endorseAt asks the peers in that order. What it returns beside an error of
// endorsers tells only which peer was asked.
func (l *Ledger) endorseAt(ctx context.Context, c call, order []*endpoint) (*endorsed, error) {
	var e endorsed
	err := l.inOrder(ctx, l.endorsers, order, func(s *session) error {
		e.session = s
		ctx, cancel := context.WithTimeout(ctx, l.opt.EndorseTimeout)
		defer cancel()
		proposal, err := c.propose(s)
		if err != nil {
			return err
		}
		if e.Transaction, err = proposal.EndorseWithContext(ctx); err != nil {
			return err
		}
		return c.check(proposal, e.Transaction)
	})
	if err != nil {
		return &e, endorseError(err, c.endorsers, e.session)
	}
	return &e, nil
}

// strangeAnswer is what a peer must not have answered.
type strangeAnswer struct{ reason string }

func (e *strangeAnswer) Error() string { return e.reason }

// check compares what is about to be signed with what was asked for. A peer
// assembles the envelope, and it may be another organisation's.
func (c call) check(proposal *client.Proposal, t *client.Transaction) error {
	raw, err := t.Bytes()
	if err != nil {
		return err
	}
	prepared := new(gateway.PreparedTransaction)
	if err := proto.Unmarshal(raw, prepared); err != nil {
		return err
	}
	got, ok := readInvocation(prepared.GetEnvelope().GetPayload())
	if !ok || got.id != proposal.TransactionID() || got.chaincode != c.chaincode || !slices.EqualFunc(
		got.args, append([][]byte{[]byte(c.function)}, c.args...), slices.Equal) {
		return &strangeAnswer{fmt.Sprintf("the peer gave another transaction to sign than %s", proposal.TransactionID())}
	}
	return nil
}
