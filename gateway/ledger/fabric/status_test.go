package fabric

import (
	"errors"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"

	"github.com/grainledger/grainledger/gateway/ledger"
)

func TestStatus(t *testing.T) {
	w := newWorld(t, 2)
	l := w.open()
	w.chain.add(peer.TxValidationCode_MVCC_READ_CONFLICT, envelopeOf(txParts{nonce: "a"}))
	call, _ := readInvocation(envelopeOf(txParts{nonce: "a"}).GetPayload())

	commit, code, err := l.Status(t.Context(), call.id)
	if err != nil || code != ledger.MVCCReadConflict || commit.Block != 1 || commit.TxID != call.id {
		t.Errorf("got %+v %s %v", commit, code, err)
	}
	if _, _, err := l.Status(t.Context(), "none"); !errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("of none: %v", err)
	}
	for _, p := range w.peers {
		if p.count("evaluate qscc") == 0 {
			t.Error("a peer was not asked")
		}
	}
}

// The preferred peer may be behind the one that was asked before.
func TestStatusFromAPeerThatHasIt(t *testing.T) {
	w := newWorld(t, 2)
	w.chain.add(peer.TxValidationCode_VALID, envelopeOf(txParts{nonce: "b"}))
	call, _ := readInvocation(envelopeOf(txParts{nonce: "b"}).GetPayload())
	w.peers[0].evaluate = func(string, [][]byte) ([]byte, error) {
		return nil, told(codes.Unknown, "evaluate call to endorser returned error: chaincode response 500, Failed to get transaction with id 1, error no such transaction ID [1] in index")
	}
	if _, code, err := w.open().Status(t.Context(), call.id); err != nil || code != ledger.Valid {
		t.Errorf("got %s %v", code, err)
	}
}

func TestStatusWithoutAnAnswer(t *testing.T) {
	w := newWorld(t, 2)
	l := w.open()
	w.peers[0].evaluate = func(string, [][]byte) ([]byte, error) {
		return nil, told(codes.Unknown, "evaluate call to endorser returned error: chaincode response 500, access denied for [GetTransactionByID][grain]: [no]")
	}
	w.peers[1].stop()
	_, _, err := l.Status(t.Context(), "1")
	if !errors.Is(err, ledger.ErrUnavailable) || errors.Is(err, ledger.ErrNotFound) || !strings.Contains(err.Error(), "certificate of gateway") {
		t.Errorf("got %v", err)
	}
	w.peers[0].stop()
	if _, _, err := l.Status(t.Context(), "1"); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}
