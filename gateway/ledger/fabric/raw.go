package fabric

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// RawBlocks is Blocks with the bytes of each common.Block as the peer sent
// them, signatures and validation codes included.
func (l *Ledger) RawBlocks(ctx context.Context, from uint64) iter.Seq2[ledger.RawBlock, error] {
	return func(yield func(ledger.RawBlock, error) bool) {
		err := l.follow(ctx, from, func(b *common.Block, raw []byte) bool {
			return yield(rawBlock(b, raw), nil)
		})
		if err != nil {
			yield(ledger.RawBlock{}, err)
		}
	}
}

func rawBlock(b *common.Block, raw []byte) ledger.RawBlock {
	h := b.GetHeader()
	return ledger.RawBlock{Number: h.GetNumber(), Hash: headerHash(h), Previous: h.GetPreviousHash(), Bytes: raw}
}

// ReadRaw reads a block that RawBlocks gave. It fails where the bytes are no
// block, and where the transactions are not those of the header. The hash does
// not cover the metadata: signatures and validation codes.
func ReadRaw(raw []byte) (ledger.RawBlock, error) {
	b := new(common.Block)
	if err := proto.Unmarshal(raw, b); err != nil {
		return ledger.RawBlock{}, err
	}
	if b.GetHeader() == nil {
		return ledger.RawBlock{}, errors.New("it has no header")
	}
	c := chain{next: b.GetHeader().GetNumber()}
	if wrong := c.wrong(b); wrong != "" {
		return ledger.RawBlock{}, errors.New(wrong)
	}
	return rawBlock(b, raw), nil
}

// rawCodec hands messages through as bytes: what a peer sends as a block is
// kept as it came, and not encoded anew.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) ([]byte, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%T is no message", v)
	}
	return proto.Marshal(m)
}

func (rawCodec) Unmarshal(data []byte, v any) error {
	into, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("%T takes no bytes", v)
	}
	*into = data
	return nil
}

// Fields of protos.DeliverResponse.
const (
	statusField protowire.Number = 1
	blockField  protowire.Number = 2
)

// deliverResponse takes an answer of the block stream apart: a block's bytes,
// or the status with which the peer ends it.
func deliverResponse(raw []byte) (block []byte, status common.Status, err error) {
	for len(raw) > 0 {
		field, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return nil, 0, protowire.ParseError(n)
		}
		raw = raw[n:]
		switch {
		case field == blockField && kind == protowire.BytesType:
			block, n = protowire.ConsumeBytes(raw)
		case field == statusField && kind == protowire.VarintType:
			var v uint64
			v, n = protowire.ConsumeVarint(raw)
			status = common.Status(v)
		default:
			n = protowire.ConsumeFieldValue(field, kind, raw)
		}
		if n < 0 {
			return nil, 0, protowire.ParseError(n)
		}
		raw = raw[n:]
	}
	return block, status, nil
}
