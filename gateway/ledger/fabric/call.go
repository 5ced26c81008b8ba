package fabric

import (
	"context"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// call is a ledger.Tx in this channel's names.
type call struct {
	chaincode string
	function  string
	options   []client.ProposalOption
	endorsers []string // organisations; empty: the policy decides
	args      [][]byte
}

func (l *Ledger) call(tx ledger.Tx) (call, error) {
	contract := tx.Contract
	if contract == "" {
		contract = ledger.GrainContract
	}
	c := call{
		chaincode: l.profile.Contracts[contract], function: tx.Function, args: tx.Args,
		options: []client.ProposalOption{client.WithBytesArguments(tx.Args...)},
	}
	if c.chaincode == "" {
		return call{}, fmt.Errorf("fabric: the profile names no chaincode for contract %q", contract)
	}
	if len(tx.Transient) > 0 {
		c.options = append(c.options, client.WithTransient(tx.Transient))
	}
	if tx.Collection != "" {
		// Without names the peer would choose, and could show what travels
		// beside the transaction to somebody who may not see it.
		c.endorsers = l.profile.Collections[contract+"/"+tx.Collection]
		if len(c.endorsers) == 0 {
			return call{}, fmt.Errorf("fabric: the profile names no endorsers for collection %q", contract+"/"+tx.Collection)
		}
		c.options = append(c.options, client.WithEndorsingOrganizations(c.endorsers...))
	}
	return c, nil
}

func (c call) propose(s *session) (*client.Proposal, error) {
	proposal, err := s.network.GetContract(c.chaincode).NewProposal(c.function, c.options...)
	if err != nil {
		return nil, fmt.Errorf("%w: make a proposal: %w", ledger.ErrUnavailable, err)
	}
	return proposal, nil
}

// Evaluate runs tx on one peer against its committed state. A refusal by the
// contract is a *ledger.ContractError; ledger.ErrUnavailable means that no
// peer could run it.
func (l *Ledger) Evaluate(ctx context.Context, tx ledger.Tx) ([]byte, error) {
	c, err := l.call(tx)
	if err != nil {
		return nil, err
	}
	ctx, done := l.live(ctx)
	defer done()
	leave, err := l.reads.enter(ctx)
	if err != nil {
		return nil, l.ended(ctx)
	}
	defer leave()
	var answer []byte
	var asked *session
	err = l.inTurn(ctx, func(s *session) error {
		asked = s
		ctx, cancel := context.WithTimeout(ctx, l.opt.EvaluateTimeout)
		defer cancel()
		proposal, err := c.propose(s)
		if err != nil {
			return err
		}
		answer, err = proposal.EvaluateWithContext(ctx)
		return err
	})
	if err != nil {
		return nil, evaluateError(err, asked)
	}
	return answer, nil
}
