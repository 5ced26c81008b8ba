package fabric

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// fakeChain is the channel that the fake peers share.
type fakeChain struct {
	mu     sync.Mutex
	blocks []*common.Block
	where  map[string]uint64
	codes  map[string]peer.TxValidationCode
	more   chan struct{}
}

func newFakeChain() *fakeChain {
	c := &fakeChain{where: map[string]uint64{}, codes: map[string]peer.TxValidationCode{}, more: make(chan struct{})}
	c.add(peer.TxValidationCode_VALID, configEnvelope())
	return c
}

// add commits a block of one transaction.
func (c *fakeChain) add(code peer.TxValidationCode, e *common.Envelope) *common.Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	var previous []byte
	if n := len(c.blocks); n > 0 {
		previous = headerHash(c.blocks[n-1].GetHeader())
	}
	b := blockOf(uint64(len(c.blocks)), previous, []peer.TxValidationCode{code}, must(proto.Marshal(e)))
	call, _ := readInvocation(e.GetPayload())
	c.where[call.id], c.codes[call.id] = b.GetHeader().GetNumber(), code
	c.blocks = append(c.blocks, b)
	close(c.more)
	c.more = make(chan struct{})
	return b
}

// grow commits n blocks.
func (c *fakeChain) grow(n int) {
	for range n {
		c.add(peer.TxValidationCode_VALID, envelopeOf(txParts{}))
	}
}

func (c *fakeChain) find(id string) (uint64, peer.TxValidationCode, bool, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	block, ok := c.where[id]
	return block, c.codes[id], ok, c.more
}

func (c *fakeChain) wait(ctx context.Context, n uint64) (*common.Block, error) {
	for {
		c.mu.Lock()
		more := c.more
		if n < uint64(len(c.blocks)) {
			defer c.mu.Unlock()
			return c.blocks[n], nil
		}
		c.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (c *fakeChain) query(call invocation) ([]byte, error) {
	switch name := string(call.args[0]); {
	case call.chaincode != "qscc":
		return append([]byte("read by "), call.args[0]...), nil
	case name == "GetChainInfo":
		c.mu.Lock()
		defer c.mu.Unlock()
		return proto.Marshal(&common.BlockchainInfo{Height: uint64(len(c.blocks))})
	default:
		id := string(call.args[2])
		if _, code, ok, _ := c.find(id); ok {
			return proto.Marshal(&peer.ProcessedTransaction{ValidationCode: int32(code)})
		}
		return nil, status.Error(codes.Unknown, fmt.Sprintf("evaluate call to endorser returned error: chaincode response 500, "+
			"Failed to get transaction with id %s, error no such transaction ID [%s] in index", id, id))
	}
}

func blockOf(number uint64, previous []byte, filter []peer.TxValidationCode, envelopes ...[]byte) *common.Block {
	data := sha256.Sum256(bytes.Join(envelopes, nil))
	flags := make([]byte, len(filter))
	for i, code := range filter {
		flags[i] = byte(code)
	}
	return &common.Block{
		Header:   &common.BlockHeader{Number: number, PreviousHash: previous, DataHash: data[:]},
		Data:     &common.BlockData{Data: envelopes},
		Metadata: &common.BlockMetadata{Metadata: [][]byte{nil, nil, flags, nil}},
	}
}

// txParts is what a test wants to say in an envelope; the rest is made up.
type txParts struct {
	kind      common.HeaderType
	nonce     string
	id        string // empty: the right one
	at        time.Time
	chaincode string
	extension string // empty: as chaincode
	args      []string
	response  string
	event     string
	results   []byte
}

func configEnvelope() *common.Envelope {
	return envelopeOf(txParts{kind: common.HeaderType_CONFIG, at: time.Unix(1000, 0)})
}

var nonces struct {
	sync.Mutex
	n int
}

func envelopeOf(x txParts) *common.Envelope {
	if x.kind == 0 {
		x.kind = common.HeaderType_ENDORSER_TRANSACTION
	}
	if x.nonce == "" {
		nonces.Lock()
		nonces.n++
		x.nonce = fmt.Sprint("nonce", nonces.n)
		nonces.Unlock()
	}
	if x.chaincode == "" {
		x.chaincode = "grain-cc"
	}
	if x.extension == "" {
		x.extension = x.chaincode
	}
	signature := must(proto.Marshal(&common.SignatureHeader{Nonce: []byte(x.nonce), Creator: []byte("somebody")}))
	if x.id == "" {
		x.id = txID(signature)
	}
	header := &common.ChannelHeader{
		Type: int32(x.kind), TxId: x.id, ChannelId: "grain",
		Extension: must(proto.Marshal(&peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: x.extension}})),
	}
	if !x.at.IsZero() {
		header.Timestamp = timestamppb.New(x.at)
	}
	var args [][]byte
	for _, a := range x.args {
		args = append(args, []byte(a))
	}
	return wrap(&common.Header{ChannelHeader: must(proto.Marshal(header)), SignatureHeader: signature},
		&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{
			ChaincodeId: &peer.ChaincodeID{Name: "grain-cc"}, Input: &peer.ChaincodeInput{Args: args},
		}}, &peer.ChaincodeAction{
			ChaincodeId: &peer.ChaincodeID{Name: x.chaincode}, Results: x.results,
			Events:   must(proto.Marshal(&peer.ChaincodeEvent{Payload: []byte(x.event)})),
			Response: &peer.Response{Status: 200, Payload: []byte(x.response)},
		})
}

