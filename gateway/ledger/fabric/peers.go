package fabric

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"

	"github.com/grainledger/grainledger/network"
)

const (
	// maxMessage is the largest message either way, in bytes. It is the
	// peers' own default.
	maxMessage = 100 << 20
	// Peers cut a connection that is probed more than once a minute.
	probeEvery  = 75 * time.Second
	probeAnswer = 20 * time.Second
	// connectTimeout is how long a peer that does not refuse may keep a call
	// waiting before it counts as failed.
	connectTimeout = 5 * time.Second
)

// endpoint is one peer and the connection to it.
type endpoint struct {
	network.ProfilePeer
	conn *grpc.ClientConn

	// Of peers.mu:
	failures int       // in a row
	until    time.Time // left alone until then
	tried    bool      // one call has been sent there after a pause
}

// peers are the profile's peers in order of preference. One that fails is
// left for a pause that grows with each failure in a row; then one call tries
// it again.
type peers struct {
	opt  Options
	task string // what they are asked for, in the log
	all  []*endpoint

	mu sync.Mutex
}

func dial(profile []network.ProfilePeer, opt Options) (*peers, error) {
	ps := &peers{opt: opt, task: "reading"}
	for _, p := range profile {
		e := &endpoint{ProfilePeer: p}
		creds, err := newPeerTLS(p.ServerName, p.Authority)
		if err == nil {
			e.conn, err = grpc.NewClient(p.Address, connection(creds, opt)...)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("fabric: peer %s: %w", p.Address, err), ps.close())
		}
		ps.all = append(ps.all, e)
	}
	if len(ps.all) == 0 {
		return nil, errors.New("fabric: the profile names no peer")
	}
	return ps, nil
}

// forTask are the same connections with a memory of their own: a peer whose
// organisation's chaincode is away cannot endorse and is fit for all else.
func (ps *peers) forTask(task string) *peers {
	other := &peers{opt: ps.opt, task: task}
	for _, e := range ps.all {
		other.all = append(other.all, &endpoint{ProfilePeer: e.ProfilePeer, conn: e.conn})
	}
	return other
}

func connection(creds *peerTLS, opt Options) []grpc.DialOption {
	// Failed calls do not wait for grpc's own pauses, which grow to minutes;
	// a peer that came back must be found when it is tried again.
	retry := backoff.Config{BaseDelay: min(opt.firstPause, time.Second) / 2, Multiplier: 1.5, Jitter: 0.2, MaxDelay: 3 * time.Second}
	return []grpc.DialOption{
		grpc.WithTransportCredentials(creds),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: retry, MinConnectTimeout: connectTimeout}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: probeEvery, Timeout: probeAnswer, PermitWithoutStream: true}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		grpc.WithIdleTimeout(0), // a connection that is gone shows before a transaction needs it
	}
}

// turn is the order in which one call tries the peers: those that work, by
// preference, then those that are left alone, soonest back first.
func (ps *peers) turn() []*endpoint {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	now := ps.opt.now()
	var order, left []*endpoint
	for _, e := range ps.all {
		if e.until.After(now) {
			left = insertByUntil(left, e)
			continue
		}
		if e.failures > 0 {
			// This call tries it; the others wait for what comes of it.
			e.until, e.tried = now.Add(ps.pause(e.failures)), true
		}
		order = append(order, e)
	}
	return append(order, left...)
}

func insertByUntil(list []*endpoint, e *endpoint) []*endpoint {
	i := len(list)
	for i > 0 && list[i-1].until.After(e.until) {
		i--
	}
	return append(list[:i:i], append([]*endpoint{e}, list[i:]...)...)
}

// works notes that e answered.
func (ps *peers) works(e *endpoint) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if e.failures > 0 {
		ps.opt.Log.Info("a peer answers again", "peer", e.Address, "task", ps.task)
	}
	e.failures, e.until, e.tried = 0, time.Time{}, false
}

// failed notes that e did not answer. Calls that were under way together
// count as one failure.
func (ps *peers) failed(e *endpoint, why error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	now := ps.opt.now()
	if e.until.After(now) && !e.tried {
		return
	}
	e.failures++
	pause := ps.pause(e.failures)
	e.until, e.tried = now.Add(pause), false
	ps.opt.Log.Warn("a peer does not answer", "peer", e.Address, "task", ps.task, "failures", e.failures, "pause", pause, "error", inFull(why))
}

func (ps *peers) pause(failures int) time.Duration {
	return min(ps.opt.firstPause<<min(failures-1, 20), ps.opt.mostPause)
}

func (ps *peers) close() error {
	var errs []error
	for _, e := range ps.all {
		errs = append(errs, e.conn.Close())
	}
	return errors.Join(errs...)
}
