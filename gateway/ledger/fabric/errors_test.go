package fabric

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

const (
	notEndorsed = "failed to endorse transaction, see attached details for more info"
	notEnough   = "failed to collect enough transaction endorsements, see attached details for more info"
	notEval     = "failed to evaluate transaction, see attached details for more info"
	mismatch    = "ProposalResponsePayloads do not match"
	unknownLot  = "chaincode response 500, GL5001 unknown_lot: lot: P1"
)

// told is a gRPC error with details "MSP: text".
func told(code codes.Code, message string, details ...string) error {
	s := status.New(code, message)
	var all []protoadapt.MessageV1
	for _, d := range details {
		msp, text, _ := strings.Cut(d, ": ")
		all = append(all, protoadapt.MessageV1Of(&gateway.ErrorDetail{Address: strings.ToLower(msp) + ":7051", MspId: msp, Message: text}))
	}
	if len(all) > 0 {
		s = must(s.WithDetails(all...))
	}
	return s.Err()
}

type errorRow struct {
	name  string
	told  error
	want  error    // errors.Is
	words []string // in the error's text
	whole string   // of a ContractError
	named bool     // the transaction goes to a collection
}

func (r errorRow) check(t *testing.T, err error) {
	t.Helper()
	refusal := (*ledger.ContractError)(nil)
	switch {
	case r.whole != "":
		if !errors.As(err, &refusal) || refusal.Message != r.whole {
			t.Fatalf("got %v, want the refusal %q", err, r.whole)
		}
	case !errors.Is(err, r.want) || errors.As(err, &refusal):
		t.Fatalf("got %v, want %v", err, r.want)
	}
	for _, other := range []error{ledger.ErrConflict, ledger.ErrUnknown, ledger.ErrUnavailable, ledger.ErrDisagree, ledger.ErrTooLarge} {
		if !errors.Is(r.want, other) && errors.Is(err, other) {
			t.Errorf("%v is also %v", err, other)
		}
	}
	for _, w := range r.words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func TestEndorseErrors(t *testing.T) {
	for _, row := range []errorRow{
		{name: "contract refuses", told: told(codes.Aborted, notEndorsed, "AMSP: "+unknownLot), whole: "GL5001 unknown_lot: lot: P1"},
		{name: "every named organisation refuses", named: true, told: told(codes.Aborted, notEnough, "AMSP: "+unknownLot, "BMSP: "+unknownLot), whole: "GL5001 unknown_lot: lot: P1"},
		{name: "two peers of one organisation refuse", told: told(codes.Aborted, notEndorsed, "AMSP: "+unknownLot, "AMSP: "+unknownLot), whole: "GL5001 unknown_lot: lot: P1"},
		{name: "refusal beside a peer that is down", told: told(codes.Aborted, notEndorsed, "AMSP: rpc error: code = Unavailable desc = gone", "AMSP: "+unknownLot), whole: "GL5001 unknown_lot: lot: P1"},
		{name: "refusal without a code", told: told(codes.Aborted, notEndorsed, "AMSP: chaincode response 500, Function Nope not found in contract grain"), whole: "Function Nope not found in contract grain"},
		{name: "other results", told: told(codes.Aborted, notEnough, "BMSP: "+mismatch), want: ledger.ErrDisagree, words: []string{"BMSP", "another result"}},
		{name: "one accepts, one refuses", told: told(codes.Aborted, notEnough, "BMSP: "+unknownLot), want: ledger.ErrDisagree, words: []string{"BMSP", "GL5001", "the others accepted"}},
		{name: "one named organisation refuses", named: true, told: told(codes.Aborted, notEnough, "BMSP: "+unknownLot), want: ledger.ErrDisagree, words: []string{"BMSP", "GL5001"}},
		{name: "different refusals", named: true, told: told(codes.Aborted, notEnough, "AMSP: "+unknownLot, "BMSP: chaincode response 500, GL5002 lot_exists: P1"), want: ledger.ErrDisagree, words: []string{"AMSP", "GL5001", "BMSP", "GL5002"}},
		{name: "no peers for the policy", told: told(codes.FailedPrecondition, "no combination of peers can be derived which satisfy the endorsement policy"), want: ledger.ErrUnavailable, words: []string{"policy"}},
		{name: "no peers of an organisation", told: told(codes.Unavailable, "failed to find any endorsing peers for org(s): BMSP"), want: ledger.ErrUnavailable, words: []string{"BMSP"}},
		{name: "endorser is down", told: told(codes.Aborted, notEnough, "BMSP: rpc error: code = Unavailable desc = connection refused"), want: ledger.ErrUnavailable, words: []string{"BMSP"}},
		{name: "chaincode is down", told: told(codes.Aborted, notEndorsed, "AMSP: error in simulation: failed to execute transaction 1: could not launch chaincode grain:1: connection not established"), want: ledger.ErrUnavailable},
		{name: "chaincode stream broke", told: told(codes.Aborted, notEndorsed, "AMSP: error in simulation: failed to execute transaction 1: error sending: chaincode stream terminated"), want: ledger.ErrUnavailable},
		{name: "chaincode takes too long", told: told(codes.Aborted, notEndorsed, "AMSP: error in simulation: failed to execute transaction 1: timeout expired while executing transaction"), want: ledger.ErrUnavailable},
		{name: "peer's limiter", told: told(codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), want: ledger.ErrUnavailable, words: []string{"too many requests"}},
		{name: "a limiter with a code", told: told(codes.ResourceExhausted, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), want: ledger.ErrUnavailable},
		{name: "larger than the peer takes", told: told(codes.ResourceExhausted, "grpc: received message larger than max (104857700 vs. 104857600)"), want: ledger.ErrTooLarge},
		{name: "larger than an endorser takes", told: told(codes.Aborted, notEnough, "BMSP: rpc error: code = ResourceExhausted desc = grpc: received message larger than max (2 vs. 1)"), want: ledger.ErrTooLarge},
		{name: "access denied", told: told(codes.Aborted, notEndorsed, "AMSP: error validating proposal: access denied: channel [grain] creator org [GrainMSP]"), want: ledger.ErrUnavailable, words: []string{"certificate of gateway in GrainMSP", "access denied"}},
		{name: "no writer", told: told(codes.Aborted, notEndorsed, "AMSP: failed evaluating policy on signed data during check policy [/Channel/Application/Writers]"), want: ledger.ErrUnavailable, words: []string{"certificate of gateway"}},
		{name: "peer is silent", told: told(codes.DeadlineExceeded, "endorsement timeout expired while collecting endorsements"), want: ledger.ErrUnavailable},
		{name: "peer is down", told: told(codes.Unavailable, "connection reset by peer"), want: ledger.ErrUnavailable},
		{name: "no gateway at the peer", told: told(codes.Unimplemented, "unknown service gateway.Gateway"), want: ledger.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.peers[0].endorse = func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error) { return nil, row.told }
			tx := ledger.Tx{Function: "Submit"}
			if row.named {
				tx.Collection = "sealed"
			}
			_, err := w.open().Submit(t.Context(), tx)
			row.check(t, err)
			if w.peers[0].count("submit") != 0 {
				t.Error("the transaction was sent")
			}
			if n := w.peers[0].count("endorse"); errors.Is(row.want, ledger.ErrDisagree) != (n > 1) {
				t.Errorf("endorsed %d times", n)
			}
		})
	}
}

