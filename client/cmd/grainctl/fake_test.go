package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

const rootUSCC = "11000000000013127N"

// fakeGateway is a ledger that knows forms, signatures, sealed parts,
// duplicates and the registry, and nothing of lots.
type fakeGateway struct {
	*httptest.Server
	t  *testing.T
	mu sync.Mutex

	root        record.Root
	height      uint64
	enterprises map[string]*client.Enterprise
	refs        map[string]string         // issuer/ref -> id
	records     map[string]*client.Record // by id
	types       []record.Type             // of the accepted records, in order
	posts       int

	// fault, where it is set, looks at each POST before and after it was
	// decided; true means that it has answered itself.
	fault func(w http.ResponseWriter, post int, decided bool) bool
}

func newFake(t *testing.T, root *record.PrivateKey) *fakeGateway {
	f := &fakeGateway{
		t: t,
		root: record.Root{USCC: rootUSCC, Name: "root", Division: "000000", Threshold: 1,
			Keys: []string{root.Public().Point()}},
		height:      1,
		enterprises: map[string]*client.Enterprise{},
		refs:        map[string]string{},
		records:     map[string]*client.Record{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/ledger", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		answer(w, client.Ledger{Height: f.height, Root: f.root})
	})
	mux.HandleFunc("GET /v1/enterprises/{uscc}", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		found(w, f.enterprises[r.PathValue("uscc")])
	})
	mux.HandleFunc("GET /v1/records/{id}", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		found(w, f.records[r.PathValue("id")])
	})
	mux.HandleFunc("POST /v1/records", f.post)
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func found[T any](w http.ResponseWriter, v *T) {
	if v == nil {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"title":"not found","status":404}`)
		return
	}
	answer(w, v)
}

func (f *fakeGateway) post(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts++
	if f.fault != nil && f.fault(w, f.posts, false) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender broke off: nothing was taken
	}
	submissions, err := client.ParseSubmissions(body)
	if err != nil || len(submissions) > client.MaxBatchRecords || len(body) > client.MaxBatchBytes {
		f.t.Errorf("%d records in %d bytes: %v", len(submissions), len(body), err)
	}
	results := make([]client.Receipt, len(submissions))
	for i, s := range submissions {
		results[i] = client.Receipt{Verdict: f.decide(s), Block: f.height, Status: "committed"}
	}
	f.height++
	if f.fault != nil && f.fault(w, f.posts, true) {
		return
	}
	answer(w, map[string]any{"results": results})
}

func (f *fakeGateway) decide(s client.Submission) record.Verdict {
	t, _ := s.Envelope.Type()
	id := s.Envelope.ID()
	p, err := record.DecodePayload(t, s.Envelope.Payload)
	if err == nil {
		err = f.refusal(p, s)
	}
	v := record.Verdict{Outcome: record.Accepted}
	if record.CodeOf(err) == record.Duplicate {
		v.Outcome, v.Code, v.Reason = record.IsDuplicate, record.Duplicate, record.Duplicate.String()
	} else if err != nil {
		v = record.Refusal(err)
	} else {
		f.accept(p, id)
	}
	v.ID, v.Type, v.Tx = id, t, fmt.Sprintf("tx%d", f.height)
	return v
}

func (f *fakeGateway) refusal(p record.Payload, s client.Submission) error {
	if err := record.Check(p, time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		return err
	}
	if err := f.signature(p, s); err != nil {
		return err
	}
	h := p.Head()
	names := record.SealedNames(p)
	if len(names) != len(s.Sealed) {
		return record.Refuse(record.BadSealed, "%d parts, %d names", len(s.Sealed), len(names))
	}
	for i, part := range s.Sealed {
		if name, err := record.CheckSealed(part, h.Issuer, h.Ref); err != nil || name != names[i] {
			return record.Refuse(record.BadSealed, "part %d: %v", i, err)
		}
	}
	switch f.refs[h.Issuer+"/"+h.Ref] {
	case "":
		return nil
	case s.Envelope.ID():
		return record.Refuse(record.Duplicate, "")
	}
	return record.Refuse(record.RefConflict, "")
}

func (f *fakeGateway) signature(p record.Payload, s client.Submission) error {
	points, need := f.root.Keys, f.root.Threshold
	if issuer := p.Head().Issuer; issuer != f.root.USCC {
		points, need = nil, 1
		if e := f.enterprises[issuer]; e != nil {
			for _, k := range e.Keys {
				points = append(points, k.PublicKey)
			}
		}
	}
	valid := 0
	for _, point := range points {
		k, err := record.ParsePublicKey(point)
		if err == nil && slices.ContainsFunc(s.Envelope.Signatures, func(sig record.Signature) bool {
			return k.ID() == sig.KeyID && k.Verify(s.Envelope.PAE(), sig.Sig)
		}) {
			valid++
		}
	}
	switch {
	case valid == 0:
		return record.Refuse(record.BadSignature, "")
	case valid < need:
		return record.Refuse(record.TooFewSigned, "%d of %d", valid, need)
	}
	return nil
}

func (f *fakeGateway) accept(p record.Payload, id string) {
	h := p.Head()
	f.refs[h.Issuer+"/"+h.Ref] = id
	f.records[id] = &client.Record{ID: id, Type: p.Type(), Issuer: h.Issuer, Ref: h.Ref, Place: client.Place{Block: f.height}}
	f.types = append(f.types, p.Type())
	switch p := p.(type) {
	case *record.Enterprise:
		f.enterprises[p.USCC] = &client.Enterprise{RegisteredEnterprise: record.RegisteredEnterprise{USCC: p.USCC}}
	case *record.Key:
		k, _ := record.ParsePublicKey(p.PublicKey)
		e := f.enterprises[p.Subject]
		e.Keys = append(e.Keys, client.EnterpriseKey{ID: k.ID(), PublicKey: p.PublicKey})
	}
}

// grainctl runs the program and returns what it wrote.
func grainctl(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs strings.Builder
	cmd := newRoot()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

// rootRing is a key directory that holds the root's key, as a gateway in
// development leaves it.
func rootRing(t *testing.T) (dir string, root *record.PrivateKey) {
	t.Helper()
	dir = t.TempDir()
	root, _, err := client.OpenKeyring(dir, nil).EnsureKey(rootUSCC)
	if err != nil {
		t.Fatal(err)
	}
	return dir, root
}
