package ledger

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/grainledger/grainledger/record"
)

// Seal is a sealed part on its way to the private collection.
type Seal struct {
	Record string // id of the record that names the part
	Issuer string // with Ref, names the record on the ledger
	Ref    string
	Name   string // the part's SM3
	Part   []byte
	Kept   time.Time // when it came; set by the store
	Tries  int       // how often it was put off; set by the store
}

// SealStore keeps sealed parts, by record and name, until the ledger has
// stored them. Its methods may be called from many goroutines at once.
type SealStore interface {
	// Keep makes the parts durable; they are due at the given time. A part
	// that is kept already stays as it is.
	Keep(ctx context.Context, due time.Time, seals []Seal) error
	// Due lists up to limit parts that are due now, oldest first.
	Due(ctx context.Context, now time.Time, limit int) ([]Seal, error)
	// PutOff makes a part due at another time and counts the try.
	PutOff(ctx context.Context, s Seal, due time.Time) error
	// Drop forgets a part: it is stored, or will never be.
	Drop(ctx context.Context, s Seal) error
}

// How sealed parts are sent.
const (
	sealGrace    = time.Minute         // from Keep until the store's copy is due: the record goes first
	sealLook     = 5 * time.Second     // between looks into the store
	sealMostWait = 10 * time.Minute    // between tries
	sealAtOnce   = 1024                // parts that wait in memory; more come out of the store
	sealInFlight = 2                   // seal transactions at once
	sealPage     = record.MaxSealParts // parts read from the store at once
)

// sealer sends seal transactions: at once after the commit of the record, and
// later from the store what was not answered. What waits goes together, for a
// transaction costs the same with many parts. It never keeps a record waiting.
type sealer struct {
	ledger Ledger
	opt    PackerOptions
	fresh  chan Seal
	done   sync.WaitGroup
	quit   chan struct{} // closed: send what is fresh and stop
	once   sync.Once
}

func newSealer(l Ledger, opt PackerOptions) *sealer {
	return &sealer{ledger: l, opt: opt, fresh: make(chan Seal, sealAtOnce), quit: make(chan struct{})}
}

func (s *sealer) start(ctx context.Context) {
	for range sealInFlight {
		s.done.Go(func() { s.runFresh(ctx) })
	}
	if s.opt.Seals != nil {
		s.done.Go(func() { s.runStored(ctx) })
	}
}

// keep makes the sealed parts of the records durable.
func (s *sealer) keep(ctx context.Context, items []*pending) error {
	var seals []Seal
	for _, item := range items {
		seals = append(seals, item.seals...)
	}
	if len(seals) == 0 || s.opt.Seals == nil {
		return nil
	}
	if err := s.opt.Seals.Keep(ctx, s.opt.Clock().Add(sealGrace), seals); err != nil {
		return fmt.Errorf("packer: keep sealed parts: %w", err)
	}
	return nil
}

// decided hands on the sealed parts of a record that the ledger has, and
// drops those of one that it refused.
func (s *sealer) decided(seals []Seal, r Receipt) {
	for _, seal := range seals {
		if r.Outcome == record.Rejected {
			_ = s.drop(context.Background(), seal) // or the ledger refuses it later
			continue
		}
		select {
		case s.fresh <- seal:
		default: // the store has it
		}
	}
}

func (s *sealer) runFresh(ctx context.Context) {
	for {
		select {
		case seal := <-s.fresh:
			_ = s.sendAll(ctx, s.collect(seal)) // the store's trouble is logged
		case <-ctx.Done():
			return
		case <-s.quit:
			if len(s.fresh) == 0 {
				return
			}
		}
	}
}

// collect takes what waits beside the first, as far as it goes into one
// transaction.
func (s *sealer) collect(first Seal) []Seal {
	seals := []Seal{first}
	for len(seals) < record.MaxSealParts {
		select {
		case seal := <-s.fresh:
			seals = append(seals, seal)
		default:
			return seals
		}
	}
	return seals
}

func (s *sealer) runStored(ctx context.Context) {
	tick := time.NewTicker(sealLook)
	defer tick.Stop()
	for {
		s.sendDue(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		case <-s.quit:
			return
		}
	}
}

// sendDue goes through what is due in the store.
func (s *sealer) sendDue(ctx context.Context) {
	for ctx.Err() == nil {
		seals, err := s.opt.Seals.Due(ctx, s.opt.Clock(), sealPage)
		if err != nil {
			s.opt.Log.Error("reading sealed parts that are due failed", "error", err)
			return
		}
		if s.sendAll(ctx, seals) != nil {
			return // they would come again at once
		}
		if len(seals) < sealPage {
			return
		}
	}
}

func (s *sealer) putOff(ctx context.Context, seal Seal) error {
	if s.opt.Seals == nil {
		return nil
	}
	wait := min(sealLook<<min(seal.Tries, 10), sealMostWait)
	err := s.opt.Seals.PutOff(ctx, seal, s.opt.Clock().Add(wait))
	if err != nil {
		s.opt.Log.Error("putting off a sealed part failed", "error", err)
	}
	return err
}

func (s *sealer) drop(ctx context.Context, seal Seal) error {
	if s.opt.Seals == nil {
		return nil
	}
	err := s.opt.Seals.Drop(ctx, seal)
	if err != nil {
		s.opt.Log.Error("forgetting a sealed part failed", "error", err) // it is sent once more
	}
	return err
}

// drain lets the workers send what is fresh and stop, until ctx ends.
func (s *sealer) drain(ctx context.Context) {
	s.once.Do(func() { close(s.quit) })
	stopped := make(chan struct{})
	go func() {
		s.done.Wait()
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-ctx.Done():
	}
}

func (s *sealer) wait() { s.done.Wait() }
