package main

import (
	"os"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// gatewayWith is a fake gateway that has one record, with the key directory of
// its issuer.
func gatewayWith(t *testing.T) (f *fakeGateway, id, keys string) {
	t.Helper()
	root, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	keys, file := signed(t)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	e, err := record.DecodeEnvelope(raw)
	if err != nil {
		t.Fatal(err)
	}
	f = newFake(t, root)
	f.records[e.ID()] = &client.Record{ID: e.ID(), Envelope: raw}
	return f, e.ID(), keys
}

func TestVoidCarriesWhatWasSigned(t *testing.T) {
	f, id, keys := gatewayWith(t)
	out, said, err := grainctl(t, "void", id, "--ref", "V-1", "--reason", "重复录入", "--keys", keys, "--gateway", f.URL)
	if err != nil || !strings.Contains(said, "void of harvest SH-1") {
		t.Fatal(said, err)
	}
	p := payloadOf(t, out).(*record.Void)
	if p.Record != id || p.Issuer != coop || p.Ref != "V-1" || p.Reason != "重复录入" || p.Taken().(*record.Harvest).Lot != "H-1" {
		t.Errorf("the void is %+v", p)
	}
	other := record.SM3([]byte("another"))
	out, _, err = grainctl(t, "void", id, "--ref", "V-2", "--reason", "x", "--replacement", other, "--keys", keys, "--gateway", f.URL)
	if err != nil {
		t.Fatal(err)
	}
	if c := payloadOf(t, out).(*record.Correct); c.Replacement != other {
		t.Errorf("the correct is %+v", c)
	}
}

func payloadOf(t *testing.T, envelope string) record.Payload {
	t.Helper()
	e, err := record.DecodeEnvelope([]byte(strings.TrimSpace(envelope)))
	if err != nil {
		t.Fatal(err)
	}
	kind, _ := e.Type()
	p, err := record.DecodePayload(kind, e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestVoidRefusesWhatTheLedgerWould(t *testing.T) {
	f, id, keys := gatewayWith(t)
	lied := record.SM3([]byte("not this one"))
	f.records[lied] = f.records[id]
	for name, tc := range map[string]struct {
		args []string
		want record.Code
	}{
		"no ref":                      {[]string{id, "--reason", "x"}, record.BadField},
		"no reason":                   {[]string{id, "--ref", "V"}, record.BadField},
		"a regulator of a regulator":  {[]string{id, "--ref", "V", "--reason", "x", "--as", rootUSCC, "--regulator", rootUSCC}, record.BadField},
		"a gateway with another word": {[]string{lied, "--ref", "V", "--reason", "x"}, record.UnknownRecord},
	} {
		_, _, err := grainctl(t, append([]string{"void", "--keys", keys, "--gateway", f.URL}, tc.args...)...)
		if record.CodeOf(err) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := grainctl(t, "void", record.SM3(nil), "--ref", "V", "--reason", "x", "--keys", keys, "--gateway", f.URL); !client.IsNotFound(err) {
		t.Errorf("a record that is not there: %v", err)
	}
}
