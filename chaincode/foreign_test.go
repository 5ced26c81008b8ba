package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

func TestWhoseKeysAreWhose(t *testing.T) {
	for _, c := range []struct {
		name, key string
		registry  bool
	}{
		{"root", record.RootKey, true},
		{"enterprise", record.EnterpriseKey("X"), true},
		{"facility", record.FacilityKey("X"), true},
		{"key", record.KeyKey("X"), true},
		{"device", record.DeviceKey("X"), true},
		{"rule table", record.RuleKey("X"), true},
		{"rule content", record.RuleContentKey("X", "Y"), true},
		{"record", record.EntryKey("X", "root"), false},
		{"lot", record.LotKey("X"), false},
		{"stock", record.StockKey("X"), false},
		{"bin", record.BinKey("X"), false},
		{"shipment", record.ShipmentKey("X", "Y"), false},
		{"inspection", record.InspectionKey("X"), false},
		{"batch", record.BatchKey("X", "Y"), false},
		{"edge", record.EdgeKey("X", "Y", "Z"), false},
		{"begins like root", "rooted", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := isRegistry(c.key); got != c.registry {
				t.Errorf("%s: registry %v", c.key, got)
			}
		})
	}
}

func TestOneRoundIsOneQuestion(t *testing.T) {
	p := twoDefinitions(t)
	for _, k := range []string{"root", "org/A", "key/1", "rulev/t/1"} {
		p.state[grainName][k] = []byte(`{"grain":"` + k + `"}`)
		p.state[creditName][k] = []byte(`{"shadow":"` + k + `"}`)
	}
	p.state[creditName]["rec/A/1"] = []byte(`{"own":1}`)
	f := &foreign{peerStub: p.stub(creditName, nil), grain: grainName}
	got, err := f.GetMultipleStates("rec/A/1", "key/1", "rec/A/2", "root", "org/B", "rulev/t/1", "org/A")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`{"own":1}`, `{"grain":"key/1"}`, "", `{"grain":"root"}`, "", `{"grain":"rulev/t/1"}`, `{"grain":"org/A"}`}
	for i := range want {
		if string(got[i]) != want[i] || (want[i] == "") != (got[i] == nil) {
			t.Errorf("value %d is %q, want %q", i, got[i], want[i])
		}
	}
	if len(p.asked) != 1 {
		t.Fatalf("grain was asked %d times", len(p.asked))
	}
	q := p.asked[0]
	if q.name != grainName || q.function != record.FnState || q.channel != "" ||
		!slices.Equal(q.keys, []string{"key/1", "root", "org/B", "rulev/t/1", "org/A"}) {
		t.Errorf("asked %+v", q)
	}
}

func TestOwnKeysAskNobody(t *testing.T) {
	p := newPeer(nil)
	p.state[creditName]["rec/A/1"] = []byte("1")
	f := &foreign{peerStub: p.stub(creditName, nil), grain: grainName}
	got, err := f.GetMultipleStates("rec/A/1", "rec/A/2")
	if err != nil || !bytes.Equal(got[0], []byte("1")) || got[1] != nil || len(p.asked) != 0 {
		t.Errorf("%q, %v, asked %v", got, err, p.asked)
	}
}

func TestMoreKeysThanStateTakes(t *testing.T) {
	p := twoDefinitions(t)
	keys := make([]string, 2*contract.MaxStateKeys+1)
	for i := range keys {
		keys[i] = fmt.Sprintf("key/%d", i)
		p.state[grainName][keys[i]] = fmt.Append(nil, i)
	}
	f := &foreign{peerStub: p.stub(creditName, nil), grain: grainName}
	got, err := f.GetMultipleStates(keys...)
	if err != nil || len(got) != len(keys) || len(p.asked) != 3 {
		t.Fatalf("%d values in %d questions, %v", len(got), len(p.asked), err)
	}
	for i, v := range got {
		if string(v) != fmt.Sprint(i) {
			t.Fatalf("value %d is %s", i, v)
		}
	}
}

func TestWhatGrainAnswersAmiss(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer *peer.Response // nil: not installed
		code   record.Code    // 0: no refusal of grain's
		about  string
	}{
		{"a refusal", shim.Error("GL9004 bad_call: no such list"), record.BadCall, "no such list"},
		{"a refusal in the peer's words", shim.Error("transaction returned with failure: GL9005 internal: disk"), record.Internal, "disk"},
		{"a failure of the peer", shim.Error("timeout expired"), 0, "definition grain: timeout expired"},
		{"not installed", nil, 0, "is not installed"},
		{"no list", shim.Success([]byte("{}")), 0, "cannot be read"},
		{"nothing", &peer.Response{}, 0, "definition grain"},
		{"a value too few", shim.Success([]byte("[null]")), 0, "1 values came for 2 keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(map[string]shim.Chaincode{})
			if c.answer != nil {
				p.chaincodes[grainName] = answering{c.answer}
			}
			f := &foreign{peerStub: p.stub(creditName, nil), grain: grainName}
			_, err := f.GetMultipleStates("root", "org/A")
			if err == nil || record.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.about) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheRegistryIsNotWritten(t *testing.T) {
	p := newPeer(nil)
	f := &foreign{peerStub: p.stub(creditName, nil), grain: grainName}
	if err := f.PutState("org/A", []byte("1")); err == nil {
		t.Error("an enterprise was written beside grain")
	}
	if err := f.PutState("rec/A/1", []byte("1")); err != nil {
		t.Error(err)
	}
	if len(p.state[creditName]) != 1 {
		t.Errorf("state %v", p.state[creditName])
	}
}
