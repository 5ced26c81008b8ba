package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/core"
	"github.com/hyperledger/fabric-sdk-go/pkg/core/config"
	"github.com/hyperledger/fabric-sdk-go/pkg/gateway"
)

// The channel and the chaincode definition.
const (
	channel    = "grain"
	definition = "grain"
)

// timeout of one transaction, commit included.
const timeout = 30 * time.Second

// Ledger is the definition grain as the old SDK reaches it. The SDK has no way
// to close a connection made through its gateway package: it lives as long as
// the process.
type Ledger struct{ contract *gateway.Contract }

// Verdict is the ledger's answer to one record. Where it is no refusal the
// ledger leaves out what the envelope says, and that it is accepted.
type Verdict struct {
	ID      string `json:"id"`
	Outcome string `json:"verdict"`
	Code    int    `json:"code"`
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
}

// Connect opens the channel as the client of an organisation. dir is where the
// network keeps its files. Its error names the file that is missing or wrong,
// or is the SDK's.
func Connect(dir, org string) (*Ledger, error) {
	home := filepath.Join(dir, "orgs", org)
	profile := config.FromFile(filepath.Join(home, "connection-sdk.yaml"))
	wallet, err := walletOf(profile, filepath.Join(home, "users", "client"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", home, err)
	}
	g, err := gateway.Connect(gateway.WithConfig(profile), gateway.WithIdentity(wallet, "client"), gateway.WithTimeout(timeout))
	if err != nil {
		return nil, err
	}
	network, err := g.GetNetwork(channel)
	if err != nil {
		return nil, err
	}
	return &Ledger{network.GetContract(definition)}, nil
}

// walletOf holds one identity, "client", made of cert.pem and key.pem in dir.
func walletOf(profile core.ConfigProvider, dir string) (*gateway.Wallet, error) {
	msp, err := mspOf(profile)
	if err != nil {
		return nil, err
	}
	cert, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err != nil {
		return nil, err
	}
	wallet := gateway.NewInMemoryWallet()
	return wallet, wallet.Put("client", gateway.NewX509Identity(msp, string(cert), string(key)))
}

// mspOf is the MSP of the organisation whose profile it is.
func mspOf(profile core.ConfigProvider) (string, error) {
	backends, err := profile()
	if err != nil {
		return "", err
	}
	lookup := func(key string) (string, error) {
		for _, b := range backends {
			if v, ok := b.Lookup(key); ok {
				return fmt.Sprint(v), nil
			}
		}
		return "", fmt.Errorf("the connection profile has no %s", key)
	}
	org, err := lookup("client.organization")
	if err != nil {
		return "", err
	}
	return lookup("organizations." + org + ".mspid")
}

// Submit brings one record to the ledger, waits for the commit and returns the
// verdict. A refused record is no error.
func (l *Ledger) Submit(e *Envelope) (*Verdict, error) {
	batch, err := json.Marshal([]*Envelope{e})
	if err != nil {
		return nil, err
	}
	response, err := l.contract.SubmitTransaction("Submit", string(batch))
	if err != nil {
		return nil, err
	}
	var verdicts []Verdict
	if err := json.Unmarshal(response, &verdicts); err != nil || len(verdicts) != 1 {
		return nil, fmt.Errorf("one verdict was expected, not %s", response)
	}
	v := &verdicts[0]
	if v.Outcome == "" {
		v.Outcome = "accepted"
	}
	v.ID = e.ID()
	return v, nil
}

// State reads one value of the world into v. It reports false where there is
// none.
func (l *Ledger) State(key string, v any) (bool, error) {
	keys, err := json.Marshal([]string{key})
	if err != nil {
		return false, err
	}
	response, err := l.contract.EvaluateTransaction("State", string(keys))
	if err != nil {
		return false, err
	}
	var values []json.RawMessage
	if err := json.Unmarshal(response, &values); err != nil || len(values) != 1 {
		return false, fmt.Errorf("one value was expected, not %s", response)
	}
	if string(values[0]) == "null" {
		return false, nil
	}
	return true, json.Unmarshal(values[0], v)
}
