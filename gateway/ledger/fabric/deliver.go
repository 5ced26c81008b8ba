package fabric

import (
	"context"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// deliver asks for the blocks from number from on. The client's own event
// channel is not used: it closes without saying why.
func (s *session) deliver(ctx context.Context, from uint64) (peer.Deliver_DeliverClient, error) {
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
	blocks, err := peer.NewDeliverClient(s.conn).Deliver(ctx)
	if err != nil {
		return nil, err
	}
	return blocks, blocks.Send(envelope)
}

// receive waits for the next block. A peer that ends the stream says why with
// a status.
func (s *session) receive(blocks peer.Deliver_DeliverClient) (*common.Block, error) {
	response, err := blocks.Recv()
	if err != nil {
		return nil, err
	}
	if b := response.GetBlock(); b != nil {
		return b, nil
	}
	if response.GetStatus() == common.Status_FORBIDDEN {
		return nil, notAccepted(s, "the peer refuses the block stream: FORBIDDEN")
	}
	return nil, fmt.Errorf("the peer ended the stream with status %s", response.GetStatus())
}
