package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/grainledger/grainledger/gateway/bundle"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	os.Exit(m.Run())
}

// world is a gateway's surroundings, with faults that a test can set.
type world struct {
	mu     sync.Mutex
	faults map[string]string // part -> what is wrong with it
	seen   map[string]string // issuer/ref -> tx
	blocks uint64
	job    *jobs.Job
}

func newWorld() *world {
	return &world{faults: map[string]string{}, seen: map[string]string{}, blocks: 1}
}

func (w *world) set(part, fault string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[part] = fault
}

func (w *world) fault(part string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults[part]
}

// fakeChain decides by the ref: one that names a reason is refused for it.
type fakeChain struct{ *world }

var _ ledger.Ledger = fakeChain{}

func (f fakeChain) Status(context.Context, string) (ledger.Commit, ledger.Code, error) {
	return ledger.Commit{}, "", ledger.ErrNotFound
}

func (f fakeChain) Submit(ctx context.Context, tx ledger.Tx) (ledger.Commit, error) {
	switch fault := f.fault("ledger"); fault {
	case "":
	case "conflict":
		return ledger.Commit{}, ledger.ErrConflict
	case "unknown":
		return ledger.Commit{TxID: "lost"}, ledger.ErrUnknown
	case "unavailable":
		return ledger.Commit{}, ledger.ErrUnavailable
	case "disagree":
		return ledger.Commit{}, ledger.ErrDisagree
	case "invalid":
		return ledger.Commit{}, &ledger.InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}
	case "too large":
		return ledger.Commit{}, ledger.ErrTooLarge
	case "empty":
		return ledger.Commit{}, &ledger.ContractError{Message: record.Refuse(record.NotInitialised, "no root yet").Error()}
	case "broken":
		return ledger.Commit{Response: []byte("{")}, nil
	case "stuck":
		<-ctx.Done()
		return ledger.Commit{}, ctx.Err()
	}
	batch, err := record.DecodeBatch(tx.Args[0])
	if err != nil {
		return ledger.Commit{}, err
	}
	return f.decide(batch)
}

func (f fakeChain) decide(batch [][]byte) (ledger.Commit, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := ledger.Commit{TxID: fmt.Sprintf("tx%d", f.blocks), Block: f.blocks}
	f.blocks++
	verdicts := make([]record.Verdict, len(batch))
	for i, raw := range batch {
		env, err := record.DecodeEnvelope(raw)
		if err != nil {
			return c, err
		}
		t, _ := env.Type()
		p, err := record.DecodePayload(t, env.Payload)
		if err != nil {
			return c, err
		}
		verdicts[i] = f.verdict(c.TxID, i, env.ID(), p)
	}
	var err error
	c.Response, err = record.EncodeVerdicts("", verdicts)
	return c, err
}

func (f fakeChain) verdict(tx string, i int, id string, p record.Payload) record.Verdict {
	h := p.Head()
	v := record.Verdict{ID: id, Type: p.Type(), Issuer: h.Issuer, Ref: h.Ref, Outcome: record.Accepted, Tx: tx, Index: i}
	for _, code := range record.Codes() {
		if h.Ref == code.String() {
			v = record.Refusal(record.Refuse(code, "as the ref asks"))
			v.ID, v.Type, v.Issuer, v.Ref = id, p.Type(), h.Issuer, h.Ref
			return v
		}
	}
	key := h.Issuer + "/" + h.Ref
	if first, ok := f.seen[key]; ok {
		v.Outcome, v.Tx = record.IsDuplicate, first
		return v
	}
	f.seen[key] = tx
	return v
}

func (f fakeChain) Evaluate(context.Context, ledger.Tx) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

func (f fakeChain) Blocks(_ context.Context, from uint64) iter.Seq2[ledger.Block, error] {
	return func(yield func(ledger.Block, error) bool) {
		yield(ledger.Block{Number: from, Hash: []byte{1, 2, 3}}, nil)
	}
}