func TestSubmitErrors(t *testing.T) {
	const none = "no orderers could successfully process transaction"
	for _, row := range []errorRow{
		{name: "no orderers", told: told(codes.Unavailable, "no orderer nodes available"), want: ledger.ErrUnavailable},
		{name: "no orderer can be reached", told: told(codes.Unavailable, none, `: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: connection refused"`), want: ledger.ErrUnavailable},
		{name: "no leader", told: told(codes.Unavailable, none, ": received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=no Raft leader"), want: ledger.ErrUnavailable, words: []string{"no Raft leader"}},
		{name: "too large for ordering", told: told(codes.Aborted, "received unsuccessful response from orderer: status=BAD_REQUEST, info=message payload is 11 bytes and exceeds maximum allowed 10 bytes"), want: ledger.ErrTooLarge},
		{name: "too large for the orderer's gRPC", told: told(codes.Unavailable, none, ": rpc error: code = ResourceExhausted desc = grpc: received message larger than max (2 vs. 1)"), want: ledger.ErrTooLarge},
		{name: "too large for the peer", told: told(codes.ResourceExhausted, "grpc: received message larger than max (2 vs. 1)"), want: ledger.ErrTooLarge},
		{name: "ordering refuses the identity", told: told(codes.Aborted, "received unsuccessful response from orderer: status=FORBIDDEN, info=implicit policy evaluation failed"), want: ledger.ErrUnavailable, words: []string{"certificate of gateway"}},
		{name: "ordering finds the identity expired", told: told(codes.Aborted, "received unsuccessful response from orderer: status=BAD_REQUEST, info=broadcast client identity expired 2s before"), want: ledger.ErrUnavailable, words: []string{"certificate of gateway"}},
		{name: "peer's limiter", told: told(codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), want: ledger.ErrUnavailable},
		{name: "channel is not there", told: told(codes.FailedPrecondition, "no channel"), want: ledger.ErrUnavailable},
		{name: "orderer hung up", told: told(codes.Unavailable, none, ": rpc error: code = Unavailable desc = error reading from server: EOF"), want: ledger.ErrUnknown},
		{name: "forwarding to the leader took too long", told: told(codes.Unavailable, none, ": received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=timed out (7s) waiting on forwarding to 2"), want: ledger.ErrUnknown},
		{name: "one of two orderers may have it", told: told(codes.Unavailable, none, `: transport: Error while dialing`, ": EOF"), want: ledger.ErrUnknown},
		{name: "too few orderers of a BFT channel", told: told(codes.Unavailable, "insufficient number of orderers could successfully process transaction to satisfy quorum requirement", ": transport: Error while dialing"), want: ledger.ErrUnknown},
		{name: "ordering is silent", told: told(codes.DeadlineExceeded, "submit timeout expired while broadcasting to ordering service"), want: ledger.ErrUnknown},
		{name: "peer hung up", told: told(codes.Unavailable, "error reading from server: EOF"), want: ledger.ErrUnknown},
		{name: "anything else", told: told(codes.Internal, "?"), want: ledger.ErrUnknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.peers[0].submit = func(*gateway.SubmitRequest) (*gateway.SubmitResponse, error) { return nil, row.told }
			commit, err := w.open(func(o *Options) { o.AskTimeout = 1 }).Submit(t.Context(), ledger.Tx{Function: "Submit"})
			row.check(t, err)
			if errors.Is(err, ledger.ErrUnknown) != (commit.TxID != "") {
				t.Errorf("%v names transaction %q", err, commit.TxID)
			}
			if n := w.peers[0].count("submit"); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

func TestEvaluateErrors(t *testing.T) {
	for _, row := range []errorRow{
		{name: "contract refuses", told: told(codes.Unknown, "evaluate call to endorser returned error: "+unknownLot, "AMSP: "+unknownLot), whole: "GL5001 unknown_lot: lot: P1"},
		{name: "refusal in the details alone", told: told(codes.Unknown, notEval, "AMSP: "+unknownLot), whole: "GL5001 unknown_lot: lot: P1"},
		{name: "limiter", told: told(codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), want: ledger.ErrUnavailable},
		{name: "chaincode stream broke", told: told(codes.Aborted, notEval, "AMSP: error in simulation: chaincode stream terminated"), want: ledger.ErrUnavailable},
		{name: "answer too large", told: told(codes.ResourceExhausted, "grpc: received message larger than max (2 vs. 1)"), want: ledger.ErrTooLarge},
		{name: "access denied", told: told(codes.FailedPrecondition, "evaluate call to endorser returned error: error validating proposal: access denied: channel [grain] creator org [GrainMSP]"), want: ledger.ErrUnavailable, words: []string{"certificate of gateway"}},
		{name: "nobody runs the chaincode", told: told(codes.FailedPrecondition, "no peers available to evaluate chaincode grain-cc in channel grain"), want: ledger.ErrUnavailable},
		{name: "peer is down", told: told(codes.Unavailable, "?"), want: ledger.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.peers[0].evaluate = func(string, [][]byte) ([]byte, error) { return nil, row.told }
			_, err := w.open().Evaluate(t.Context(), ledger.Tx{Function: "State"})
			row.check(t, err)
		})
	}
}

// Every refusal that the contract can make comes through word for word.
func TestRefusalsComeThrough(t *testing.T) {
	for _, code := range record.Codes() {
		for _, e := range []*record.Error{
			{Code: code, Detail: "lot=P1"},
			{Code: code, Field: "outputs/0/grams", Detail: "is not a weight, 粮: chaincode response 500, x"},
			{Code: code},
		} {
			wrapped := fmt.Sprintf("chaincode response 500, %s", e)
			for _, err := range []error{
				endorseError(told(codes.Aborted, notEndorsed, "AMSP: "+wrapped), nil, nil),
				evaluateError(told(codes.Unknown, "evaluate call to endorser returned error: "+wrapped), nil),
			} {
				refusal := (*ledger.ContractError)(nil)
				if !errors.As(err, &refusal) || refusal.Message != e.Error() {
					t.Errorf("%q becomes %v", e, err)
					continue
				}
				if got, ok := record.ParseError(refusal.Message); !ok || got.Code != code {
					t.Errorf("%q is read as %v", refusal.Message, got)
				}
			}
		}
	}
}
