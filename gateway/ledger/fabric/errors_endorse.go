package fabric

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/status"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// endorseError tells what a failed endorsement means. endorsers are the
// organisations that were named, none where the policy decided.
func endorseError(err error, endorsers []string, s *session) error {
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	answers := answersIn(st)
	var refusals []string
	differ := false
	for _, a := range answers {
		if message, ok := refusal(a.text); ok {
			differ = differ || len(refusals) > 0 && refusals[0] != message
			refusals = append(refusals, message)
		}
		differ = differ || disagrees(a.text)
	}
	accepted := othersAccepted(st.Message(), answers, endorsers)
	switch {
	case differ || accepted && len(refusals) > 0:
		return fmt.Errorf("%w: %s", ledger.ErrDisagree, whoSaid(answers, accepted))
	case len(refusals) > 0:
		return &ledger.ContractError{Message: refusals[0]}
	}
	return plainError(st, answers, s)
}

// othersAccepted tells whether somebody endorsed a proposal that as a whole
// failed. A peer asks further endorsers only after its own organisation's has
// accepted, or all at once where they were named.
func othersAccepted(message string, answers []answer, endorsers []string) bool {
	if !strings.HasPrefix(message, "failed to collect enough transaction endorsements") {
		return false
	}
	if len(endorsers) == 0 {
		return true
	}
	return slices.ContainsFunc(endorsers, func(msp string) bool {
		return !slices.ContainsFunc(answers, func(a answer) bool { return a.msp == msp })
	})
}

func whoSaid(answers []answer, accepted bool) string {
	said := make([]string, 0, len(answers)+1)
	for _, a := range answers {
		text := a.text
		if disagrees(text) {
			text = "came to another result than the first endorser"
		}
		said = append(said, fmt.Sprintf("%s (%s): %s", a.msp, a.address, text))
	}
	if accepted {
		said = append(said, "the others accepted")
	}
	return strings.Join(said, "; ")
}

// evaluateError tells what a failed evaluation means.
func evaluateError(err error, s *session) error {
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	if message, ok := refusal(st.Message()); ok {
		return &ledger.ContractError{Message: message}
	}
	answers := answersIn(st)
	for _, a := range answers {
		if message, ok := refusal(a.text); ok {
			return &ledger.ContractError{Message: message}
		}
	}
	return plainError(st, answers, s)
}

// queryError tells what a failed question to a system chaincode means: ask
// another peer.
func queryError(err error, s *session) error {
	if peerFault(err) {
		return err
	}
	err = evaluateError(err, s)
	if refused := (*ledger.ContractError)(nil); errors.As(err, &refused) && denied(refused.Message) {
		err = notAccepted(s, refused.Message)
	}
	return elsewhere{err}
}
