package fabric

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/grainledger/grainledger/gateway/ledger"
)

func TestSubmit(t *testing.T) {
	w := newWorld(t, 1)
	commit, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Submit", Args: [][]byte{[]byte("batch")}})
	if err != nil {
		t.Fatal(err)
	}
	if commit.Block != 1 || string(commit.Response) != "done" || len(commit.TxID) != 64 {
		t.Errorf("commit %+v", commit)
	}
	tx := decodeBlock(w.chain.blocks[1], map[string]string{"grain-cc": "grain"}).Txs[0]
	if tx.ID != commit.TxID || tx.Contract != "grain" || tx.Function != "Submit" || string(tx.Args[0]) != "batch" {
		t.Errorf("in the block: %+v", tx)
	}
}

func TestSubmitToContractAndCollection(t *testing.T) {
	w := newWorld(t, 1)
	l := w.open()
	var seen *gateway.EndorseRequest
	w.peers[0].endorse = func(in *gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		seen = in
		return nil, nil
	}
	for contract, want := range map[string][]string{"": {"AMSP", "BMSP"}, "grain": {"AMSP", "BMSP"}, "credit": {"CMSP"}} {
		tx := ledger.Tx{Contract: contract, Function: "Seal", Collection: "sealed", Transient: map[string][]byte{"a": []byte("b")}}
		if _, err := l.Submit(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		chaincode := proposalOf(seen.GetProposedTransaction()).chaincode
		if chaincode != w.profile.Contracts[cmp.Or(contract, "grain")] || !slices.Equal(seen.GetEndorsingOrganizations(), want) {
			t.Errorf("%q: asked %v of %s", contract, seen.GetEndorsingOrganizations(), chaincode)
		}
	}
	for _, tx := range []ledger.Tx{{Contract: "other", Function: "F"}, {Function: "Seal", Collection: "other"}} {
		if _, err := l.Submit(t.Context(), tx); err == nil || !strings.Contains(err.Error(), `other"`) {
			t.Errorf("%+v: %v", tx, err)
		}
	}
}

func TestValidationCodes(t *testing.T) {
	for code, want := range map[peer.TxValidationCode]error{
		peer.TxValidationCode_MVCC_READ_CONFLICT:    ledger.ErrConflict,
		peer.TxValidationCode_PHANTOM_READ_CONFLICT: ledger.ErrConflict,
		peer.TxValidationCode_DUPLICATE_TXID:        ledger.ErrUnknown,
	} {
		if err := codeError(code, "1"); !errors.Is(err, want) {
			t.Errorf("%s becomes %v", code, err)
		}
	}
	w := newWorld(t, 1)
	w.peers[0].submit = func(in *gateway.SubmitRequest) (*gateway.SubmitResponse, error) {
		w.chain.add(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, in.GetPreparedTransaction())
		return &gateway.SubmitResponse{}, nil
	}
	l := w.open()
	commit, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"})
	invalid := (*ledger.InvalidError)(nil)
	if !errors.As(err, &invalid) || invalid.Code != "ENDORSEMENT_POLICY_FAILURE" || commit.Block != 1 {
		t.Errorf("got %+v, %v", commit, err)
	}
	if got, code, err := l.Status(t.Context(), commit.TxID); err != nil || code != invalid.Code || got.Block != 1 || got.TxID != commit.TxID {
		t.Errorf("status %+v %s %v", got, code, err)
	}
}

// An endorser that is a block behind disagrees until it has caught up.
func TestEndorsersThatCatchUp(t *testing.T) {
	w := newWorld(t, 1)
	behind := 3
	w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		if behind--; behind >= 0 {
			return nil, told(codes.Aborted, notEnough, "BMSP: "+mismatch)
		}
		return nil, nil
	}
	if _, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
		t.Error(err)
	}
}

// A peer whose own organisation stands alone with its result is left out of
// transactions: the others are a majority.
func TestAskedOrganisationStandsAlone(t *testing.T) {
	w := newWorld(t, 2)
	alone := func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		return nil, told(codes.Aborted, notEnough, "BMSP: "+mismatch)
	}
	w.peers[0].endorse = alone
	l := w.open(func(o *Options) { o.firstPause, o.mostPause, o.agreeTries = time.Hour, time.Hour, 3 })
	for range 2 {
		if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.peers[0].count("endorse"); n != 3 {
		t.Errorf("it was asked %d times", n)
	}
	w.peers[1].script(func() { w.peers[1].endorse = alone })
	if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); !errors.Is(err, ledger.ErrDisagree) {
		t.Errorf("nobody agrees: %v", err)
	}
}

