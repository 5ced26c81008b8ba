package fabric

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// A peer tells most of what happened in words alone. The words here are those
// of Fabric 3.1.1; each has a row in the tests.

// peerFault tells whether err is about the peer that was asked, so that
// another one may do better, and not about what it was asked.
func peerFault(err error) bool {
	if other := (elsewhere{}); errors.As(err, &other) {
		return false
	}
	if strange := (*strangeAnswer)(nil); errors.As(err, &strange) {
		return true
	}
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	switch s.Code() {
	case codes.Unavailable:
		return !aboutOthers(s.Message())
	case codes.DeadlineExceeded, codes.Internal, codes.Unimplemented, codes.Canceled:
		return true
	case codes.Aborted:
		return ownChaincodeAway(s)
	default:
		return false
	}
}

// aboutOthers: the peer answered that it cannot reach somebody else.
func aboutOthers(message string) bool {
	return hasAnyPrefix(message, "no orderer", "insufficient number of orderers", "failed to find any endorsing peers",
		"failed to select a set of endorsers")
}

// ownChaincodeAway: the peer's own organisation, which has to endorse first,
// cannot run the chaincode. Peers of other organisations begin with theirs.
func ownChaincodeAway(s *status.Status) bool {
	return strings.HasPrefix(s.Message(), "failed to endorse transaction") && !slices.ContainsFunc(answersIn(s), func(a answer) bool {
		_, refused := refusal(a.text)
		return refused || denied(a.text) || tooLarge(a.text)
	})
}

// answer is what one endorser said; its organisation is empty where it was
// the peer's gateway itself.
type answer struct{ msp, address, text string }

func answersIn(s *status.Status) []answer {
	var all []answer
	for _, detail := range s.Details() {
		if d, ok := detail.(*gateway.ErrorDetail); ok {
			all = append(all, answer{d.GetMspId(), d.GetAddress(), d.GetMessage()})
		}
	}
	if len(all) == 0 {
		all = append(all, answer{text: s.Message()})
	}
	return all
}

// refusal finds the contract's own words in what a peer made of them.
func refusal(text string) (message string, ok bool) {
	text = strings.TrimPrefix(text, "evaluate call to endorser returned error: ")
	rest, ok := strings.CutPrefix(text, "chaincode response ")
	if !ok {
		return "", false
	}
	number, message, ok := strings.Cut(rest, ", ")
	return message, ok && number != "" && strings.Trim(number, "0123456789") == ""
}

func disagrees(text string) bool { return text == "ProposalResponsePayloads do not match" }

// tooLarge knows the words of gRPC on either side, and of the orderer's size
// filter.
func tooLarge(text string) bool {
	return strings.Contains(text, "message larger than max") ||
		strings.Contains(text, "message payload is ") && strings.Contains(text, " and exceeds maximum allowed ")
}

// denied knows the words of peers and orderers about an identity that they do
// not accept.
func denied(text string) bool {
	return containsAny(text, "access denied", "creator org", "identity expired", "FORBIDDEN",
		"permission denied", "olicy evaluation failed", "evaluating policy on signed data", "signature set did not satisfy policy")
}

// plainError is the error where nothing was written and no contract spoke.
func plainError(st *status.Status, answers []answer, s *session) error {
	text := st.Message()
	if len(st.Details()) > 0 {
		text += ": " + whoSaid(answers, false)
	}
	switch {
	case tooLarge(text):
		return fmt.Errorf("%w: %s", ledger.ErrTooLarge, text)
	case st.Code() == codes.PermissionDenied || denied(text):
		return notAccepted(s, text)
	}
	return fmt.Errorf("%w: %s: %s", ledger.ErrUnavailable, st.Code(), text)
}

// notAccepted names the certificate that somebody does not accept.
func notAccepted(s *session, text string) error {
	c := s.id.certificate
	return fmt.Errorf("%w: the certificate of %s in %s, valid until %s, is not accepted: %s",
		ledger.ErrUnavailable, c.Subject.CommonName, s.id.MspID(), c.NotAfter.Format(time.RFC3339), text)
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}
