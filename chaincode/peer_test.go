package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

var peerTime = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// fakePeer is a peer with one namespace per definition. What a transaction
// writes is there at once, since no test here looks at it within one.
type fakePeer struct {
	chaincodes map[string]shim.Chaincode
	state      map[string]map[string][]byte
	private    map[string]map[string][]byte
	asked      []question
}

// question is one InvokeChaincode.
type question struct {
	name, function, channel string
	keys                    []string
}

func newPeer(chaincodes map[string]shim.Chaincode) *fakePeer {
	p := &fakePeer{chaincodes: chaincodes, state: map[string]map[string][]byte{}, private: map[string]map[string][]byte{}}
	for _, name := range []string{grainName, creditName} {
		p.state[name], p.private[name] = map[string][]byte{}, map[string][]byte{}
	}
	return p
}

// twoDefinitions is a peer that serves grain and credit.
func twoDefinitions(t *testing.T) *fakePeer {
	t.Helper()
	at := contract.WithClock(func() time.Time { return peerTime })
	grain, err := NewGrain(at)
	if err != nil {
		t.Fatal(err)
	}
	credit, err := NewCredit(grainName, at)
	if err != nil {
		t.Fatal(err)
	}
	chaincodes := map[string]shim.Chaincode{}
	for name, c := range map[string]contractapi.ContractInterface{grainName: grain, creditName: credit} {
		cc, err := contractapi.NewChaincode(c)
		if err != nil {
			t.Fatal(err)
		}
		chaincodes[name] = cc
	}
	return newPeer(chaincodes)
}

// stub is the peer as one call of a definition sees it.
func (p *fakePeer) stub(name string, transient map[string][]byte, args ...string) *fakeStub {
	return &fakeStub{peer: p, name: name, transient: transient, args: args}
}

// call runs a function of a definition, as a client's proposal does.
func (p *fakePeer) call(name, function, arg string) *peer.Response {
	return p.chaincodes[name].Invoke(p.stub(name, nil, function, arg))
}

// submit runs the envelopes as one transaction and returns their verdicts.
func (p *fakePeer) submit(t *testing.T, name string, envelopes ...[]byte) []record.Verdict {
	t.Helper()
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		t.Fatal(err)
	}
	r := p.call(name, record.FnSubmit, string(batch))
	if r.GetStatus() != shim.OK {
		t.Fatal(r.GetMessage())
	}
	v, err := record.ReadVerdicts("", r.GetPayload(), envelopes)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

type fakeStub struct {
	shim.ChaincodeStubInterface // of which no other method is called
	peer                        *fakePeer
	name                        string
	transient                   map[string][]byte
	args                        []string
}

func (s *fakeStub) GetFunctionAndParameters() (string, []string) { return s.args[0], s.args[1:] }
func (s *fakeStub) GetCreator() ([]byte, error)                  { return nil, errors.New("nobody") }
func (s *fakeStub) GetTxID() string                              { return "tx" }
func (s *fakeStub) GetTransient() (map[string][]byte, error)     { return s.transient, nil }
func (s *fakeStub) StartWriteBatch()                             {}
func (s *fakeStub) FinishWriteBatch() error                      { return nil }
func (s *fakeStub) SetEvent(string, []byte) error                { return nil }

func (s *fakeStub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(peerTime), nil
}

func (s *fakeStub) GetMultipleStates(keys ...string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for i, k := range keys {
		out[i] = s.peer.state[s.name][k]
	}
	return out, nil
}

func (s *fakeStub) PutState(key string, value []byte) error {
	s.peer.state[s.name][key] = value
	return nil
}

func (s *fakeStub) PutPrivateData(collection, key string, value []byte) error {
	s.peer.private[s.name][collection+"/"+key] = value
	return nil
}

// InvokeChaincode notes who was asked for what and runs the definition.
func (s *fakeStub) InvokeChaincode(name string, args [][]byte, channel string) *peer.Response {
	q := question{name: name, function: string(args[0]), channel: channel}
	if err := json.Unmarshal(args[1], &q.keys); err != nil {
		return shim.Error(err.Error())
	}
	s.peer.asked = append(s.peer.asked, q)
	cc, ok := s.peer.chaincodes[name]
	if !ok {
		return shim.Error("execute failed: chaincode " + name + " is not installed")
	}
	return cc.Invoke(s.peer.stub(name, nil, q.function, string(args[1])))
}

// answering is a chaincode that gives one answer whatever it is asked.
type answering struct{ *peer.Response }

func (a answering) Init(shim.ChaincodeStubInterface) *peer.Response   { return a.Response }
func (a answering) Invoke(shim.ChaincodeStubInterface) *peer.Response { return a.Response }

func wantRefusal(t *testing.T, message string, code record.Code, about string) {
	t.Helper()
	e, ok := record.ParseError(message)
	if !ok || e.Code != code || !strings.Contains(message, about) {
		t.Errorf("got %q, want %s about %q", message, code, about)
	}
}
