package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/grainledger/grainledger/e2e/programs"
)

// gateway is a running gateway process.
type gateway struct {
	place
	t    *testing.T
	url  string
	cmd  *exec.Cmd
	out  *programs.Output
	done chan struct{} // closed when the process has ended
}

// patience bounds every wait of these tests. It is no measurement.
const patience = 60 * time.Second

// within polls until ok, and fails the test when that does not come.
func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// launch starts a gateway and does not wait for it.
func launch(t *testing.T, at place, flags ...string) *gateway {
	t.Helper()
	g := &gateway{place: at, t: t, out: new(programs.Output), done: make(chan struct{})}
	args := slices.Concat([]string{"--listen", "127.0.0.1:0", "--data", at.data, "--dev"}, at.ledger, flags)
	g.cmd = exec.Command(program(t, "gateway"), args...)
	g.cmd.Stdout, g.cmd.Stderr = g.out, g.out
	g.cmd.Env = programs.Environment()
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = g.cmd.Wait() // the state tells how it ended
		close(g.done)
	}()
	t.Cleanup(g.kill)
	return g
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts a gateway and waits until it is ready.
func start(t *testing.T, at place, flags ...string) *gateway {
	t.Helper()
	g := launch(t, at, flags...)
	within(t, "the gateway is ready", func() bool {
		select {
		case <-g.done:
			t.Fatalf("the gateway ended: %v\n%s", g.cmd.ProcessState, g.out)
		default:
		}
		g.url = address.FindString(g.out.String())
		return g.url != "" && g.ready()
	})
	return g
}

// ready tells whether the gateway says so.
func (g *gateway) ready() bool {
	resp, err := http.Get(g.url + "/readyz")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

// stop ends the gateway as an operator does and wants an orderly end.
func (g *gateway) stop() {
	g.t.Helper()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Fatal(err)
	}
	if code := g.wait(); code != 0 {
		g.t.Fatalf("the gateway ended with code %d:\n%s", code, g.out)
	}
}

// kill ends the process at once, wherever it is.
func (g *gateway) kill() {
	if err := g.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		g.t.Error(err)
	}
	<-g.done
}

// wait waits until the process has ended and returns its exit code.
func (g *gateway) wait() int {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-g.done:
		return g.cmd.ProcessState.ExitCode()
	case <-ctx.Done():
		g.t.Fatalf("the gateway does not end:\n%s", g.out)
		return -1
	}
}
