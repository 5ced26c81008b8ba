package fabric

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

var names = map[string]string{"grain-cc": "grain", "credit-cc": "credit"}

func results() []byte {
	public := func(writes ...*kvrwset.KVWrite) []byte {
		return must(proto.Marshal(&kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "read"}}, Writes: writes}))
	}
	return must(proto.Marshal(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{
		{Namespace: "_lifecycle", Rwset: public(&kvrwset.KVWrite{Key: "theirs"})},
		{
			Namespace: "credit-cc", Rwset: public(&kvrwset.KVWrite{Key: "b", Value: []byte("2")}),
			CollectionHashedRwset: []*rwset.CollectionHashedReadWriteSet{{CollectionName: "sealed", HashedRwset: must(proto.Marshal(&kvrwset.HashedRWSet{
				HashedWrites: []*kvrwset.KVWriteHash{
					{KeyHash: ledger.KeyHash("put"), ValueHash: []byte("hash")},
					{KeyHash: ledger.KeyHash("deleted"), IsDelete: true},
					{KeyHash: ledger.KeyHash("purged"), IsDelete: true, IsPurge: true},
				},
			}))}},
		},
		{Namespace: "grain-cc", Rwset: public(&kvrwset.KVWrite{Key: "a", Value: []byte("1")}, &kvrwset.KVWrite{Key: "c", IsDelete: true})},
		{Namespace: "other", Rwset: public(&kvrwset.KVWrite{Key: "theirs"})},
	}}))
}

func TestDecodeTransaction(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	x := txParts{nonce: "n", at: at, args: []string{"grain:Submit", "batch"}, response: "verdicts", event: "event", results: results()}
	raw := must(proto.Marshal(envelopeOf(x)))
	tx := decodeTx(raw, ledger.Valid, names)
	if len(tx.ID) != 64 || !tx.Time.Equal(at) || tx.Contract != "grain" || tx.Function != "Submit" ||
		len(tx.Args) != 1 || string(tx.Args[0]) != "batch" || string(tx.Response) != "verdicts" || string(tx.Event) != "event" {
		t.Errorf("decoded %+v", tx)
	}
	if len(tx.Writes) != 3 {
		t.Fatalf("writes %+v", tx.Writes)
	}
	for i, want := range []ledger.Write{{Contract: "grain", Key: "a", Value: []byte("1")}, {Contract: "credit", Key: "b", Value: []byte("2")}, {Contract: "grain", Key: "c", Delete: true}} {
		if got := tx.Writes[i]; got.Contract != want.Contract || got.Key != want.Key || string(got.Value) != string(want.Value) || got.Delete != want.Delete {
			t.Errorf("write %d is %+v", i, got)
		}
	}
	if len(tx.Private) != 3 {
		t.Fatalf("private %+v", tx.Private)
	}
	for i, want := range []ledger.PrivateWrite{{KeyHash: ledger.KeyHash("put"), Hash: []byte("hash")}, {KeyHash: ledger.KeyHash("deleted")}, {KeyHash: ledger.KeyHash("purged"), Purge: true}} {
		got := tx.Private[i]
		if got.Contract != "credit" || got.Collection != "sealed" || !bytes.Equal(got.KeyHash, want.KeyHash) || !bytes.Equal(got.Hash, want.Hash) || got.Purge != want.Purge {
			t.Errorf("private write %d is %+v", i, got)
		}
	}

	tx = decodeTx(raw, ledger.MVCCReadConflict, names)
	if tx.Contract != "grain" || string(tx.Response) != "verdicts" || tx.Writes != nil || tx.Private != nil {
		t.Errorf("invalid: %+v", tx)
	}
}

// Who calls his own chaincode may write ours beside the input.
func TestDecodeTakesTheEndorsedChaincode(t *testing.T) {
	for name, x := range map[string]txParts{
		"foreign":                  {chaincode: "other", args: []string{"Submit"}, results: results()},
		"ours in the header alone": {chaincode: "other", extension: "grain-cc", args: []string{"Submit"}, results: results()},
		"lifecycle":                {chaincode: "_lifecycle", args: []string{"CommitChaincodeDefinition"}},
		"config":                   {kind: common.HeaderType_CONFIG},
		"of another kind":          {kind: common.HeaderType_CONFIG_UPDATE, args: []string{"Submit"}, results: results()},
	} {
		tx := decodeTx(must(proto.Marshal(envelopeOf(x))), ledger.Valid, names)
		if tx.Contract != "" || tx.Function != "" || tx.Args != nil || tx.Response != nil || tx.Writes != nil || tx.Private != nil {
			t.Errorf("%s: %+v", name, tx)
		}
		if tx.ID == "" {
			t.Errorf("%s has no id", name)
		}
	}
}

