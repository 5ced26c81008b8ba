package faults

import (
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/network"
)

// relay hands connections on to a peer and can cut them.
type relay struct {
	to       string
	listener net.Listener

	mu    sync.Mutex
	conns map[net.Conn]bool
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{to: to, listener: l, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = l.Close(); r.cut() })
	go r.run()
	return r
}

func (r *relay) run() {
	for {
		from, err := r.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", r.to)
		if err != nil {
			_ = from.Close()
			continue
		}
		r.mu.Lock()
		r.conns[from], r.conns[to] = true, true
		r.mu.Unlock()
		go r.forward(from, to)
		go r.forward(to, from)
	}
}

// forward copies until one of the two ends, and ends both then.
func (r *relay) forward(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range []net.Conn{from, to} {
		_ = c.Close()
		delete(r.conns, c)
	}
}

// cut ends all connections at once; new ones are taken.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		_ = c.Close()
	}
}

// throughRelays lets the gateway reach its peers through relays alone.
func throughRelays(t *testing.T, relays *[]*relay) func(*scene) {
	return func(s *scene) {
		for i := range s.profile.Peers {
			r := newRelay(t, s.profile.Peers[i].Address)
			s.profile.Peers[i].Address = r.listener.Addr().String()
			*relays = append(*relays, r)
		}
	}
}

// lostOften is how many transactions have to lose their answer, for the test
// to tell something.
const lostOften = 20

// A transaction whose outcome does not arrive was sent all the same. The
// gateway finds out, and nothing is done twice.
func TestLostCommitStatus(t *testing.T) {
	var relays []*relay
	s := newScene(t, network.Raft, throughRelays(t, &relays))
	random := rand.New(rand.NewPCG(7, 7))
	s.underLoad("a", func(*load) {
		within(t, "enough transactions lose their answer", func() bool {
			time.Sleep(time.Duration(20+random.IntN(200)) * time.Millisecond) // until the next cut
			for _, r := range relays {
				r.cut()
			}
			return s.gateway.out.count("the outcome of a transaction was lost") >= lostOften
		})
	})
	s.serves("once the connections hold")
	s.check()
}
