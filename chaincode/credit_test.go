package main

import (
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/grainledger/grainledger/record"
)

const rootBody = "11000000MA0000000"

func uscc(t *testing.T, body string) string {
	t.Helper()
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		t.Fatal(body)
	}
	return body + string(c)
}

// initialised is a peer whose grain has a root, and the root's key.
func initialised(t *testing.T) (*fakePeer, *record.PrivateKey) {
	t.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	p := twoDefinitions(t)
	if r := p.call(grainName, record.FnInit, rootArg(t, k)); r.GetStatus() != shim.OK {
		t.Fatal(r.GetMessage())
	}
	return p, k
}

func rootArg(t *testing.T, k *record.PrivateKey) string {
	t.Helper()
	arg, err := json.Marshal(&record.Root{USCC: uscc(t, rootBody), Name: "根", Division: "000000",
		Threshold: 1, Keys: []string{k.Public().Point()}})
	if err != nil {
		t.Fatal(err)
	}
	return string(arg)
}

// sign makes an envelope of any bytes, as a sender may.
func sign(t *testing.T, k *record.PrivateKey, typ record.Type, payload string) []byte {
	t.Helper()
	e, err := record.SignBytes(typ, []byte(payload), k)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// enterprise is a registration by the root that occurred at a time.
func enterprise(t *testing.T, ref string, at time.Time) string {
	t.Helper()
	raw, err := record.EncodePayload(&record.Enterprise{
		Header: record.Header{Issuer: uscc(t, rootBody), Ref: ref, OccurredAt: at.Format(time.RFC3339)},
		USCC:   uscc(t, "91320582MA0000004"), Name: "粮库", Kind: record.KindStorage, Division: "320582",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestCreditRefusesWhatIsNotItsOwn(t *testing.T) {
	p, root := initialised(t)
	stranger, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	past, future := peerTime.Add(-time.Hour), peerTime.Add(24*time.Hour)
	for _, c := range []struct {
		name     string
		envelope []byte
		code     record.Code
	}{
		{"grain's, in order", sign(t, root, record.TypeEnterprise, enterprise(t, "E1", past)), record.UnsupportedType},
		{"grain's, by a stranger", sign(t, stranger, record.TypeEnterprise, enterprise(t, "E2", past)), record.UnsupportedType},
		{"grain's, of the future", sign(t, root, record.TypeEnterprise, enterprise(t, "E3", future)), record.UnsupportedType},
		{"grain's, malformed", sign(t, root, record.TypeEnterprise, `{"issuer":1}`), record.Malformed},
		{"its own, not in force yet", sign(t, root, "credit", `{}`), record.UnsupportedType},
		{"of no type at all", sign(t, root, "tea", `{}`), record.UnsupportedType},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.asked = nil
			v := p.submit(t, creditName, c.envelope)
			if v[0].Outcome != record.Rejected || v[0].Code != c.code {
				t.Errorf("%+v", v[0])
			}
			if len(p.asked) != 1 || len(p.state[creditName]) != 0 {
				t.Errorf("asked %v, state %v", p.asked, p.state[creditName])
			}
		})
	}
}

func TestGrainRefusesCredit(t *testing.T) {
	p, root := initialised(t)
	for _, typ := range creditTypes {
		if v := p.submit(t, grainName, sign(t, root, typ, `{}`)); v[0].Code != record.UnsupportedType {
			t.Errorf("%s: %+v", typ, v[0])
		}
	}
	if v := p.submit(t, grainName, sign(t, root, record.TypeEnterprise, enterprise(t, "E1", peerTime))); v[0].Outcome != record.Accepted {
		t.Errorf("%+v", v[0])
	}
	if len(p.asked) != 0 {
		t.Errorf("grain asked %v", p.asked)
	}
}

func TestEveryTypeInForceIsOfOneDefinition(t *testing.T) {
	for _, typ := range record.Types() {
		if isCredit(typ) {
			t.Errorf("%s is in force and credit's; give credit its rules", typ)
		}
	}
}

func TestTheRootIsGrains(t *testing.T) {
	p := twoDefinitions(t)
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	r := p.call(creditName, record.FnInit, rootArg(t, k))
	wantRefusal(t, r.GetMessage(), record.BadCall, "definition grain")
	batch := "[" + string(sign(t, k, "credit", "{}")) + "]"
	wantRefusal(t, p.call(creditName, record.FnSubmit, batch).GetMessage(), record.NotInitialised, "no root")
	if r := p.call(grainName, record.FnInit, rootArg(t, k)); r.GetStatus() != shim.OK {
		t.Fatal(r.GetMessage())
	}
	// Once grain has a root it is credit's as well.
	if r := p.call(creditName, record.FnState, `["root"]`); r.GetStatus() != shim.OK || string(r.GetPayload()) == "[null]" {
		t.Errorf("%s %s", r.GetPayload(), r.GetMessage())
	}
}

// What grain refuses reaches credit's caller under its own code.
func TestAFailureOfGrainRefusesTheTransaction(t *testing.T) {
	p, root := initialised(t)
	batch := "[" + string(sign(t, root, "credit", "{}")) + "]"
	p.chaincodes[grainName] = answering{shim.Error("GL9003 clock_skew: late")}
	wantRefusal(t, p.call(creditName, record.FnSubmit, batch).GetMessage(), record.ClockSkew, "late")
	delete(p.chaincodes, grainName)
	wantRefusal(t, p.call(creditName, record.FnSubmit, batch).GetMessage(), record.Internal, "is not installed")
}

// Each definition seals into its own collection, on the word of its own state.
func TestSealsStayApart(t *testing.T) {
	issuer := uscc(t, rootBody)
	part, name, err := record.Seal([]byte("sealing key"), issuer, "R1", map[string]string{"price": "1"})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := json.Marshal(&record.Entry{ID: "1", Sealed: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := json.Marshal(&record.SealRequest{Parts: []record.SealName{{Issuer: issuer, Ref: "R1", Name: name}}})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := initialised(t)
	definitions := []string{grainName, creditName}
	for _, d := range definitions {
		t.Run(d, func(t *testing.T) {
			seal := func() string {
				s := p.stub(d, map[string][]byte{name: part}, record.FnSeal, string(request))
				return p.chaincodes[d].Invoke(s).GetMessage()
			}
			wantRefusal(t, seal(), record.UnknownRecord, "R1")
			p.state[d][record.EntryKey(issuer, "R1")] = entry
			if message := seal(); message != "" {
				t.Fatal(message)
			}
			other := definitions[1-slices.Index(definitions, d)]
			if len(p.private[d]) != 1 || d == grainName && len(p.private[other]) != 0 {
				t.Errorf("private data: %v", p.private)
			}
		})
	}
	if len(p.asked) != 0 {
		t.Errorf("a seal asked %v", p.asked)
	}
}