func wrap(header *common.Header, spec *peer.ChaincodeInvocationSpec, action *peer.ChaincodeAction) *common.Envelope {
	return &common.Envelope{Payload: must(proto.Marshal(&common.Payload{
		Header: header,
		Data: must(proto.Marshal(&peer.Transaction{Actions: []*peer.TransactionAction{{
			Payload: must(proto.Marshal(&peer.ChaincodeActionPayload{
				ChaincodeProposalPayload: must(proto.Marshal(&peer.ChaincodeProposalPayload{Input: must(proto.Marshal(spec))})),
				Action: &peer.ChaincodeEndorsedAction{
					ProposalResponsePayload: must(proto.Marshal(&peer.ProposalResponsePayload{Extension: must(proto.Marshal(action))})),
				},
			})),
		}}})),
	}))}
}

// parts takes a proposal apart.
func parts(signed *peer.SignedProposal) (*common.Header, *peer.ChaincodeInvocationSpec) {
	proposal, header := new(peer.Proposal), new(common.Header)
	payload, spec := new(peer.ChaincodeProposalPayload), new(peer.ChaincodeInvocationSpec)
	check(proto.Unmarshal(signed.GetProposalBytes(), proposal))
	check(proto.Unmarshal(proposal.GetHeader(), header))
	check(proto.Unmarshal(proposal.GetPayload(), payload))
	check(proto.Unmarshal(payload.GetInput(), spec))
	return header, spec
}

func proposalOf(signed *peer.SignedProposal) invocation {
	_, spec := parts(signed)
	return invocation{chaincode: spec.GetChaincodeSpec().GetChaincodeId().GetName(), args: spec.GetChaincodeSpec().GetInput().GetArgs()}
}

func creatorOf(signed *peer.SignedProposal) []byte {
	header, _ := parts(signed)
	signature := new(common.SignatureHeader)
	check(proto.Unmarshal(header.GetSignatureHeader(), signature))
	return signature.GetCreator()
}

// endorsedEnvelope is what a peer prepares for a proposal.
func endorsedEnvelope(signed *peer.SignedProposal, response string, results []byte) *common.Envelope {
	header, spec := parts(signed)
	return wrap(header, spec, &peer.ChaincodeAction{
		ChaincodeId: spec.GetChaincodeSpec().GetChaincodeId(), Results: results,
		Response: &peer.Response{Status: 200, Payload: []byte(response)},
	})
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