func (f fakeChain) Health(context.Context) (ledger.Health, error) {
	if f.fault("chain") != "" {
		return ledger.Health{}, ledger.ErrUnavailable
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return ledger.Health{Height: f.blocks}, nil
}

// fakeIndex holds one of each.
type fakeIndex struct{ *world }

var _ Index = fakeIndex{}

const (
	someID    = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	someUSCC  = "91410000MA0000001K"
	someTime  = "2025-10-01T08:00:00+08:00"
	somePlace = "2025-10-02T00:00:00Z"
)

func (f fakeIndex) find(id, want string) error {
	switch f.fault("index") {
	case "broken":
		return errors.New("index: read: disk I/O error")
	case "cursor":
		return fmt.Errorf("read: %w", index.ErrBadCursor)
	case "large":
		return index.ErrTooLarge
	case "panic":
		panic("a handler panics")
	}
	if id != want {
		return fmt.Errorf("%w: %s", index.ErrNotFound, id)
	}
	return nil
}

func place() index.Place { return index.Place{Block: 7, Tx: "tx7", Time: somePlace} }

func aRecord() index.Record {
	return index.Record{
		ID: someID, Type: record.TypeHarvest, Issuer: someUSCC, Ref: "h1", OccurredAt: someTime, Place: place(),
		Sealed: []index.SealedState{{Part: someID, State: "unsealed"}},
		Voided: &record.Voided{By: someID, Replacement: someID}, UnderReview: true,
		Payload: []byte(`{"issuer":"` + someUSCC + `"}`), Envelope: []byte("{}"),
	}
}

func aLot() record.LotState {
	return record.LotState{Lot: "L1", Kind: record.TypeHarvest, Issuer: someUSCC, Record: someID, OccurredAt: someTime, Grams: 5, Variety: "1110000",
		Marks: []record.Mark{{Kind: record.MarkRecall, By: someID}}}
}

func anInspection() record.Inspection {
	return record.Inspection{Record: someID, Target: "L1", Stage: "purchase", Lab: someUSCC, OccurredAt: someTime, Passed: true, Safe: true,
		Items: []record.Finding{{Item: "moisture", Value: "13.2", Limit: "14.5", Bound: "max", Verdict: "within"}},
		Rules: []record.RuleRef{{Table: "grades", Document: "GB 1350", From: "2010-01-01"}}}
}

func (f fakeIndex) Lot(_ context.Context, id string) (index.Lot, error) {
	return index.Lot{LotState: aLot(), Causes: []index.NamedCause{{ID: someID, Cause: aCause()}}, OwnedGrams: 5, Parts: []record.Part{{Party: someUSCC, Owned: 5, Held: 5, Was: 3}},
		Inspections: []record.Inspection{anInspection()},
		Shipments: []record.Shipment{{Shipper: someUSCC, Ref: "s1", Record: someID, OccurredAt: someTime, Lot: "L1",
			Owner: someUSCC, To: someUSCC, Grams: 1, Status: record.InTransit}},
		RecordPlace: place()}, f.find(id, "L1")
}

func (f fakeIndex) OriginsPage(_ context.Context, id, _ string, _ int) ([]index.Origin, string, error) {
	return []index.Origin{{Lot: "L1", Share: 1, Grams: 5, Variety: "not shown"}}, "more", f.find(id, "L1")
}

func (f fakeIndex) AppendTrace(_ context.Context, _ []byte, id string, dir index.Direction, _ string, _ int) ([]byte, error) {
	lot := aLot()
	trace, err := json.Marshal(index.Trace{Lot: id, Direction: dir, Nodes: []index.Node{{ID: "L1", Lot: &lot, Records: []index.Record{aRecord()}}},
		Edges: []index.Edge{{Parent: "P", Child: "L1", Grams: 5, Record: someID}}, Next: "more"}, jsonv1.OmitEmptyWithLegacySemantics(true))
	return trace, errors.Join(err, f.find(id, "L1"))
}

func (f fakeIndex) Bin(_ context.Context, code string) (index.Bin, error) {
	return index.Bin{Code: code, Name: "1号仓", Custodian: someUSCC, QuantityGrams: 5, Epoch: 1,
		Mixture:     []index.Component{{Lot: "L1", Share: 1, Grams: 5}},
		Inspections: []record.Inspection{anInspection()}}, f.find(code, "B1")
}

func (f fakeIndex) Enterprise(_ context.Context, uscc, _ string, _ int) (index.Enterprise, error) {
	return index.Enterprise{
		RegisteredEnterprise: record.RegisteredEnterprise{USCC: uscc, Name: "某粮库", Kind: record.KindStorage, Division: "410000", Record: someID},
		Facilities:           []record.RegisteredFacility{{Code: "c", Name: "n", USCC: uscc, Kind: record.FacilityBin, Record: someID}},
		Keys:                 []index.KeyInfo{{ID: someID, PublicKey: "04"}}, Place: place(), Next: "more",
	}, f.find(uscc, someUSCC)
}

func (f fakeIndex) Stock(_ context.Context, filter index.StockFilter, _ string, _ int) (index.StockPage, error) {
	return index.StockPage{Items: []index.StockItem{{Lot: "L1", Party: filter.Party, Variety: "1110000", Year: filter.Year, OwnedGrams: 5, HeldGrams: 5}},
		Next: "more"}, f.find("", "")
}

func (f fakeIndex) SumStock(_ context.Context, filter index.StockFilter, by, _ string, _ int) (index.StockSums, error) {
	if by == "colour" {
		return index.StockSums{}, index.ErrBadGroup
	}
	return index.StockSums{By: by, Sums: []index.StockSum{{Key: filter.Party, OwnedGrams: 5}}}, f.find("", "")
}

func (f fakeIndex) Scope(_ context.Context, of, _ string, _ int) (index.Scope, error) {
	return index.Scope{Of: of, Nodes: []index.ScopeNode{{ID: of, Holdings: []index.Holding{{Party: someUSCC, Owned: 5, Held: 5}}}}, Next: "more"}, f.find(of, "L1")
}

func (f fakeIndex) SumScope(_ context.Context, of string) (index.ScopeSums, error) {
	return index.ScopeSums{Of: of, Lots: 1, Holdings: []index.Holding{{Party: someUSCC, Owned: 5, Held: 5}}}, f.find(of, "L1")
}

func (f fakeIndex) Record(_ context.Context, id string) (index.Record, error) {
	return aRecord(), f.find(id, someID)
}

func (f fakeIndex) RecordByRef(_ context.Context, issuer, ref string) (index.Record, error) {
	return aRecord(), f.find(issuer+"/"+ref, someUSCC+"/h1")
}

func (f fakeIndex) Places(_ context.Context, ids []string) (map[string]index.Place, error) {
	found := map[string]index.Place{}
	for _, id := range ids {
		if id == someID {
			found[id] = place()
		}
	}
	return found, f.find("", "")
}

func (f fakeIndex) Receipt(_ context.Context, tx string) (index.Receipt, error) {
	v := record.Refusal(record.Refuse(record.NotOwner, "it is not theirs"))
	v.ID, v.Type, v.Issuer, v.Ref = someID, record.TypeSell, someUSCC, "s1"
	return index.Receipt{Tx: tx, Block: 7, Time: somePlace, Code: ledger.Valid, Function: record.FnSubmit,
		Verdicts: []record.Verdict{v}}, f.find(tx, "tx7")
}

func (f fakeIndex) Stats(context.Context) (index.Stats, error) {
	return index.Stats{Records: 3, Lots: 2, Enterprises: 1}, f.find("", "")
}

func (f fakeIndex) Root(context.Context) (record.Root, error) {
	return record.Root{USCC: someUSCC, Name: "根", Division: "000000", Threshold: 1, Keys: []string{"04"}}, f.find("", "")
}

func aCause() record.Cause {
	return record.Cause{Kind: record.MarkRecall, Issuer: someUSCC, Ref: "r1", Nodes: []string{"L1"}, Reason: "超标", Level: 1, Notice: "停止食用", To: someUSCC}
}

func (f fakeIndex) Cause(_ context.Context, id string) (index.Cause, error) {
	return index.Cause{ID: id, Cause: aCause(), Spreading: true, Waiting: 2, Marked: 1}, f.find(id, someID)
}

func (f fakeIndex) Reached(_ context.Context, id, _ string, _ int) (index.ReachedPage, error) {
	return index.ReachedPage{Cause: id, Nodes: []index.Reached{{ID: "L1"}, {ID: "B1:1.0", Bin: "B1"}}, Next: "more"}, f.find(id, someID)
}

func aRecall() index.Recall {
	return index.Recall{ListedRecall: index.ListedRecall{ID: someID, Cause: aCause(), IssuerName: "某粮库", Began: somePlace, Spreading: true}, Waiting: 2, Marked: 1}
}

func (f fakeIndex) Recalls(context.Context, string, int) (index.RecallPage, error) {
	return index.RecallPage{Recalls: []index.ListedRecall{aRecall().ListedRecall}, Next: "more"}, f.find("", "")
}

func (f fakeIndex) Recall(_ context.Context, id string) (index.Recall, error) {
	r := aRecall()
	r.Figures = &index.RecallFigures{Total: 9, Located: 6, AtTaker: 1, WrittenOff: 2, Recovered: 3, Outstanding: 5, Lost: 1}
	return r, f.find(id, someID)
}

func (f fakeIndex) RecallHolders(_ context.Context, id, party, sort, cursor string, _ int) (index.RecallHolders, error) {
	if sort == "colour" {
		return index.RecallHolders{}, index.ErrBadSort
	}
	p := index.RecallHolders{Recall: id, Sort: "outstanding", Holders: []index.RecallHolder{}}
	for i, name := range []string{"=cmd", "某米厂"} {
		if who := uscc(i + 2); cursor == "" && (party == "" || party == who) {
			p.Holders = append(p.Holders, index.RecallHolder{Party: who, Name: name, Lots: 1, Located: 1500, Outstanding: 1500})
		}
	}
	return p, f.find(id, someID)
}

func (f fakeIndex) RecallLots(_ context.Context, id, party, _ string, _ int) (index.RecallLots, error) {
	return index.RecallLots{Recall: id, Lots: []index.RecallLot{{ID: "L1", Holdings: []index.Holding{{Party: party, Held: 5}}}}, Next: "more"}, f.find(id, someID)
}

func (f fakeIndex) RecallSeries(_ context.Context, id, _ string, _ int) (index.RecallSeries, error) {
	return index.RecallSeries{Recall: id, Days: []index.RecallDay{{Day: "2025-10-02", RecallFigures: index.RecallFigures{Total: 9, Outstanding: 9}}}}, f.find(id, someID)
}

func (f fakeIndex) Drill(_ context.Context, lot string) (index.Drill, error) {
	return index.Drill{Lot: lot, Lots: 1, Located: 5, Outstanding: 5, Stems: 5, Holders: []index.RecallHolder{{Party: someUSCC, Located: 5, Outstanding: 5}}}, f.find(lot, "L1")
}

func (f fakeIndex) Height() uint64 {
	if f.fault("index") == "behind" {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.blocks
}

func (f fakeIndex) WaitFor(ctx context.Context, height uint64) error {
	if f.Height() >= height {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// fakeBundles has a bundle of one record.
type fakeBundles struct{ *world }

var _ Bundles = fakeBundles{}

func (f fakeBundles) Bundle(_ context.Context, lot string, _ int) ([]byte, error) {
	if f.fault("log") == "young" {
		return nil, fmt.Errorf("bundle: %w", bundle.ErrNotAnchored)
	}
	entry := proof.Entry{Envelope: record.Envelope{PayloadType: "x", Payload: []byte("{}"), Signatures: []record.Signature{{KeyID: someID, Sig: []byte{1}}}}, Path: []proof.Hash{}}
	b := &proof.Bundle{Form: proof.BundleForm, Subject: proof.Subject{Lot: lot}, Anchor: proof.Anchor{Envelope: entry.Envelope, Tx: "tx7", Block: 7},
		Records: []proof.Entry{entry}, Registry: []proof.Entry{entry}, Coverage: proof.Coverage{Origins: []proof.Origin{{Lot: lot, Grams: 5}}}}
	raw, err := b.Encode()
	return raw, errors.Join(err, fakeIndex(f).find(lot, "L1"))
}

func (f fakeBundles) Trust(context.Context) (*proof.Trust, error) {
	if f.fault("log") == "young" {
		return nil, bundle.ErrNotAnchored
	}
	return &proof.Trust{Root: proof.TrustedRoot{USCC: someUSCC, Threshold: 1, Keys: []string{"04"}},
		Logs: []proof.TrustedLog{{Origin: someUSCC + "/records", Key: "04"}}, Witnesses: []proof.TrustedWitness{}}, fakeIndex(f).find("", "")
}

// fakeJobs keeps one job, which is decided when it is asked for.
type fakeJobs struct {
	*world
	packer Submitter
}

var _ Jobs = fakeJobs{}

func (f fakeJobs) Add(_ context.Context, subs []ledger.Submission) (jobs.Job, error) {
	switch f.fault("jobs") {
	case "full":
		return jobs.Job{}, jobs.ErrFull
	case "broken":
		return jobs.Job{}, errors.New("jobs: write: disk full")
	}
	ticket, err := f.packer.Enqueue(context.Background(), subs)
	if err != nil {
		return jobs.Job{}, err
	}
	receipts, err := ticket.Wait(context.Background())
	job := jobs.Job{ID: "job1", Status: ledger.StatusReceived, Records: len(subs), Received: somePlace}
	decided := job
	decided.Status, decided.Decided, decided.Results = ledger.StatusCommitted, somePlace, receipts
	f.job = &decided
	return job, err
}

func (f fakeJobs) Get(_ context.Context, id string) (jobs.Job, error) {
	if f.fault("jobs") == "broken" {
		return jobs.Job{}, errors.New("jobs: get: disk I/O error")
	}
	if f.job == nil || id != f.job.ID {
		return jobs.Job{}, jobs.ErrNotFound
	}
	return *f.job, nil
}

func (f fakeJobs) Open() int { return 0 }

// start makes an interface on a world.
func start(t *testing.T, w *world, change func(*Options)) *API {
	t.Helper()
	metrics := NewMetrics()
	packer, err := ledger.NewPacker(fakeChain{w}, ledger.PackerOptions{Attempts: 1, IssuerRecords: 20, QueueRecords: 60, Observer: metrics})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = packer.Close(ctx) // a stuck ledger makes it fail
	})
	opt := Options{
		Submitter: packer, Chain: fakeChain{w}, Index: fakeIndex{w}, Records: newFakeLog(t, w), Bundles: fakeBundles{w}, Metrics: metrics,
		Authorise: func(c *gin.Context) (string, bool) { return c.GetHeader("X-Caller"), c.GetHeader("X-Caller") != "" },
		Jobs:      fakeJobs{world: w, packer: packer}, NodeKey: "04", Version: "test",
		ReadWait: 10 * time.Millisecond, SubmitWait: 500 * time.Millisecond, MaxRecords: 80,
		Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&opt)
	}
	a, err := New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sell is the body of a submission whose ref is given.
func sell(ref string) string {
	p := &record.Sell{
		Header: record.Header{Issuer: uscc(1), Ref: ref, OccurredAt: someTime},
		Lot:    "L1", Buyer: uscc(2), Grams: 1000, Purpose: record.PurposeFood,
	}
	payload, err := record.EncodePayload(p)
	if err != nil {
		panic(err)
	}
	env := record.Envelope{PayloadType: p.Type().PayloadType(), Payload: payload,
		Signatures: []record.Signature{{KeyID: strings.Repeat("ab", 32), Sig: make([]byte, 70)}}}
	raw, err := json.Marshal(&env)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func uscc(n int) string {
	body := fmt.Sprintf("91410000MA%07d", n)
	c, _ := record.USCCCheckCharacter(body)
	return body + string(c)
}
