package runbooks

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/record"
)

// memory is what the ledger held at a moment: the gateway's answers, by path,
// and the contract's state, by key.
type memory struct {
	answers map[string]string
	state   map[string]string
}

// remember looks at all that the season speaks of.
func (s *scene) remember() memory {
	s.Helper()
	m := memory{answers: map[string]string{}}
	for _, path := range s.seasonPaths() {
		within(s.T, "all parts are sealed in "+path, func() bool {
			m.answers[path] = s.get(path)
			return !strings.Contains(m.answers[path], `"unsealed"`)
		})
	}
	m.state = s.state(s.keysInBlocks(), "depot")
	return m
}

// still wants the answers to be as they were, and the state of every peer.
func (s *scene) still(m memory, after string) {
	s.Helper()
	differ := 0
	for path, was := range m.answers {
		if got := s.get(path); got != was {
			if differ++; differ < 4 {
				s.Errorf("%s changed the answer to %s:\n%s\nwas\n%s", after, path, got, was)
			}
		}
	}
	s.caughtUp()
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(m.state)), func(key string) bool {
		return strings.HasPrefix(key, "log/") // grows with what others submit meanwhile
	})
	for _, o := range s.net().Consortium().PeerOrganisations() {
		now := s.state(keys, o.Name)
		for _, key := range keys {
			if now[key] != m.state[key] {
				s.Errorf("%s changed the state of %s at %s: %s, was %s", after, key, o.Name, now[key], m.state[key])
				break
			}
		}
	}
	s.Logf("%s: %d answers and %d keys at every peer are as they were", after, len(m.answers), len(keys))
}

func (s *scene) get(path string) string {
	s.Helper()
	resp, err := http.Get(s.url() + path)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("GET %s: %d %s %v", path, resp.StatusCode, body, err)
	}
	return string(body)
}

// seasonPaths are addresses of the season's lots, traces and bins.
func (s *scene) seasonPaths() (paths []string) {
	s.Helper()
	for file, column := range map[string]int{"purchase": 3, "withdraw": 4} {
		for _, lot := range s.column(file, column) {
			if resp, err := http.Get(s.url() + "/v1/lots/" + lot); err == nil {
				_ = resp.Body.Close()
				if resp.StatusCode == http.StatusOK { // some rows are wrong on purpose
					paths = append(paths, "/v1/lots/"+lot, "/v1/lots/"+lot+"/trace")
				}
			}
		}
	}
	return append(paths, "/v1/lots/R-A-00/origins", "/v1/lots/R-A-00/trace", "/01/06901234567809/10/2026010100")
}

func (s *scene) column(file string, n int) (cells []string) {
	s.Helper()
	raw, err := os.ReadFile(filepath.Join(season, file+".csv"))
	if err != nil {
		s.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(string(raw), "\r", "")), "\n")[1:] {
		cells = append(cells, strings.Split(line, ",")[n])
	}
	return cells
}

// ledgerOf is the channel as an organisation's gateway sees it through its own
// peer alone, or through all.
func (s *scene) ledgerOf(org string, alone bool, change ...func(*network.Profile)) *fabric.Ledger {
	s.Helper()
	p := s.net().Profile(s.org(org))
	if alone {
		p.Peers = p.Peers[:1]
	}
	for _, c := range change {
		c(p)
	}
	l, err := fabric.Open(s.Context(), p, fabric.Options{})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = l.Close() })
	return l
}

// keysInBlocks are all keys that grain ever wrote.
func (s *scene) keysInBlocks() []string {
	s.Helper()
	ctx, cancel := soon()
	defer cancel()
	l := s.ledgerOf("depot", false)
	health, err := l.Health(ctx)
	if err != nil {
		s.Fatal(err)
	}
	keys := map[string]bool{}
	for b, err := range l.Blocks(ctx, 0) {
		if err != nil {
			s.Fatal(err)
		}
		for _, tx := range b.Txs {
			for _, w := range tx.Writes {
				if w.Contract == ledger.GrainContract {
					keys[w.Key] = true
				}
			}
		}
		if b.Number+1 >= health.Height {
			break
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// state asks the contract at an organisation's peer.
func (s *scene) state(keys []string, org string) map[string]string {
	s.Helper()
	ctx, cancel := soon()
	defer cancel()
	l := s.ledgerOf(org, true)
	all := map[string]string{}
	for part := range slices.Chunk(keys, contract.MaxStateKeys) {
		values := s.ask(ctx, l, part)
		for i, key := range part {
			all[key] = string(values[i])
		}
	}
	return all
}

func (s *scene) ask(ctx context.Context, l ledger.Ledger, keys []string) (values []jsontext.Value) {
	s.Helper()
	arg, err := json.Marshal(keys)
	if err != nil {
		s.Fatal(err)
	}
	answer, err := l.Evaluate(ctx, ledger.Tx{Function: record.FnState, Args: [][]byte{arg}})
	if err != nil {
		s.Fatal(err)
	}
	if err := json.Unmarshal(answer, &values); err != nil || len(values) != len(keys) {
		s.Fatalf("%d of %d values, %v", len(values), len(keys), err)
	}
	return values
}
