package fabric

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Status asks the peers in turn, each for at most twice Options.AskTimeout.
// ledger.ErrNotFound means that no peer that answered has the transaction;
// ledger.ErrUnavailable that none answered.
func (l *Ledger) Status(ctx context.Context, txID string) (ledger.Commit, ledger.Code, error) {
	ctx, done := l.live(ctx)
	defer done()
	leave, err := l.reads.enter(ctx)
	if err != nil {
		return ledger.Commit{}, "", l.ended(ctx)
	}
	defer leave()
	var found *client.Status
	missing := false
	err = l.inTurn(ctx, func(s *session) error {
		// The status call alone would wait for a transaction that is not
		// there; this one does not.
		_, err := s.query(ctx, l.opt.AskTimeout, "GetTransactionByID", l.profile.Channel, txID)
		if noSuchTransaction(err) {
			missing = true
			return elsewhere{ledger.ErrNotFound}
		}
		if err != nil {
			return queryError(err, s)
		}
		found, err = s.status(ctx, l.opt.AskTimeout, l.profile.Channel, txID)
		return goOn(err)
	})
	switch {
	case err == nil:
		return ledger.Commit{TxID: txID, Block: found.BlockNumber}, codeName(int32(found.Code)), nil
	case missing && l.ended(ctx) == nil:
		return ledger.Commit{}, "", fmt.Errorf("%w: %s", ledger.ErrNotFound, txID)
	}
	return ledger.Commit{}, "", err
}

// goOn makes an error of one peer a reason to ask the next one.
func goOn(err error) error {
	if err == nil || peerFault(err) {
		return err
	}
	return elsewhere{err}
}

// noSuchTransaction knows the words of the peer's block index.
func noSuchTransaction(err error) bool {
	message, refused := refusal(status.Convert(err).Message())
	return refused && strings.Contains(message, "no such transaction ID")
}

// watch waits for the block of a transaction that s handed to ordering. Where
// s loses sight of it, the other peers are asked.
func (l *Ledger) watch(ctx context.Context, s *session, txID string) (*client.Status, error) {
	found, err := s.status(ctx, l.opt.CommitTimeout, l.profile.Channel, txID)
	if err == nil {
		l.endorsers.works(s.endpoint)
		return found, nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	if peerFault(err) {
		l.endorsers.failed(s.endpoint, err)
	}
	return l.ask(ctx, txID, err)
}

// ask waits once at each peer for a transaction whose outcome was lost to why.
func (l *Ledger) ask(ctx context.Context, txID string, why error) (found *client.Status, err error) {
	l.opt.Log.Warn("the outcome of a transaction was lost; asking for it", "tx", txID, "error", why)
	err = l.inTurn(ctx, func(s *session) (err error) {
		found, err = s.status(ctx, l.opt.AskTimeout, l.profile.Channel, txID)
		return goOn(err)
	})
	if err != nil {
		return nil, fmt.Errorf("%v; %w", why, err)
	}
	return found, nil
}

// status waits until the transaction is in a block that the peer has. That the
// time passes is no fault of the peer.
func (s *session) status(ctx context.Context, timeout time.Duration, channel, txID string) (*client.Status, error) {
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: s.id.MspID(), IdBytes: s.id.Credentials()})
	if err != nil {
		return nil, err
	}
	request, err := proto.Marshal(&gateway.CommitStatusRequest{ChannelId: channel, TransactionId: txID, Identity: creator})
	if err != nil {
		return nil, err
	}
	raw, err := proto.Marshal(&gateway.SignedCommitStatusRequest{Request: request})
	if err != nil {
		return nil, err
	}
	commit, err := s.gateway.NewCommit(raw)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, err := commit.StatusWithContext(ctx)
	if status.Code(err) == codes.DeadlineExceeded {
		return nil, elsewhere{err}
	}
	return found, err
}
