package fabric

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/network"
)

// bound is how long a test waits for what must come.
const bound = 20 * time.Second

// fakePeer is a peer's gateway and deliver service over real TLS. What a test
// does not script works.
type fakePeer struct {
	gateway.UnimplementedGatewayServer
	peer.UnimplementedDeliverServer

	t       *testing.T
	chain   *fakeChain
	tls     credentials.TransportCredentials
	address string

	mu       sync.Mutex
	server   *grpc.Server
	asked    map[string]int
	creators [][]byte
	endorse  func(*gateway.EndorseRequest) (*gateway.EndorseResponse, error)
	submit   func(*gateway.SubmitRequest) (*gateway.SubmitResponse, error)
	commit   func(context.Context, string) (*gateway.CommitStatusResponse, error)
	evaluate func(chaincode string, args [][]byte) ([]byte, error)
	block    func(stream peer.Deliver_DeliverServer, b *common.Block) error
	refuse   common.Status // of block streams
}

// world is a channel of fake peers and the profile of a gateway.
type world struct {
	t       *testing.T
	dir     string
	ca      *issuer
	chain   *fakeChain
	peers   []*fakePeer
	profile *network.Profile
}

func newWorld(t *testing.T, peers int) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), ca: newIssuer(t, "ca"), chain: newFakeChain()}
	w.profile = &network.Profile{
		Channel: "grain", MSP: "GrainMSP",
		Contracts:   map[string]string{"grain": "grain-cc", "credit": "credit-cc"},
		Collections: map[string][]string{"grain/sealed": {"AMSP", "BMSP"}, "credit/sealed": {"CMSP"}},
	}
	w.profile.Certificate, w.profile.Key = w.ca.user(w.dir, "gateway", time.Now().Add(24*time.Hour))
	authority := w.ca.file(w.dir, "tls.pem")
	for range peers {
		p := &fakePeer{t: t, chain: w.chain, tls: credentials.NewServerTLSFromCert(new(w.ca.server("peer.test"))), asked: map[string]int{}}
		p.start("127.0.0.1:0")
		t.Cleanup(p.stop)
		w.peers = append(w.peers, p)
		w.profile.Peers = append(w.profile.Peers, network.ProfilePeer{
			MSP: "GrainMSP", Address: p.address, ServerName: "peer.test", Authority: authority,
		})
	}
	return w
}

// open opens a ledger whose pauses are short.
func (w *world) open(change ...func(*Options)) *Ledger {
	w.t.Helper()
	opt := Options{firstPause: 5 * time.Millisecond, mostPause: 20 * time.Millisecond, agreePause: time.Millisecond, freshness: time.Nanosecond}
	for _, c := range change {
		c(&opt)
	}
	l, err := Open(w.t.Context(), w.profile, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Close() })
	return l
}

func (p *fakePeer) start(address string) {
	p.t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address = listener.Addr().String()
	server := grpc.NewServer(grpc.Creds(p.tls), grpc.MaxRecvMsgSize(maxMessage))
	gateway.RegisterGatewayServer(server, p)
	peer.RegisterDeliverServer(server, p)
	p.server = server
	go func() { _ = server.Serve(listener) }()
}

// stop cuts all connections, as a process that is killed.
func (p *fakePeer) stop() {
	p.mu.Lock()
	server := p.server
	p.mu.Unlock()
	server.Stop()
}

// hangUp cuts the connections while a handler runs, which must then end.
func (p *fakePeer) hangUp(ctx context.Context) error {
	go p.stop()
	<-ctx.Done()
	return ctx.Err()
}

func (p *fakePeer) script(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *fakePeer) count(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[what]
}

func (p *fakePeer) Endorse(_ context.Context, in *gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
	p.mu.Lock()
	p.asked["endorse"]++
	script := p.endorse
	p.creators = append(p.creators, creatorOf(in.GetProposedTransaction()))
	p.mu.Unlock()
	if script != nil {
		if out, err := script(in); out != nil || err != nil {
			return out, err
		}
	}
	return &gateway.EndorseResponse{PreparedTransaction: endorsedEnvelope(in.GetProposedTransaction(), "done", nil)}, nil
}

func (p *fakePeer) Submit(_ context.Context, in *gateway.SubmitRequest) (*gateway.SubmitResponse, error) {
	p.mu.Lock()
	p.asked["submit"]++
	script := p.submit
	p.mu.Unlock()
	if script != nil {
		if out, err := script(in); out != nil || err != nil {
			return out, err
		}
	}
	p.chain.add(peer.TxValidationCode_VALID, in.GetPreparedTransaction())
	return &gateway.SubmitResponse{}, nil
}

func (p *fakePeer) CommitStatus(ctx context.Context, in *gateway.SignedCommitStatusRequest) (*gateway.CommitStatusResponse, error) {
	request := new(gateway.CommitStatusRequest)
	if err := proto.Unmarshal(in.GetRequest(), request); err != nil || len(in.GetSignature()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "bad request")
	}
	p.mu.Lock()
	p.asked["status"]++
	script := p.commit
	p.mu.Unlock()
	if script != nil {
		if out, err := script(ctx, request.GetTransactionId()); out != nil || err != nil {
			return out, err
		}
	}
	for {
		block, code, found, more := p.chain.find(request.GetTransactionId())
		if found {
			return &gateway.CommitStatusResponse{Result: code, BlockNumber: block}, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (p *fakePeer) Evaluate(_ context.Context, in *gateway.EvaluateRequest) (*gateway.EvaluateResponse, error) {
	call := proposalOf(in.GetProposedTransaction())
	p.mu.Lock()
	p.asked["evaluate "+call.chaincode]++
	script := p.evaluate
	p.mu.Unlock()
	if script != nil {
		if out, err := script(call.chaincode, call.args); out != nil || err != nil {
			return &gateway.EvaluateResponse{Result: &peer.Response{Payload: out}}, err
		}
	}
	out, err := p.chain.query(call)
	return &gateway.EvaluateResponse{Result: &peer.Response{Payload: out}}, err
}

func (p *fakePeer) Deliver(stream peer.Deliver_DeliverServer) error {
	envelope, err := stream.Recv()
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.asked["deliver"]++
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != 0 {
		return stream.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Status{Status: refuse}})
	}
	payload, seek := new(common.Payload), new(orderer.SeekInfo)
	if err := errors.Join(proto.Unmarshal(envelope.GetPayload(), payload), proto.Unmarshal(payload.GetData(), seek)); err != nil {
		return err
	}
	for n := seek.GetStart().GetSpecified().GetNumber(); ; n++ {
		b, err := p.chain.wait(stream.Context(), n)
		if err != nil {
			return err
		}
		p.mu.Lock()
		script := p.block
		p.mu.Unlock()
		if script != nil {
			err = script(stream, b)
		} else {
			err = sendBlock(stream, b)
		}
		if err != nil {
			return err
		}
	}
}

func sendBlock(stream peer.Deliver_DeliverServer, b *common.Block) error {
	return stream.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Block{Block: b}})
}
