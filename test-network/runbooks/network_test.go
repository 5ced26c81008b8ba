package runbooks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/test-network/local"
)

// patience bounds every wait of these tests. It is no measurement.
const patience = 2 * time.Minute

func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

// within polls until ok, and fails the test where that does not come.
func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// lifetime of the certificates that the network begins with: they all end
// within what `renew` looks at.
const lifetime = time.Hour

// started is the network's directory, once it is up. The commands of
// bin/test-network change it, so it is opened anew for every use. Processes that
// they start are not tied to this one: the end of the tests removes them.
var started = sync.OnceValues(func() (string, error) {
	if err := errors.Join(build(), fabricPrograms()); err != nil {
		return "", err
	}
	dir := filepath.Join(built, "network")
	n, err := openNetwork(dir, lifetime)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := n.Up(ctx); err != nil {
		return "", fmt.Errorf("start the network: %w", err)
	}
	return dir, nil
})

func openNetwork(dir string, lifetime time.Duration) (*local.Network, error) {
	return local.Open(local.Options{Dir: dir, Programs: fabricDir, Chaincode: program("chaincode"), Tied: true, Lifetime: lifetime})
}

func removeNetwork() error {
	if built == "" {
		return nil
	}
	if only != nil {
		only.kill()
	}
	n, err := openNetwork(filepath.Join(built, "network"), lifetime)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return n.Remove(ctx)
}

// scene is one test's view of the network and its gateway.
type scene struct {
	*testing.T
	dir string
	*gateway
}

// on is the shared network with a season in it.
func on(t *testing.T) *scene {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run starts no network")
	}
	dir, err := started()
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, dir: dir}
	s.gateway = s.sharedGateway()
	return s
}

func (s *scene) net() *local.Network {
	s.Helper()
	n, err := openNetwork(s.dir, lifetime)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

func (s *scene) org(name string) network.Organisation {
	s.Helper()
	o, err := s.net().Consortium().Organisation(name)
	if err != nil {
		s.Fatal(err)
	}
	return *o
}

func (s *scene) node(name string) network.Node {
	s.Helper()
	node, err := s.net().Node(name)
	if err != nil {
		s.Fatal(err)
	}
	return node
}

// do is something of the network that must work.
func (s *scene) do(what func(context.Context, *local.Network) error) {
	s.Helper()
	ctx, cancel := soon()
	defer cancel()
	if err := what(ctx, s.net()); err != nil {
		s.Fatal(err)
	}
}

// testNetwork is bin/test-network with a command that must work.
func (s *scene) testNetwork(args ...string) string {
	s.Helper()
	began := time.Now()
	out, err := s.tryNetwork(args...)
	if err != nil {
		s.Fatalf("test-network %s: %v\n%s\n%s", strings.Join(args, " "), err, out, s.nodeLogs())
	}
	s.Logf("test-network %s: %s", strings.Join(args, " "), time.Since(began).Round(100*time.Millisecond))
	return out
}

// nodeLogs are the ends of all nodes' logs.
func (s *scene) nodeLogs() (all string) {
	logs, _ := filepath.Glob(filepath.Join(s.dir, "orgs", "*", "*", "log"))
	for _, path := range logs {
		raw, _ := os.ReadFile(path)
		all += path + "\n" + string(raw[max(0, len(raw)-3000):]) + "\n"
	}
	return all
}

func (s *scene) tryNetwork(args ...string) (string, error) {
	ctx, cancel := soon()
	defer cancel()
	all := append([]string{"--dir", s.dir, "--programs", fabricDir, "--chaincode", program("chaincode")}, args...)
	out, err := exec.CommandContext(ctx, program("test-network"), all...).CombinedOutput()
	return string(out), err
}

// caughtUp waits until all peers have the same blocks.
func (s *scene) caughtUp() {
	s.Helper()
	n := s.net()
	within(s.T, "all peers have the same blocks", func() bool {
		seen := map[uint64]bool{}
		for _, peer := range n.Consortium().Peers() {
			h, err := n.Height(context.Background(), peer)
			seen[h] = true
			seen[0] = seen[0] || err != nil || h == 0
		}
		return len(seen) == 2 && !seen[0] // one height, and the mark that nothing failed
	})
}
