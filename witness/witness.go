package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// witness cosigns checkpoints of the logs that it knows, each only where it
// continues all that was cosigned of that log before.
type witness struct {
	name  string
	key   *record.PrivateKey
	logs  map[string][]*record.PublicKey // by origin
	store *store
	clock func() time.Time
	log   *slog.Logger
	lock  io.Closer // of its directory

	mu sync.Mutex // one checkpoint at a time
}

func (w *witness) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.addCheckpoint)
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "ok") })
	return mux
}

// refusal is why a checkpoint is not cosigned, and the status that C2SP
// tlog-witness gives it.
type refusal struct {
	status int
	why    string
	size   *uint64 // that was cosigned last; the answer's body
}

func (r *refusal) Error() string { return r.why }

func (w *witness) addCheckpoint(rw http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, req.Body, proof.MaxAddCheckpoint))
	if err != nil {
		http.Error(rw, "the request cannot be read, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	line, err := w.decide(body)
	var no *refusal
	switch {
	case err == nil:
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(rw, line.String()) //nolint:errcheck // whoever does not read it asks again
	case errors.As(err, &no) && no.size != nil:
		rw.Header().Set("Content-Type", "text/x.tlog.size")
		rw.WriteHeader(no.status)
		fmt.Fprintf(rw, "%d\n", *no.size)
	case no != nil:
		http.Error(rw, no.why, no.status)
	default:
		w.log.Error("cannot answer", "error", err)
		http.Error(rw, "the witness failed", http.StatusInternalServerError)
	}
}

// decide cosigns, or says why not. What is cosigned is durable first.
func (w *witness) decide(body []byte) (proof.Line, error) {
	r, err := proof.ParseAddCheckpoint(body)
	if err != nil {
		return proof.Line{}, &refusal{status: http.StatusBadRequest, why: err.Error()}
	}
	if err := w.known(r.Note); err != nil {
		return proof.Line{}, w.refuse(r, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	last, err := w.store.last(r.Note.Origin)
	if err != nil {
		return proof.Line{}, err
	}
	if no := continues(last, r); no != nil {
		if no.status == http.StatusUnprocessableEntity || no.status == http.StatusConflict && r.Old == last.Size {
			err = w.store.evidence(r.Note)
		}
		return proof.Line{}, errors.Join(w.refuse(r, no), err)
	}
	if r.Note.Size > last.Size || last.Note == "" {
		if err := w.store.keep(r.Note); err != nil {
			return proof.Line{}, err
		}
	}
	return r.Note.Cosign(w.name, w.key, w.clock())
}

// known wants a log that is configured, and its key's signature.
func (w *witness) known(n *proof.Note) *refusal {
	keys := w.logs[n.Origin]
	if keys == nil {
		return &refusal{status: http.StatusNotFound, why: "this witness does not know the log"}
	}
	for _, k := range keys {
		if n.SignedBy(k) {
			return nil
		}
	}
	return &refusal{status: http.StatusForbidden, why: "no key of the log has signed the note"}
}

// continues wants the note to begin with all that was cosigned.
func continues(last seen, r *proof.AddCheckpoint) *refusal {
	switch {
	case r.Old > r.Note.Size:
		return &refusal{status: http.StatusBadRequest, why: "the old size is beyond the note's"}
	case r.Old != last.Size:
		return &refusal{status: http.StatusConflict, why: "another size was cosigned last", size: &last.Size}
	case r.Note.Size == last.Size && r.Note.Root != last.Root:
		return &refusal{status: http.StatusConflict, why: "another root of this size was cosigned", size: &last.Size}
	}
	if err := proof.VerifyConsistency(last.Size, r.Note.Size, r.Proof, last.Root, r.Note.Root); err != nil {
		return &refusal{status: http.StatusUnprocessableEntity, why: "the log does not begin with what was cosigned of it"}
	}
	return nil
}

// refuse logs a refusal.
func (w *witness) refuse(r *proof.AddCheckpoint, no *refusal) error {
	w.log.Warn("refused", "log", r.Note.Origin, "size", r.Note.Size, "root", r.Note.Root, "old", r.Old, "status", no.status, "why", no.why)
	return no
}
