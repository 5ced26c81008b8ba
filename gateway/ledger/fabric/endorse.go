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
// passes as soon as the slower one has caught up. Only where they go on to
// disagree is it ledger.ErrDisagree. Each try is a new proposal: nothing of
// the one before was sent.
func (l *Ledger) endorse(ctx context.Context, c call) (*endorsed, error) {
	for n := 1; ; n++ {
		e, err := l.endorseOnce(ctx, c)
		if !errors.Is(err, ledger.ErrDisagree) {
			return e, err
		}
		if n >= l.opt.agreeTries {
			l.opt.Log.Error("endorsers go on to disagree", "tries", n, "error", err)
			return nil, err
		}
		if !sleep(ctx, l.opt.agreePause<<(n-1)) {
			return nil, err
		}
	}
}

func (l *Ledger) endorseOnce(ctx context.Context, c call) (*endorsed, error) {
	var e endorsed
	err := l.inTurn(ctx, func(s *session) error {
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
		return nil, endorseError(err, c.endorsers, e.session)
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
