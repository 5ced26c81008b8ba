package ledger

import (
	"errors"
	"time"

	"github.com/grainledger/grainledger/record"
)

// A record whose signature does not hold is refused by the ledger and stands
// in a block with its refusal. So that a stranger cannot fill the disk with
// such records, each peer may send only so many bytes of them in a time.
const (
	// ForgedBytes is how many bytes of badly signed envelopes a peer may send
	// at once before it has to wait.
	ForgedBytes = 1 << 20
	// ForgedBytesPerSecond is how many of them are forgiven each second.
	ForgedBytesPerSecond = 8 << 10
	// mostDebtors bounds the memory; beyond it those who owe nothing any more
	// are forgotten.
	mostDebtors = 10_000
)

// ErrForged: the peer has sent too many badly signed records. Nothing was
// queued; try again later (429).
var ErrForged = errors.New("packer: too many badly signed records from this peer")

// Admit tells whether a peer's records are taken at all now: nil, or ErrForged.
// It is asked where records come in; Enqueue does not ask, so that what was
// received in a job is decided.
func (p *Packer) Admit(peer string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.forged.barred(peer, p.opt.Clock()) {
		return ErrForged
	}
	return nil
}

// Charge holds a refusal against a peer whose records were decided without the
// packer, where its signature was at fault. Trying costs the verification
// that a submission would.
func (p *Packer) Charge(peer string, code record.Code, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forged.note(peer, code, bytes, p.opt.Clock())
}

// debt is the bytes of badly signed envelopes that a peer answers for.
type debt struct {
	bytes int64
	since time.Time
}

// forgeries keeps the debts. It is not safe for concurrent use.
type forgeries map[string]debt

// left is what a debt has come down to.
func (d debt) left(now time.Time) int64 {
	return max(0, d.bytes-int64(now.Sub(d.since).Seconds()*ForgedBytesPerSecond))
}

// note charges a peer for a refused record, where its signature was at fault.
func (f forgeries) note(peer string, code record.Code, bytes int, now time.Time) {
	if peer == "" || code != record.BadSignature && code != record.TooFewSigned {
		return
	}
	if len(f) >= mostDebtors {
		f.forget(now)
	}
	f[peer] = debt{bytes: f[peer].left(now) + int64(bytes), since: now}
}

// barred tells whether a peer has to wait.
func (f forgeries) barred(peer string, now time.Time) bool {
	return f[peer].left(now) > ForgedBytes
}

func (f forgeries) forget(now time.Time) {
	for peer, d := range f {
		if d.left(now) == 0 {
			delete(f, peer)
		}
	}
}
