package fabric

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/grainledger/grainledger/gateway/ledger"
)

func TestHealth(t *testing.T) {
	w := newWorld(t, 2)
	w.chain.grow(2)
	l := w.open()
	if h, err := l.Health(t.Context()); err != nil || h.Height != 3 {
		t.Errorf("got %+v, %v", h, err)
	}
	w.peers[0].stop()
	w.chain.grow(1)
	if h, err := l.Health(t.Context()); err != nil || h.Height != 4 {
		t.Errorf("from the second peer: %+v, %v", h, err)
	}
	w.peers[1].stop()
	if _, err := l.Health(t.Context()); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("without a peer: %v", err)
	}
}

func TestHealthNeverGoesBack(t *testing.T) {
	w := newWorld(t, 1)
	w.chain.grow(2)
	l := w.open()
	if _, err := l.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	behind := newFakeChain()
	w.peers[0].script(func() {
		w.peers[0].evaluate = func(chaincode string, args [][]byte) ([]byte, error) {
			return behind.query(invocation{chaincode: chaincode, args: args})
		}
	})
	if h, err := l.Health(t.Context()); err != nil || h.Height != 3 {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestManyAskForHealth(t *testing.T) {
	w := newWorld(t, 1)
	l := w.open(func(o *Options) { o.freshness = time.Hour })
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if h, err := l.Health(t.Context()); err != nil || h.Height != 1 {
				t.Errorf("got %+v, %v", h, err)
			}
		})
	}
	all.Wait()
	if n := w.peers[0].count("evaluate qscc"); n != 1 {
		t.Errorf("the peer was asked %d times", n)
	}
}

func TestHealthEnds(t *testing.T) {
	w := newWorld(t, 1)
	hold := make(chan struct{})
	defer close(hold)
	w.peers[0].evaluate = func(string, [][]byte) ([]byte, error) {
		<-hold
		return nil, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.open().Health(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestHealthDenied(t *testing.T) {
	w := newWorld(t, 1)
	w.peers[0].evaluate = func(string, [][]byte) ([]byte, error) {
		return nil, told(codes.Unknown, "evaluate call to endorser returned error: chaincode response 500, access denied for [GetChainInfo][grain]: [expired]")
	}
	_, err := w.open().Health(t.Context())
	if !errors.Is(err, ledger.ErrUnavailable) || !strings.Contains(err.Error(), "certificate of gateway") {
		t.Errorf("got %v", err)
	}
}
