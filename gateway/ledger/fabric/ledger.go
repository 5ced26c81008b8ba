// Package fabric is the gateway's ledger over a channel of Hyperledger Fabric.
//
// It speaks to the gateway service of the peers that a network.Profile names,
// one at a time, and reads the block stream from them. What those peers answer
// is told in the words of package ledger. It does not repeat a transaction
// that may have been sent: that is the packer's business.
package fabric

import (
	"context"
	"errors"
	"fmt"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/network"
)

// Ledger is a channel seen through its peers. Open makes one; Close ends it.
type Ledger struct {
	opt       Options
	profile   *network.Profile
	names     map[string]string // contract by chaincode name
	id        *identityFiles
	peers     *peers
	endorsers *peers // the same, asked for transactions
	submits   slots
	reads     slots
	health    healthCache

	life context.Context // done once the ledger is closed
	end  context.CancelFunc
}

var _ ledger.Ledger = (*Ledger)(nil)

// Open reads what p names and prepares the connections; it does not wait for
// a peer. It fails where a file cannot be read, where key and certificate do
// not belong together, and where the certificate has expired. ctx bounds
// nothing but Open itself.
func Open(ctx context.Context, p *network.Profile, opt Options) (*Ledger, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	names, err := contractNames(p.Contracts)
	if err != nil {
		return nil, err
	}
	id := &identityFiles{msp: p.MSP, certificate: p.Certificate, key: p.Key, log: opt.Log, now: opt.now}
	if _, err := id.current(); err != nil {
		return nil, fmt.Errorf("fabric: identity of %s: %w", p.MSP, err)
	}
	peers, err := dial(p.Peers, opt)
	if err != nil {
		return nil, err
	}
	l := &Ledger{
		opt: opt, profile: p, names: names, id: id, peers: peers, endorsers: peers.forTask("transactions"),
		submits: make(slots, opt.InFlight), reads: make(slots, opt.InFlight),
	}
	l.life, l.end = context.WithCancel(context.Background())
	return l, nil
}

// Close ends all calls and streams. A transaction under way that may have been
// sent is answered with ledger.ErrUnknown, one that was not with
// ledger.ErrClosed.
func (l *Ledger) Close() error {
	l.end()
	return l.peers.close()
}

// live is ctx that also ends when the ledger is closed.
func (l *Ledger) live(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(l.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// ended is the error of a call that was ended from this side before anything
// was sent; nil if none of the two did it.
func (l *Ledger) ended(ctx context.Context) error {
	if l.life.Err() != nil {
		return ledger.ErrClosed
	}
	err := ctx.Err()
	if errors.Is(err, context.DeadlineExceeded) {
		// Without the deadline in the chain: for a caller, it would mean
		// that the outcome is not known.
		return fmt.Errorf("%w: no answer in time; nothing was written", ledger.ErrUnavailable)
	}
	return err
}

func contractNames(chaincodes map[string]string) (map[string]string, error) {
	names := make(map[string]string, len(chaincodes))
	for contract, chaincode := range chaincodes {
		if other, taken := names[chaincode]; taken {
			return nil, fmt.Errorf("fabric: profile: contracts %s and %s name one chaincode, %s", contract, other, chaincode)
		}
		names[chaincode] = contract
	}
	return names, nil
}

// slots bounds how many calls are under way at once.
type slots chan struct{}

// enter waits for a slot and returns what gives it back.
func (s slots) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
