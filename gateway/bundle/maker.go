package bundle

import (
	"context"
	"strconv"
	"sync"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
)

// Bounds of what making bundles costs.
const (
	maxMaking    = 4        // at once
	maxKeptBytes = 32 << 20 // of bundles under the newest checkpoint
)

// Maker makes bundles and keeps them while their checkpoint is the newest.
// All methods may be called from many goroutines at once.
type Maker struct {
	log   Log
	index Index
	slots chan struct{}
	// witnesses are whom the operator names in the trust file.
	witnesses []proof.TrustedWitness

	mu    sync.Mutex
	note  string // of the checkpoint that kept bundles are under
	keep  map[string][]byte
	bytes int
}

// NewMaker makes bundles out of a log and an index of the same ledger. The
// witnesses are named in the trust file.
func NewMaker(log Log, ix Index, witnesses ...proof.TrustedWitness) *Maker {
	return &Maker{log: log, index: ix, witnesses: append([]proof.TrustedWitness{}, witnesses...),
		slots: make(chan struct{}, maxMaking), keep: map[string][]byte{}}
}

// kept is the bundle that was made under the same checkpoint before, or else a
// new one. Under another checkpoint all others are forgotten.
func (m *Maker) kept(ctx context.Context, anchor tlog.Anchor, lot string, limit int) ([]byte, error) {
	name := lot + " " + strconv.Itoa(limit)
	if raw := m.find(string(anchor.Note), name); raw != nil {
		return raw, nil
	}
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-ctx.Done():
		return nil, index.ErrBusy
	}
	if raw := m.find(string(anchor.Note), name); raw != nil {
		return raw, nil // made while this one waited
	}
	raw, err := m.make(ctx, anchor, lot, limit)
	if err == nil {
		m.store(string(anchor.Note), name, raw)
	}
	return raw, err
}

func (m *Maker) find(note, name string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.note != note {
		return nil
	}
	return m.keep[name]
}

func (m *Maker) store(note, name string, raw []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.note != note || m.bytes+len(raw) > maxKeptBytes {
		clear(m.keep)
		m.note, m.bytes = note, 0
	}
	if len(raw) <= maxKeptBytes {
		m.keep[name] = raw
		m.bytes += len(raw)
	}
}
