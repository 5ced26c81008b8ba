package tlog

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Submitter decides records. The packer is one.
type Submitter interface {
	Submit(ctx context.Context, subs []ledger.Submission) ([]ledger.Receipt, error)
}

// Defaults of AnchorOptions.
const (
	// DefaultAnchorEvery is how long a record waits for its checkpoint.
	DefaultAnchorEvery = 5 * time.Second
	// DefaultAnchorLeaves is so many new leaves that a checkpoint does not wait.
	DefaultAnchorLeaves = 20_000
)

// AnchorOptions says how a log is anchored.
type AnchorOptions struct {
	Key    *record.PrivateKey // signs checkpoints and their records
	Issuer string             // whose key it is; the log's origin begins with it
	Every  time.Duration
	Leaves uint64
	Memory string // file that remembers what was signed last; not in the log's directory, which may be dropped
	Disk   durable.Disk
	Log    *slog.Logger
}

// Anchorer signs checkpoints of a log and has the ledger anchor them. There is
// one for a log: the gateway that holds the log's key.
type Anchorer struct {
	log    *Log
	ledger ledger.Ledger
	submit Submitter
	opt    AnchorOptions

	anchored atomic.Uint64 // checkpoints that the ledger took
	failed   atomic.Uint64 // attempts that it did not
	told     string        // the newest trouble that was logged
}

// NewAnchorer makes an anchorer; Run does the work.
func NewAnchorer(log *Log, l ledger.Ledger, submit Submitter, opt AnchorOptions) *Anchorer {
	if opt.Every <= 0 {
		opt.Every = DefaultAnchorEvery
	}
	if opt.Leaves == 0 {
		opt.Leaves = DefaultAnchorLeaves
	}
	return &Anchorer{log: log, ledger: l, submit: submit, opt: opt}
}

// Stats is how many checkpoints the ledger took, and how many attempts failed.
func (a *Anchorer) Stats() (anchored, failed uint64) { return a.anchored.Load(), a.failed.Load() }

// Run anchors the log until ctx is done. What goes wrong is logged and tried
// again, except that a log which is not the one that was anchored or signed
// before is not anchored any more: an operator has to look.
func (a *Anchorer) Run(ctx context.Context) {
	for ctx.Err() == nil {
		a.wait(ctx)
		err := a.anchor(ctx)
		if err == nil || ctx.Err() != nil {
			a.told = ""
			continue
		}
		a.failed.Add(1)
		if err.Error() != a.told { // not once more every few seconds
			a.told = err.Error()
			a.opt.Log.Error("the records log is not anchored", "error", err)
		}
	}
}

// wait returns when it is time to look again, or earlier when many leaves came.
func (a *Anchorer) wait(ctx context.Context) {
	due := time.NewTimer(a.opt.Every)
	defer due.Stop()
	from := a.log.Size()
	for {
		moved := a.log.change()
		if a.log.Size() >= from+a.opt.Leaves {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-due.C:
			return
		case <-moved:
		}
	}
}

// change is closed at the log's next change.
func (l *Log) change() <-chan struct{} {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.moved
}

// anchor brings the log as it is now onto the ledger, where it has grown.
func (a *Anchorer) anchor(ctx context.Context) error {
	if err := a.log.Disagrees(); err != nil {
		return err
	}
	was, err := a.state(ctx)
	if err != nil {
		return err
	}
	c := proof.Checkpoint{Origin: a.log.Origin(), Size: a.log.Size()}
	if c.Size <= was.Size {
		return nil // nothing new, or the log is still reading
	}
	if root, err := a.log.Root(was.Size); err != nil || root != was.Root {
		return a.log.alien(fmt.Sprintf("%d leaves under root %s", was.Size, was.Root), err)
	}
	if c.Root, err = a.log.Root(c.Size); err != nil {
		return err
	}
	if err := a.remember(ctx, c); err != nil {
		return err
	}
	return a.send(ctx, was, c)
}

