package fabric

import (
	"errors"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// sendError is the error of a transaction that ordering certainly does not
// have; nil where it may have it.
func sendError(err error, s *session) error {
	st := status.Convert(err)
	answers := answersIn(st)
	if sent := (*client.SubmitError)(nil); errors.As(err, &sent) && !neverSent(st, answers) {
		return nil
	}
	return plainError(st, answers, s)
}

func neverSent(st *status.Status, answers []answer) bool {
	text := st.Message()
	switch st.Code() {
	case codes.InvalidArgument, codes.FailedPrecondition, codes.NotFound, codes.Unimplemented, codes.PermissionDenied:
		return true
	case codes.Unknown, codes.ResourceExhausted:
		return strings.HasPrefix(text, "too many requests") || tooLarge(text)
	case codes.Aborted:
		return strings.HasPrefix(text, "received unsuccessful response from orderer")
	case codes.Unavailable:
		if strings.HasPrefix(text, "no orderers could successfully process") && len(st.Details()) > 0 {
			return !slices.ContainsFunc(answers, func(a answer) bool { return !notTaken(a.text) })
		}
		return strings.HasPrefix(text, "no orderer nodes available") || neverConnected(text)
	default:
		return false
	}
}

// notTaken: this orderer certainly does not have the transaction. An orderer
// that handed it on and then lost its leader does not say so.
func notTaken(text string) bool {
	return neverConnected(text) || tooLarge(text) ||
		strings.Contains(text, "status=SERVICE_UNAVAILABLE") && containsAny(text, "no Raft leader", "chain is not started", "maintenance mode")
}

func neverConnected(text string) bool {
	return containsAny(text, "Error while dialing", "authentication handshake failed", "name resolver error")
}