func TestDecodeForgedID(t *testing.T) {
	raw := must(proto.Marshal(envelopeOf(txParts{id: "somebody else's", args: []string{"Submit"}})))
	if tx := decodeTx(raw, "BAD_PROPOSAL_TXID", names); tx.ID != "" {
		t.Errorf("told as %q", tx.ID)
	}
}

func TestDecodeFunction(t *testing.T) {
	for in, want := range map[string]string{"Submit": "Submit", "grain:Submit": "Submit", "submit": "Submit", "grain:submit": "Submit", "\u017fubmit": "Submit", "SUBMIT": "SUBMIT", "": "", "grain:": "", "org.hyperledger.fabric:GetMetadata": "org.hyperledger.fabric:GetMetadata", "credit:Submit": "credit:Submit"} {
		if got, _ := function("grain", [][]byte{[]byte(in)}); got != want {
			t.Errorf("%q is told as %q", in, got)
		}
	}
	if got, args := function("grain", nil); got != "" || args != nil {
		t.Errorf("without input: %q %q", got, args)
	}
}

func TestDecodeBlock(t *testing.T) {
	early, late := time.Unix(1000, 0).UTC(), time.Unix(3000, 0).UTC()
	a, b := envelopeOf(txParts{nonce: "a", at: late, args: []string{"Submit"}}), envelopeOf(txParts{nonce: "b", at: early})
	codes := []peer.TxValidationCode{0, peer.TxValidationCode_PHANTOM_READ_CONFLICT, peer.TxValidationCode_DUPLICATE_TXID, peer.TxValidationCode_BAD_PAYLOAD, 77}
	block := decodeBlock(blockOf(7, []byte("before"), codes,
		must(proto.Marshal(a)), must(proto.Marshal(b)), must(proto.Marshal(a)), []byte{0xff}, nil, nil), names)
	if block.Number != 7 || string(block.Previous) != "before" || len(block.Hash) != 32 || !block.Time.Equal(late) {
		t.Errorf("block %+v", block)
	}
	var got []ledger.Code
	for _, tx := range block.Txs {
		got = append(got, tx.Code)
	}
	want := []ledger.Code{"VALID", "PHANTOM_READ_CONFLICT", "BAD_PAYLOAD", "CODE_77", "NOT_VALIDATED"}
	if len(got) != len(want) {
		t.Fatalf("codes %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("transaction %d has code %s, want %s", i, got[i], want[i])
		}
	}
	if tx := block.Txs[2]; tx.ID != "" || tx.Contract != "" {
		t.Errorf("the unreadable one: %+v", tx)
	}
}

// The header's encoding, written out by hand.
func TestHeaderHash(t *testing.T) {
	der, err := hex.DecodeString("300a" + "020107" + "04026162" + "040163")
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.KeyHash(string(der)) // SHA-256
	if got := headerHash(&common.BlockHeader{Number: 7, PreviousHash: []byte("ab"), DataHash: []byte("c")}); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

// The decoder reads what any member of the channel may have written.
func FuzzDecodeBlock(f *testing.F) {
	add := func(e *common.Envelope) { f.Add(must(proto.Marshal(e)), byte(0)) }
	add(configEnvelope())
	add(envelopeOf(txParts{nonce: "a", args: []string{"grain:Submit", "batch"}, response: "r", event: "e", results: results()}))
	add(envelopeOf(txParts{nonce: "b", chaincode: "other"}))
	f.Add([]byte(nil), byte(255))
	f.Fuzz(func(t *testing.T, raw []byte, code byte) {
		b := decodeBlock(blockOf(1, nil, []peer.TxValidationCode{peer.TxValidationCode(code)}, raw), names)
		if code != byte(peer.TxValidationCode_DUPLICATE_TXID) && len(b.Txs) != 1 {
			t.Fatalf("%d transactions", len(b.Txs))
		}
		for _, tx := range b.Txs {
			if tx.Contract == "" && (tx.Function != "" || tx.Writes != nil || tx.Private != nil) || tx.Code != ledger.Valid && tx.Writes != nil {
				t.Errorf("decoded %+v", tx)
			}
		}
		whole := new(common.Block)
		if proto.Unmarshal(raw, whole) == nil {
			decodeBlock(whole, names)
		}
	})
}
