package fabric

import (
	"context"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// deliver asks for the blocks from number from on. The client's own event
// channel is not used: it closes without saying why.
func (s *session) deliver(ctx context.Context, from uint64) (grpc.ClientStream, error) {
	request, err := s.network.NewBlockEventsRequest(client.WithStartBlock(from))
	if err != nil {
		return nil, err
	}
	raw, err := request.Bytes()
	if err != nil {
		return nil, err
	}
	envelope := new(common.Envelope)
	if err := proto.Unmarshal(raw, envelope); err != nil {
		return nil, err
	}
	if envelope.Signature, err = s.id.sign(request.Digest()); err != nil {
		return nil, err
	}
	blocks, err := s.conn.NewStream(ctx, &peer.Deliver_ServiceDesc.Streams[0], peer.Deliver_Deliver_FullMethodName,
		grpc.ForceCodec(rawCodec{}))
	if err != nil {
		return nil, err
	}
	return blocks, blocks.SendMsg(envelope)
}

// errNoBlocks: the peer does not have the blocks that were asked for. It is
// behind, or it joined by a snapshot and has none of the older ones.
var errNoBlocks = errors.New("the peer does not have the block that is due: it is behind, not in the channel, or joined by a newer snapshot")

// receive waits for the next block. A peer that ends the stream says why with
// a status.
func (s *session) receive(blocks grpc.ClientStream) (*common.Block, []byte, error) {
	var answer []byte
	if err := blocks.RecvMsg(&answer); err != nil {
		return nil, nil, err
	}
	raw, status, err := deliverResponse(answer)
	if err != nil {
		return nil, nil, fmt.Errorf("the peer's answer cannot be read: %w", err)
	}
	if raw != nil {
		b := new(common.Block)
		return b, raw, proto.Unmarshal(raw, b)
	}
	switch status {
	case common.Status_FORBIDDEN:
		return nil, nil, notAccepted(s, "the peer refuses the block stream: FORBIDDEN")
	case common.Status_NOT_FOUND:
		return nil, nil, errNoBlocks
	}
	return nil, nil, fmt.Errorf("the peer ended the stream with status %s", status)
}
