package fabric

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// follow reads n blocks from number from on and checks their order; each is
// called after each.
func follow(t *testing.T, l *Ledger, from uint64, n int, each func(ledger.Block)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	due := from
	for b, err := range l.Blocks(ctx, from) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Number != due {
			t.Fatalf("block %d where %d was due", b.Number, due)
		}
		if each != nil {
			each(b)
		}
		if due++; due == from+uint64(n) {
			return
		}
	}
	t.Fatalf("the stream ended before block %d", due)
}

func TestBlocks(t *testing.T) {
	w := newWorld(t, 1)
	w.chain.grow(3)
	var before []byte
	follow(t, w.open(), 0, 8, func(b ledger.Block) {
		if string(b.Previous) != string(before) {
			t.Errorf("block %d follows on %x", b.Number, b.Previous)
		}
		before = b.Hash
		if b.Number >= 3 {
			w.chain.grow(1) // goes on with new ones
		}
	})
	follow(t, w.open(), 5, 2, nil)
}

// Whatever ends a stream, the next one begins with the block that is due.
func TestBlocksOverReconnects(t *testing.T) {
	for name, end := range map[string]func(*fakePeer, peer.Deliver_DeliverServer) error{
		"hangs up": func(*fakePeer, peer.Deliver_DeliverServer) error { return nil },
		"fails": func(*fakePeer, peer.Deliver_DeliverServer) error {
			return status.Error(codes.Unavailable, "going down")
		},
		"dies": func(p *fakePeer, s peer.Deliver_DeliverServer) error { return p.hangUp(s.Context()) },
		"ends with a status": func(_ *fakePeer, s peer.Deliver_DeliverServer) error {
			return s.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Status{Status: common.Status_SERVICE_UNAVAILABLE}})
		},
		"has no channel": func(_ *fakePeer, s peer.Deliver_DeliverServer) error {
			return s.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Status{Status: common.Status_NOT_FOUND}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2)
			w.chain.grow(30)
			for i, p := range w.peers {
				if name == "dies" && i == 1 {
					continue // the other one must live
				}
				sent := 0
				p.block = func(s peer.Deliver_DeliverServer, b *common.Block) error {
					if sent++; sent%4 == 0 {
						return errors.Join(end(p, s), errEndOfStream)
					}
					return sendBlock(s, b)
				}
			}
			follow(t, w.open(), 0, 31, nil)
			if w.peers[0].count("deliver") == 0 || w.peers[1].count("deliver") == 0 {
				t.Error("one of the peers was never asked")
			}
		})
	}
}

var errEndOfStream = status.Error(codes.Aborted, "end of this stream")

