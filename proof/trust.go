package proof

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// Trust is whom the reader of a bundle believes: the regulator's root, from
// which every signing key hangs, the logs, and the witnesses of logs. It does
// not come with the bundle; who takes it from the same hand as the bundle
// trusts that hand.
type Trust struct {
	Root            TrustedRoot      `json:"root"`
	Logs            []TrustedLog     `json:"logs"`
	Witnesses       []TrustedWitness `json:"witnesses"`
	WitnessesNeeded int              `json:"witnessesNeeded"` // that must have cosigned
}

// TrustedRoot is the root's keys and how many of them must sign.
type TrustedRoot struct {
	USCC      string   `json:"uscc"`
	Threshold int      `json:"threshold"`
	Keys      []string `json:"keys"` // 04||x||y hex
	// Former keys of the root, which it replaced: what they signed stands.
	Former []FormerRoot `json:"former,omitempty"`
}

// FormerRoot is keys that the root had, and how many of them had to sign.
type FormerRoot struct {
	Threshold int      `json:"threshold"`
	Keys      []string `json:"keys"`
}

// TrustedLog is a log by its origin, and the key that signs its checkpoints.
type TrustedLog struct {
	Origin string `json:"origin"`
	Key    string `json:"key"`
}

// TrustedWitness is who cosigns checkpoints, by the name in its line.
type TrustedWitness struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// maxTrusted bounds every list of a trust file.
const maxTrusted = 100

// ParseTrust reads a trust file strictly.
func ParseTrust(raw []byte) (*Trust, error) {
	t := new(Trust)
	if err := record.DecodeStrict(raw, t); err != nil {
		return nil, err
	}
	return t, t.check()
}

// Encode writes the trust file, indented for people to compare.
func (t *Trust) Encode() ([]byte, error) {
	raw, err := json.Marshal(t, jsontext.WithIndent("  "))
	return append(raw, '\n'), err
}

func (t *Trust) check() error {
	if !record.ValidUSCC(t.Root.USCC) {
		return &record.Error{Code: record.BadUSCC, Field: "root/uscc", Detail: "is not a unified social credit code (GB 32100)"}
	}
	if err := checkKeys("root", t.Root.Threshold, t.Root.Keys); err != nil {
		return err
	}
	if max(len(t.Root.Former), len(t.Logs), len(t.Witnesses)) > maxTrusted {
		return malformed("", "has a list of more than %d items", maxTrusted)
	}
	for i, f := range t.Root.Former {
		if err := checkKeys("root/former/"+strconv.Itoa(i), f.Threshold, f.Keys); err != nil {
			return err
		}
	}
	if len(t.Logs) == 0 {
		return malformed("logs", "is empty")
	}
	for i, l := range t.Logs {
		if err := checkNamed("logs/"+strconv.Itoa(i), l.Origin, l.Key); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for i, w := range t.Witnesses {
		field := "witnesses/" + strconv.Itoa(i)
		if err := checkNamed(field, w.Name, w.Key); err != nil {
			return err
		}
		if names[w.Name] {
			return malformed(field+"/name", "stands twice")
		}
		names[w.Name] = true
	}
	if t.WitnessesNeeded < 0 || t.WitnessesNeeded > len(t.Witnesses) {
		return malformed("witnessesNeeded", "is between 0 and the number of witnesses")
	}
	return nil
}

func checkNamed(field, name, key string) error {
	if err := CheckOrigin(name); err != nil {
		return malformed(field, "%v", err)
	}
	if _, err := record.ParsePublicKey(key); err != nil {
		return malformed(field+"/key", "%v", err)
	}
	return nil
}

func checkKeys(field string, threshold int, keys []string) error {
	if len(keys) == 0 || len(keys) > record.MaxSignatures || threshold < 1 || threshold > len(keys) {
		return malformed(field, "needs 1 to %d keys and a threshold between 1 and their number", record.MaxSignatures)
	}
	seen := map[string]bool{}
	for i, k := range keys {
		p, err := record.ParsePublicKey(k)
		if err != nil {
			return malformed(fmt.Sprintf("%s/keys/%d", field, i), "%v", err)
		}
		if seen[p.ID()] {
			return malformed(fmt.Sprintf("%s/keys/%d", field, i), "stands twice")
		}
		seen[p.ID()] = true
	}
	return nil
}

// Fingerprint is how people compare the root of a trust file: the SM3 over its
// USCC, its threshold and the ids of its keys in order, a line each, the first
// 32 hex characters in groups of four.
func (t *Trust) Fingerprint() string {
	text := t.Root.USCC + "\n" + strconv.Itoa(t.Root.Threshold) + "\n"
	for _, k := range t.Root.Keys {
		if p, err := record.ParsePublicKey(k); err == nil {
			text += p.ID() + "\n"
		}
	}
	sum := record.SM3([]byte(text))
	out := sum[:4]
	for i := 4; i < 32; i += 4 {
		out += " " + sum[i:i+4]
	}
	return out
}
