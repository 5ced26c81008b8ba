package fabric

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// healthCache lets many callers share one question to a peer.
type healthCache struct {
	mu      sync.Mutex
	latest  *healthAsked
	highest uint64 // that was told
}

type healthAsked struct {
	done   chan struct{}
	at     time.Time // of the answer
	height uint64
	err    error
}

// Health tells the height of the first peer that answers, and never less than
// it told before. Whoever asks within 200 ms gets the same answer, an error
// as well: ledger.ErrUnavailable where no peer answers, ledger.ErrClosed after
// Close.
func (l *Ledger) Health(ctx context.Context) (ledger.Health, error) {
	asked := l.healthAsked()
	select {
	case <-asked.done:
		return ledger.Health{Height: asked.height}, asked.err
	case <-ctx.Done():
		return ledger.Health{}, ctx.Err()
	}
}

func (l *Ledger) healthAsked() *healthAsked {
	l.health.mu.Lock()
	defer l.health.mu.Unlock()
	before := l.health.latest
	if before != nil && (!before.over() || l.opt.now().Sub(before.at) < l.opt.freshness) && l.life.Err() == nil {
		return before
	}
	asked := &healthAsked{done: make(chan struct{})}
	l.health.latest = asked
	go l.askHealth(asked)
	return asked
}

func (l *Ledger) askHealth(asked *healthAsked) {
	defer close(asked.done)
	height, err := l.height(l.life)
	l.health.mu.Lock()
	defer l.health.mu.Unlock()
	asked.at = l.opt.now()
	if asked.err = err; err == nil {
		l.health.highest = max(l.health.highest, height)
		asked.height = l.health.highest
	}
}

func (a *healthAsked) over() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// height is the number of blocks that the first peer to answer has.
func (l *Ledger) height(ctx context.Context) (height uint64, err error) {
	err = l.inTurn(ctx, func(s *session) error {
		raw, err := s.query(ctx, l.opt.AskTimeout, "GetChainInfo", l.profile.Channel)
		if err != nil {
			return queryError(err, s)
		}
		info := new(common.BlockchainInfo)
		if err := proto.Unmarshal(raw, info); err != nil {
			return &strangeAnswer{fmt.Sprintf("chain info: %v", err)}
		}
		height = info.GetHeight()
		return nil
	})
	return height, err
}
