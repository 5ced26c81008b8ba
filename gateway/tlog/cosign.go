package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Witness is somebody else's program that cosigns checkpoints which continue
// all that it has cosigned before (C2SP tlog-witness).
type Witness struct {
	URL  string // to which /add-checkpoint is added
	Name string
	Key  *record.PublicKey
}

// ParseWitness reads URL=name:publickey, the key as 04||x||y in hex.
func ParseWitness(s string) (w Witness, err error) {
	url, rest, ok1 := cutLast(s, "=")
	name, point, ok2 := cutLast(rest, ":")
	if !ok1 || !ok2 || !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return w, errors.New("is not URL=name:publickey")
	}
	if err := proof.CheckOrigin(name); err != nil {
		return w, err
	}
	key, err := record.ParsePublicKey(point)
	return Witness{strings.TrimSuffix(url, "/"), name, key}, err
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// askFor is how long a witness may take.
const askFor = 5 * time.Second

// Cosigner asks witnesses for their lines under what is anchored. A witness
// that is down holds nothing up: the note is served without its line.
type Cosigner struct {
	log       *Log
	witnesses []*asked
	slog      *slog.Logger
	client    *http.Client
}

// asked is a witness and how it stands with this log.
type asked struct {
	Witness
	size   uint64 // that it has cosigned last, as far as is known
	failed atomic.Uint64
	told   string
}

// NewCosigner makes a cosigner; Run does the work.
func NewCosigner(log *Log, witnesses []Witness, l *slog.Logger) *Cosigner {
	c := &Cosigner{log: log, slog: l, client: &http.Client{
		Timeout:       askFor,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, w := range witnesses {
		c.witnesses = append(c.witnesses, &asked{Witness: w})
	}
	return c
}

// Failed is how often witnesses did not cosign.
func (c *Cosigner) Failed() (n uint64) {
	for _, w := range c.witnesses {
		n += w.failed.Load()
	}
	return n
}

// Run asks after each anchor until ctx is done, and those that did not answer
// again after a while.
func (c *Cosigner) Run(ctx context.Context, again time.Duration) {
	tick := time.NewTicker(again)
	defer tick.Stop()
	seen := ""
	for ctx.Err() == nil {
		moved := c.log.change()
		if a, err := c.log.Anchored(ctx); err == nil {
			if a.Record != seen {
				seen = a.Record
				c.askAll(ctx, a.Note)
			}
		}
		select {
		case <-ctx.Done():
		case <-moved:
		case <-tick.C:
			seen = ""
		}
	}
}

// askAll asks those witnesses whose line is not under the note, one beside
// another.
func (c *Cosigner) askAll(ctx context.Context, raw []byte) {
	note, err := proof.ParseNote(raw)
	if err != nil {
		return // the ledger has read it
	}
	answers := make(chan *proof.Line, len(c.witnesses))
	for _, w := range c.witnesses {
		if _, ok := note.CosignedBy(w.Name, w.Key); ok {
			answers <- nil
			continue
		}
		go func() { answers <- c.ask(ctx, w, note) }()
	}
	for range c.witnesses {
		line := <-answers
		if line == nil {
			continue
		}
		if note, err = note.With(*line); err == nil {
			err = c.log.Cosign(note)
		}
		if err != nil {
			c.slog.Error("a witness's line is not kept", "error", err)
		}
	}
}

// ask asks one witness. nil: it did not cosign.
func (c *Cosigner) ask(ctx context.Context, w *asked, note *proof.Note) *proof.Line {
	line, err := c.addCheckpoint(ctx, w, note)
	var other sizeError
	if errors.As(err, &other) && uint64(other) != w.size && uint64(other) <= note.Size {
		w.size = uint64(other)
		line, err = c.addCheckpoint(ctx, w, note)
	}
	if err != nil {
		w.failed.Add(1)
		if err.Error() != w.told && ctx.Err() == nil {
			w.told = err.Error()
			c.slog.Warn("a witness did not cosign", "witness", w.Name, "size", note.Size, "error", err)
		}
		return nil
	}
	if w.told != "" {
		c.slog.Info("a witness cosigns again", "witness", w.Name, "size", note.Size)
	}
	w.size, w.told = note.Size, ""
	return line
}

// sizeError is a witness's answer that it has cosigned another size last.
type sizeError uint64

func (e sizeError) Error() string { return fmt.Sprintf("it has cosigned %d leaves last", uint64(e)) }

func (c *Cosigner) addCheckpoint(ctx context.Context, w *asked, note *proof.Note) (*proof.Line, error) {
	path, err := c.log.Consistency(ctx, w.size, note.Size)
	if err != nil {
		return nil, err
	}
	body := (&proof.AddCheckpoint{Old: w.size, Proof: path, Note: note}).Bytes()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read only
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusConflict {
		size, err := strconv.ParseUint(strings.TrimSuffix(string(answer), "\n"), 10, 63)
		if err != nil {
			return nil, errors.New("its answer to another size is no size")
		}
		return nil, sizeError(size)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %d: %.200q", resp.StatusCode, answer)
	}
	return ownLine(w.Witness, note, string(answer))
}

// ownLine takes the witness's line out of its answer, and keeps none that
// does not hold.
func ownLine(w Witness, note *proof.Note, answer string) (*proof.Line, error) {
	for s := range strings.SplitSeq(strings.TrimSuffix(answer, "\n"), "\n") {
		line, err := proof.ParseSignatureLine(s)
		if err != nil {
			return nil, err
		}
		if with, err := note.With(line); err == nil {
			if _, ok := with.CosignedBy(w.Name, w.Key); ok {
				return &line, nil
			}
		}
	}
	return nil, errors.New("its answer has no line that its key has signed")
}
