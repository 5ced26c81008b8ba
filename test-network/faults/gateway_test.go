package faults

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/e2e/programs"
)

// patience bounds every wait of these tests. It is no measurement.
const patience = 90 * time.Second

func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

// within polls until ok, and fails the test where that does not come.
func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// gateway is a gateway as a process. It keeps its data and its address when it
// is started again.
type gateway struct {
	t       *testing.T
	data    string
	profile string // file
	listen  string
	out     *output // of all runs

	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// output is what the gateway writes.
type output struct{ programs.Output }

// count tells how many lines have all the parts.
func (o *output) count(parts ...string) int {
	n := 0
	for line := range strings.Lines(o.String()) {
		all := true
		for _, p := range parts {
			all = all && strings.Contains(line, p)
		}
		if all {
			n++
		}
	}
	return n
}

var address = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)

func newGateway(t *testing.T, profile string) *gateway {
	g := &gateway{t: t, data: filepath.Join(t.TempDir(), "data"), profile: profile, listen: "127.0.0.1:0", out: new(output)}
	t.Cleanup(func() {
		g.kill()
		if t.Failed() {
			t.Logf("the gateway wrote:\n%s", g.out)
		}
	})
	return g
}

// launch starts the process and does not wait for it.
func (g *gateway) launch() {
	g.t.Helper()
	g.cmd = exec.Command(program("gateway"), "--dev", "--data", g.data, "--listen", g.listen,
		"--ledger", "fabric", "--fabric-profile", g.profile)
	g.cmd.Stdout, g.cmd.Stderr, g.cmd.Env = g.out, g.out, programs.Environment()
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	cmd, done := g.cmd, make(chan struct{})
	g.done = done
	go func() {
		_ = cmd.Wait() // the state tells how it ended
		close(done)
	}()
}

// start starts the process and waits until it is ready.
func (g *gateway) start() {
	g.t.Helper()
	g.launch()
	within(g.t, "the gateway is ready", func() bool {
		if g.ended() {
			g.t.Fatalf("the gateway ended: %v", g.cmd.ProcessState)
		}
		if m := address.FindStringSubmatch(g.out.String()); m != nil {
			g.listen = m[1]
		}
		return g.ready()
	})
}

func (g *gateway) url() string { return "http://" + g.listen }

func (g *gateway) ready() bool {
	resp, err := http.Get(g.url() + "/readyz")
	if err != nil {
		return false
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

func (g *gateway) ended() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}

// kill ends the process at once, wherever it is.
func (g *gateway) kill() {
	if g.cmd == nil {
		return
	}
	if err := g.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		g.t.Error(err)
	}
	<-g.done
}