func TestBlocksWaitForPeers(t *testing.T) {
	w := newWorld(t, 2)
	w.chain.grow(4)
	var log logged
	l := w.open(func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	follow(t, l, 0, 5, func(b ledger.Block) {
		if b.Number != 2 {
			return
		}
		for _, p := range w.peers {
			p.stop()
		}
		go func() {
			log.await("level=ERROR") // all of them have failed
			w.peers[1].start(w.peers[1].address)
		}()
	})
}

// A peer that stands still ends no stream. It is left when another one has the
// block that is due.
func TestBlocksLeaveAPeerThatStandsStill(t *testing.T) {
	w := newWorld(t, 2)
	w.chain.grow(3)
	w.peers[0].script(func() {
		w.peers[0].block = func(s peer.Deliver_DeliverServer, b *common.Block) error {
			if b.GetHeader().GetNumber() < 2 {
				return sendBlock(s, b)
			}
			<-s.Context().Done()
			return s.Context().Err()
		}
	})
	var log logged
	l := w.open(func(o *Options) {
		o.stall = 10 * time.Millisecond
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	follow(t, l, 0, 4, nil)
	if !strings.Contains(log.String(), errStalled.Error()) {
		t.Errorf("the log does not say why: %s", log.String())
	}
}

// Where nobody has a new block, a silent stream is left alone.
func TestQuietChainIsNoStall(t *testing.T) {
	w := newWorld(t, 2)
	l := w.open(func(o *Options) { o.stall = 200 * time.Millisecond })
	go func() {
		for w.peers[0].count("evaluate qscc") < 3 && t.Context().Err() == nil { // it looks, and looks again
			time.Sleep(time.Millisecond)
		}
		w.chain.grow(1)
	}()
	follow(t, l, 0, 2, nil)
	if n := w.peers[0].count("deliver") + w.peers[1].count("deliver"); n != 1 {
		t.Errorf("%d streams were opened", n)
	}
}

func TestBlocksReturnToThePreferredPeer(t *testing.T) {
	w := newWorld(t, 2)
	w.peers[0].stop()
	l := w.open(func(o *Options) { o.returns = 5e6 })
	started := sync.OnceFunc(func() { w.peers[0].start(w.peers[0].address) })
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { t.Error("it never returned") })
	follow(t, l, 0, 1, func(ledger.Block) { started() })
	next, cease := context.WithCancel(ctx)
	defer cease()
	go func() {
		for w.peers[0].count("deliver") == 0 && ctx.Err() == nil {
			sleep(ctx, 1e6)
		}
		cease()
	}()
	for _, err := range l.Blocks(next, 1) {
		t.Errorf("there is no block 1: %v", err)
	}
	stop()
}

func TestBlockThatDoesNotFollow(t *testing.T) {
	for name, spoil := range map[string]func(*common.Block){
		"another previous hash":  func(b *common.Block) { b.Header.PreviousHash = []byte("x") },
		"another transaction":    func(b *common.Block) { b.Data.Data[0] = []byte("x") },
		"another number":         func(b *common.Block) { b.Header.Number++ },
		"no header":              func(b *common.Block) { b.Header = nil },
		"one transaction less":   func(b *common.Block) { b.Data.Data = nil },
		"another hash of itself": func(b *common.Block) { b.Header.DataHash = nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2)
			w.chain.grow(4)
			w.peers[0].block = func(s peer.Deliver_DeliverServer, b *common.Block) error {
				if b.GetHeader().GetNumber() == 3 {
					b = proto.Clone(b).(*common.Block)
					spoil(b)
				}
				return sendBlock(s, b)
			}
			l := w.open(func(o *Options) { o.firstPause, o.mostPause = 1<<40, 1<<40 })
			var seen uint64
			var last error
			for b, err := range l.Blocks(t.Context(), 0) {
				if last = err; err == nil {
					seen = b.Number
				}
			}
			broken := (*ChainError)(nil)
			if !errors.As(last, &broken) || broken.Block != 3 || broken.Peer != w.peers[0].address || seen != 2 {
				t.Fatalf("after block %d: %v", seen, last)
			}
			// Who asks again is served by somebody else.
			follow(t, l, 2, 3, nil)
		})
	}
}

func TestBlocksRefused(t *testing.T) {
	w := newWorld(t, 1)
	w.peers[0].refuse = common.Status_FORBIDDEN
	var log logged
	l := w.open(func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	go func() {
		log.await("level=ERROR")
		w.peers[0].script(func() { w.peers[0].refuse = 0 })
	}()
	follow(t, l, 0, 1, nil)
	if !strings.Contains(log.String(), "certificate of gateway in GrainMSP") {
		t.Errorf("logged: %s", log.String())
	}
}

func TestBlocksEndWithTheirContext(t *testing.T) {
	w := newWorld(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for b, err := range w.open().Blocks(ctx, 0) {
		if err != nil || b.Number != 0 {
			t.Errorf("got block %d, %v", b.Number, err)
		}
		cancel()
	}
}

// logged keeps a log.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) await(what string) {
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	for !strings.Contains(l.String(), what) && sleep(ctx, 1e6) {
	}
}

// A peer that joined by a snapshot has no block before it. It is passed over
// for one that has, however many of them stand before that one.
func TestBlocksPastPeersThatLackThem(t *testing.T) {
	w := newWorld(t, 3)
	w.chain.grow(5)
	for _, p := range w.peers[:2] {
		p.refuse = common.Status_NOT_FOUND
	}
	var log logged
	follow(t, w.open(func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) }), 0, 6, nil)
	if !strings.Contains(log.String(), "joined by a newer snapshot") || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("logged: %s", log.String())
	}
}
