package fabric

import (
	"bytes"
	"context"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// What this program does not know of a block is kept all the same.
func TestRawBlocksAreTheBytesThatCame(t *testing.T) {
	w := newWorld(t, 1)
	w.chain.grow(3)
	strange := protowire.AppendString(protowire.AppendTag(nil, 99, protowire.BytesType), "of a later Fabric")
	w.peers[0].block = func(s peer.Deliver_DeliverServer, b *common.Block) error {
		b = proto.Clone(b).(*common.Block)
		b.ProtoReflect().SetUnknown(strange)
		return sendBlock(s, b)
	}
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	var before ledger.RawBlock
	for b, err := range w.open().RawBlocks(ctx, 1) {
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(b.Bytes, strange) {
			t.Errorf("block %d was encoded anew", b.Number)
		}
		if got, err := ReadRaw(b.Bytes); err != nil || got.Number != b.Number || !bytes.Equal(got.Hash, b.Hash) || !bytes.Equal(got.Previous, b.Previous) {
			t.Errorf("read again: %+v, %v", got, err)
		}
		if b.Number > 1 && !bytes.Equal(b.Previous, before.Hash) {
			t.Errorf("block %d does not follow", b.Number)
		}
		if before = b; b.Number == 3 {
			return
		}
	}
	t.Error("the stream ended")
}

func TestReadRawRefuses(t *testing.T) {
	good := must(proto.Marshal(blockOf(4, []byte("before"), nil, []byte("tx"))))
	for name, raw := range map[string][]byte{
		"nothing":           nil,
		"half of it":        good[:len(good)/2],
		"other transaction": bytes.Replace(good, []byte("tx"), []byte("ty"), 1),
	} {
		if _, err := ReadRaw(raw); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDeliverResponseThatIsNone(t *testing.T) {
	for _, raw := range [][]byte{{0xff}, {0x12, 0x09, 1}, {0x08}} {
		if _, _, err := deliverResponse(raw); err == nil {
			t.Errorf("%x: no error", raw)
		}
	}
}