// Organisations that are named have all to agree, whoever is asked.
func TestNamedOrganisationsDisagree(t *testing.T) {
	w := newWorld(t, 2)
	w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		return nil, told(codes.Aborted, notEnough, "BMSP: "+mismatch)
	}
	_, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Seal", Collection: "sealed"})
	if !errors.Is(err, ledger.ErrDisagree) || w.peers[1].count("endorse") != 0 {
		t.Errorf("got %v, the other peer was asked %d times", err, w.peers[1].count("endorse"))
	}
}

func TestEndorseAtTheNextPeer(t *testing.T) {
	w := newWorld(t, 2)
	l := w.open(func(o *Options) { o.firstPause, o.mostPause = 1<<40, 1<<40 })
	w.peers[0].stop()
	for range 3 {
		if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.peers[1].count("submit"); n != 3 {
		t.Errorf("the second peer sent %d", n)
	}
}

// A peer whose organisation cannot run the chaincode is left out of
// transactions. It still tells what is asked of it.
func TestChaincodeAwayAtThePreferredPeer(t *testing.T) {
	w := newWorld(t, 2)
	w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		return nil, told(codes.Aborted, notEndorsed, "AMSP: error in simulation: failed to execute transaction 1: could not launch chaincode grain:1")
	}
	var log logged
	l := w.open(func(o *Options) {
		o.firstPause, o.mostPause = time.Hour, time.Hour
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	for range 3 {
		if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Evaluate(t.Context(), ledger.Tx{Function: "State"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.peers[0].count("endorse"); n != 1 {
		t.Errorf("it was asked to endorse %d times", n)
	}
	if n := w.peers[0].count("evaluate grain-cc"); n != 3 {
		t.Errorf("it was asked %d times", n)
	}
	if !strings.Contains(log.String(), "could not launch chaincode grain:1") {
		t.Errorf("the log does not say why: %s", log.String())
	}
}

func TestComeBackToThePreferredPeer(t *testing.T) {
	w := newWorld(t, 2)
	l := w.open()
	w.peers[0].stop()
	if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
		t.Fatal(err)
	}
	w.peers[0].start(w.peers[0].address)
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	for w.peers[0].count("submit") == 0 {
		if _, err := l.Submit(ctx, ledger.Tx{Function: "Submit"}); err != nil {
			t.Fatal(err)
		}
	}
}

// A peer dies while it endorses: nothing was sent, the next one does it.
func TestPeerDiesWhileEndorsing(t *testing.T) {
	w := newWorld(t, 2)
	w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		go w.peers[0].stop()
		return nil, status.Error(codes.Unavailable, "dying")
	}
	if _, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
		t.Error(err)
	}
}

// A peer dies after it handed the transaction to ordering: it is not sent
// again, and another peer tells its block.
func TestPeerDiesWhileSending(t *testing.T) {
	w := newWorld(t, 2)
	w.peers[0].submit = func(in *gateway.SubmitRequest) (*gateway.SubmitResponse, error) {
		w.chain.add(peer.TxValidationCode_VALID, in.GetPreparedTransaction())
		go w.peers[0].stop()
		return nil, status.Error(codes.Unavailable, "dying")
	}
	commit, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Submit"})
	if err != nil || commit.Block != 1 || string(commit.Response) != "done" {
		t.Errorf("got %+v, %v", commit, err)
	}
	if n := w.peers[1].count("submit"); n != 0 {
		t.Errorf("sent again %d times", n)
	}
}

func TestCommitStatusLost(t *testing.T) {
	w := newWorld(t, 2)
	w.peers[0].commit = func(ctx context.Context, _ string) (*gateway.CommitStatusResponse, error) {
		return nil, w.peers[0].hangUp(ctx)
	}
	commit, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Submit"})
	if err != nil || commit.Block != 1 || w.peers[1].count("status") != 1 {
		t.Errorf("got %+v, %v", commit, err)
	}
}

func TestCommitStatusNever(t *testing.T) {
	w := newWorld(t, 2)
	for _, p := range w.peers {
		p.commit = func(context.Context, string) (*gateway.CommitStatusResponse, error) {
			return nil, status.Error(codes.DeadlineExceeded, "not in a block so far")
		}
	}
	l := w.open()
	commit, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"})
	if !errors.Is(err, ledger.ErrUnknown) || len(commit.TxID) != 64 || !strings.Contains(err.Error(), commit.TxID) {
		t.Fatalf("got %+v, %v", commit, err)
	}
	if w.peers[0].count("status") != 2 || w.peers[1].count("status") != 1 {
		t.Error("the peers were not asked once more")
	}
	// Waiting is no fault of theirs.
	if first := l.peers.turn()[0]; first != l.peers.all[0] {
		t.Error("the preferred peer was left")
	}
}

func TestCallerEndsTheWait(t *testing.T) {
	w := newWorld(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	w.peers[0].commit = func(ctx context.Context, _ string) (*gateway.CommitStatusResponse, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	l := w.open()
	commit, err := l.Submit(ctx, ledger.Tx{Function: "Submit"})
	if !errors.Is(err, ledger.ErrUnknown) || !errors.Is(err, context.Canceled) || commit.TxID == "" {
		t.Errorf("got %+v, %v", commit, err)
	}
	if _, err := l.Submit(ctx, ledger.Tx{Function: "Submit"}); !errors.Is(err, context.Canceled) || errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("before anything was sent: %v", err)
	}
}

func TestDeadlineBeforeSending(t *testing.T) {
	w := newWorld(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	_, err := w.open().Submit(ctx, ledger.Tx{Function: "Submit"})
	if !errors.Is(err, ledger.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestClosedLedger(t *testing.T) {
	w := newWorld(t, 1)
	l := w.open()
	w.peers[0].commit = func(ctx context.Context, _ string) (*gateway.CommitStatusResponse, error) {
		_ = l.Close()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if commit, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); !errors.Is(err, ledger.ErrUnknown) || commit.TxID == "" {
		t.Errorf("under way: %v", err)
	}
	_, err1 := l.Submit(t.Context(), ledger.Tx{Function: "Submit"})
	_, err2 := l.Evaluate(t.Context(), ledger.Tx{Function: "State"})
	_, _, err3 := l.Status(t.Context(), "1")
	_, err4 := l.Health(t.Context())
	var err5 error
	for _, err5 = range l.Blocks(t.Context(), 0) {
		break
	}
	for i, err := range []error{err1, err2, err3, err4, err5} {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("call %d after Close: %v", i+1, err)
		}
	}
}

func TestOwnLimit(t *testing.T) {
	w := newWorld(t, 1)
	l := w.open(func(o *Options) { o.InFlight = 2 })
	var mu sync.Mutex
	now, most := 0, 0
	w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
		mu.Lock()
		defer mu.Unlock()
		now++
		most = max(most, now)
		return nil, nil
	}
	w.peers[0].commit = func(context.Context, string) (*gateway.CommitStatusResponse, error) {
		mu.Lock()
		defer mu.Unlock()
		now--
		return nil, nil
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most > 2 {
		t.Errorf("%d at once", most)
	}
}

// A peer must not get a signature under something else.
func TestPeerSwapsTheTransaction(t *testing.T) {
	w := newWorld(t, 2)
	for name, other := range map[string]txParts{"another call": {args: []string{"Init", "mine"}}, "another chaincode": {chaincode: "other", args: []string{"Submit"}}} {
		w.peers[0].script(func() {
			w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
				return &gateway.EndorseResponse{PreparedTransaction: envelopeOf(other)}, nil
			}
		})
		if _, err := w.open().Submit(t.Context(), ledger.Tx{Function: "Submit"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.peers[0].count("submit") != 0 || w.peers[1].count("submit") != 2 {
		t.Error("the swapped transaction was sent")
	}
}

func TestEvaluate(t *testing.T) {
	w := newWorld(t, 2)
	l := w.open()
	w.peers[0].stop()
	if out, err := l.Evaluate(t.Context(), ledger.Tx{Function: "State"}); err != nil || string(out) != "read by State" {
		t.Errorf("got %q, %v", out, err)
	}
	w.peers[1].stop()
	if _, err := l.Evaluate(t.Context(), ledger.Tx{Function: "State"}); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("without a peer: %v", err)
	}
}
