package fabric

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// invocation is one call of a chaincode, as its envelope tells it.
type invocation struct {
	id        string
	ownID     bool // id is the hash that Fabric makes a transaction's id of
	time      time.Time
	chaincode string
	args      [][]byte
	response  []byte
	event     []byte
	results   []byte // the read and write sets
}

// readInvocation reads the payload of an envelope. ok is false where it is no
// endorsed call of one chaincode; what was read until then is there.
func readInvocation(raw []byte) (v invocation, ok bool) {
	payload, channel := new(common.Payload), new(common.ChannelHeader)
	if proto.Unmarshal(raw, payload) != nil || proto.Unmarshal(payload.GetHeader().GetChannelHeader(), channel) != nil {
		return v, false
	}
	v.id, v.time = channel.GetTxId(), asTime(channel.GetTimestamp())
	v.ownID = v.id != "" && v.id == txID(payload.GetHeader().GetSignatureHeader())
	if common.HeaderType(channel.GetType()) != common.HeaderType_ENDORSER_TRANSACTION {
		return v, false
	}
	tx, extension := new(peer.Transaction), new(peer.ChaincodeHeaderExtension)
	if proto.Unmarshal(payload.GetData(), tx) != nil || len(tx.GetActions()) != 1 ||
		proto.Unmarshal(channel.GetExtension(), extension) != nil {
		return v, false
	}
	return v, v.readAction(tx.GetActions()[0].GetPayload()) && v.chaincode == extension.GetChaincodeId().GetName()
}

// readAction takes the chaincode from what the endorsers signed. The name
// beside the input is the sender's own: no peer compares it with anything.
func (v *invocation) readAction(raw []byte) bool {
	action, proposal, spec := new(peer.ChaincodeActionPayload), new(peer.ChaincodeProposalPayload), new(peer.ChaincodeInvocationSpec)
	response, result, event := new(peer.ProposalResponsePayload), new(peer.ChaincodeAction), new(peer.ChaincodeEvent)
	for _, part := range []struct {
		raw func() []byte
		to  proto.Message
	}{
		{func() []byte { return raw }, action},
		{action.GetChaincodeProposalPayload, proposal},
		{proposal.GetInput, spec},
		{func() []byte { return action.GetAction().GetProposalResponsePayload() }, response},
		{response.GetExtension, result},
		{result.GetEvents, event},
	} {
		if proto.Unmarshal(part.raw(), part.to) != nil {
			return false
		}
	}
	v.chaincode = result.GetChaincodeId().GetName()
	v.args = spec.GetChaincodeSpec().GetInput().GetArgs()
	v.response, v.event, v.results = result.GetResponse().GetPayload(), event.GetPayload(), result.GetResults()
	return v.chaincode != ""
}

// txID is the id of a transaction with this signature header.
func txID(raw []byte) string {
	h := new(common.SignatureHeader)
	if proto.Unmarshal(raw, h) != nil {
		return ""
	}
	sum := sha256.New()
	sum.Write(h.GetNonce())
	sum.Write(h.GetCreator())
	return hex.EncodeToString(sum.Sum(nil))
}
