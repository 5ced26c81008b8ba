package fabric

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// decodeBlock tells a block in the ledger's words. names has the contracts by
// chaincode name. Whoever may write to the channel decides what stands in an
// envelope, so nothing in it is an error: what cannot be read, and what is
// none of ours, is a transaction without a contract.
func decodeBlock(b *common.Block, names map[string]string) ledger.Block {
	out := ledger.Block{
		Number:   b.GetHeader().GetNumber(),
		Hash:     headerHash(b.GetHeader()),
		Previous: b.GetHeader().GetPreviousHash(),
	}
	for i, raw := range b.GetData().GetData() {
		code := codeAt(b.GetMetadata(), i)
		if code == codeName(int32(peer.TxValidationCode_DUPLICATE_TXID)) {
			continue // it shares its id with another one, which counts
		}
		tx := decodeTx(raw, code, names)
		out.Txs = append(out.Txs, tx)
	}
	out.Time = blockTime(out.Txs)
	return out
}

// blockTime is the latest time of a transaction in the block: of those that
// our contracts accepted, since they have held it against their clock; in a
// block without one, of any.
func blockTime(txs []ledger.BlockTx) time.Time {
	var ours, any time.Time
	for _, tx := range txs {
		if tx.Contract != "" && tx.Code == ledger.Valid && tx.Time.After(ours) {
			ours = tx.Time
		}
		if tx.Time.After(any) {
			any = tx.Time
		}
	}
	if ours.IsZero() {
		return any
	}
	return ours
}

// codeAt is the validation code that the peer gave the transaction at i.
func codeAt(m *common.BlockMetadata, i int) ledger.Code {
	all := m.GetMetadata()
	if filter := int(common.BlockMetadataIndex_TRANSACTIONS_FILTER); len(all) > filter && len(all[filter]) > i {
		return codeName(int32(all[filter][i]))
	}
	return codeName(int32(peer.TxValidationCode_NOT_VALIDATED))
}

func codeName(code int32) ledger.Code {
	if name, ok := peer.TxValidationCode_name[code]; ok {
		return ledger.Code(name)
	}
	return ledger.Code("CODE_" + strconv.Itoa(int(code)))
}

func decodeTx(raw []byte, code ledger.Code, names map[string]string) ledger.BlockTx {
	tx := ledger.BlockTx{Code: code}
	envelope := new(common.Envelope)
	if proto.Unmarshal(raw, envelope) != nil {
		return tx
	}
	call, readable := readInvocation(envelope.GetPayload())
	tx.ID, tx.Time = call.id, call.time
	if code != ledger.Valid && !call.ownID {
		// Nobody compared the id of a transaction that failed before.
		tx.ID = ""
	}
	contract := names[call.chaincode]
	if !readable || contract == "" {
		return tx
	}
	tx.Contract, tx.Response, tx.Event = contract, call.response, call.event
	tx.Function, tx.Args = function(contract, call.args)
	if code == ledger.Valid {
		tx.Writes, tx.Private = decodeWrites(call.results, names)
	}
	return tx
}

// function splits a chaincode's input, and names the function that the contract
// API runs. A call may name the contract inside the chaincode and begin the
// function small, as in "grain:submit". Our chaincode refuses both by now, but
// a chain may have such calls from before it did.
func function(contract string, input [][]byte) (name string, args [][]byte) {
	if len(input) == 0 {
		return "", nil
	}
	name = strings.TrimPrefix(string(input[0]), contract+":")
	if first := []rune(name); len(first) > 0 && !strings.Contains(name, ":") && !unicode.IsUpper(first[0]) {
		first[0] = unicode.ToUpper(first[0])
		name = string(first)
	}
	return name, input[1:]
}

// asTime is t, or no time where t is none.
func asTime(t *timestamppb.Timestamp) time.Time {
	if t.CheckValid() != nil {
		return time.Time{}
	}
	return t.AsTime()
}