// state asks the ledger what is anchored of the log.
func (a *Anchorer) state(ctx context.Context) (proof.Checkpoint, error) {
	c := proof.Checkpoint{Origin: a.log.Origin(), Root: proof.EmptyRoot()}
	arg, err := json.Marshal([]string{record.LogKey(c.Origin)})
	if err != nil {
		return c, err
	}
	answer, err := a.ledger.Evaluate(ctx, ledger.Tx{Function: record.FnState, Args: [][]byte{arg}})
	if err != nil {
		return c, fmt.Errorf("ask for the anchored size: %w", err)
	}
	var states []*record.LogState
	if err := json.Unmarshal(answer, &states); err != nil || len(states) != 1 {
		return c, fmt.Errorf("ask for the anchored size: the answer cannot be read: %w", err)
	}
	if states[0] != nil {
		c.Size = states[0].Size
		c.Root, err = proof.ParseHash(states[0].Root)
	}
	return c, err
}

// maxMemory bounds the file of what was signed last.
const maxMemory = 4 << 10

// remember writes down what is about to be signed, and refuses to sign a log
// that does not begin with what was signed before: two roots for one size
// under one key would prove that the log's owner lies.
func (a *Anchorer) remember(ctx context.Context, c proof.Checkpoint) error {
	raw, err := durable.Read(a.opt.Disk, a.opt.Memory, maxMemory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		var last proof.Checkpoint
		if err := json.Unmarshal(raw, &last); err != nil {
			return fmt.Errorf("%s cannot be read: %w", a.opt.Memory, err)
		}
		if err := a.follows(ctx, last, c); err != nil {
			return err
		}
	}
	if raw, err = json.Marshal(&c); err != nil {
		return err
	}
	return durable.Write(a.opt.Disk, a.opt.Memory, raw)
}

func (a *Anchorer) follows(ctx context.Context, last, c proof.Checkpoint) error {
	if last.Origin != c.Origin {
		return nil // the key signed another log
	}
	if last.Size > c.Size {
		health, err := a.ledger.Health(ctx)
		if err != nil {
			return err
		}
		if a.log.Height() < health.Height {
			return fmt.Errorf("%d leaves were signed before, and the log has read %d so far", last.Size, c.Size)
		}
		return fmt.Errorf("%d leaves were signed before, and the ledger has %d: it is another, or was set back", last.Size, c.Size)
	}
	if root, err := a.log.Root(last.Size); err != nil || root != last.Root {
		return fmt.Errorf("%d leaves were signed before under the root %s, and the log has another: the ledger is another, or was set back", last.Size, last.Root)
	}
	return nil
}

// send signs the checkpoint and submits its record. The ref says the size, so
// that a record of which the outcome was lost is not accepted twice.
func (a *Anchorer) send(ctx context.Context, was, c proof.Checkpoint) error {
	path, err := a.log.Consistency(ctx, was.Size, c.Size)
	if err != nil {
		return err
	}
	note, err := proof.Sign(c, a.opt.Key)
	if err != nil {
		return err
	}
	p := &record.Checkpoint{
		Header: record.Header{Issuer: a.opt.Issuer, Ref: fmt.Sprintf("%s-%d", a.log.name(), c.Size),
			OccurredAt: time.Now().UTC().Format(time.RFC3339)},
		Note: base64.StdEncoding.EncodeToString(note.Bytes()), KeyID: a.opt.Key.Public().ID(),
	}
	for _, h := range path {
		p.Consistency = append(p.Consistency, h.String())
	}
	envelope, err := record.Sign(p, a.opt.Key)
	if err != nil {
		return err
	}
	raw, err := envelope.Encode()
	if err != nil {
		return err
	}
	receipts, err := a.submit.Submit(ctx, []ledger.Submission{{Envelope: raw}})
	if err != nil {
		return fmt.Errorf("submit the checkpoint of %d leaves: %w", c.Size, err)
	}
	if r := receipts[0]; r.Outcome == record.Rejected {
		return fmt.Errorf("the ledger refused the checkpoint of %d leaves: %s: %s", c.Size, r.Reason, r.Detail)
	}
	a.anchored.Add(1)
	return a.seen(ctx, c.Size)
}

// seen waits until the log has read the block that anchors so many leaves.
func (a *Anchorer) seen(ctx context.Context, size uint64) error {
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	for {
		moved := a.log.change()
		if a.log.AnchoredSize() >= size {
			return nil
		}
		if err := a.log.Disagrees(); err != nil {
			return err
		}
		select {
		case <-moved:
		case <-late.C:
			return fmt.Errorf("the block that anchors %d leaves has not come for a minute", size)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
