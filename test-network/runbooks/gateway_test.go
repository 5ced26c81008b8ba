package runbooks

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
)

// gateway is a gateway as a process. It keeps its data and its address when it
// is started again.
type gateway struct {
	data, profile, listen string
	out                   *programs.Output // of all runs
	cmd                   *exec.Cmd
	done                  chan struct{} // closed when the process has ended
}

// only is the depot's gateway, which all tests use.
var only *gateway

const season = "../../testdata/season-a"

func (s *scene) sharedGateway() *gateway {
	s.Helper()
	if only != nil {
		return only
	}
	g := &gateway{data: filepath.Join(built, "gateway.data"), profile: s.net().ProfileFile(s.org("depot")), listen: "127.0.0.1:0", out: new(programs.Output)}
	only = g
	g.start(s.T)
	s.gateway = g
	s.grainctl("import", season, "--keys", g.keys(), "--quiet")
	return g
}

func (g *gateway) keys() string { return filepath.Join(g.data, "keys") }
func (g *gateway) url() string  { return "http://" + g.listen }

var address = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)

// launch starts the process and does not wait for it.
func (g *gateway) launch(t *testing.T, flags ...string) {
	t.Helper()
	args := append([]string{"--data", g.data, "--listen", g.listen, "--ledger", "fabric", "--fabric-profile", g.profile}, flags...)
	g.cmd = exec.Command(program("gateway"), args...)
	g.cmd.Stdout, g.cmd.Stderr, g.cmd.Env = g.out, g.out, programs.Environment()
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd, done := g.cmd, make(chan struct{})
	g.done = done
	go func() {
		_ = cmd.Wait() // the state tells how it ended
		close(done)
	}()
}

// start starts the process, in development unless flags say otherwise, and
// waits until it is ready.
func (g *gateway) start(t *testing.T, flags ...string) {
	t.Helper()
	if len(flags) == 0 {
		flags = []string{"--dev"}
	}
	g.launch(t, flags...)
	within(t, "the gateway is ready", func() bool {
		if g.ended() {
			t.Fatalf("the gateway ended: %v\n%s", g.cmd.ProcessState, g.tail())
		}
		if m := address.FindStringSubmatch(g.out.String()); m != nil {
			g.listen = m[1]
		}
		resp, err := http.Get(g.url() + "/readyz")
		if err != nil {
			return false
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	})
}

func (g *gateway) tail() string {
	text := g.out.String()
	return text[max(0, len(text)-3000):]
}

func (g *gateway) ended() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}

// stop ends the process in good order, as an operator does.
func (g *gateway) stop(t *testing.T) {
	t.Helper()
	if err := g.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	within(t, "the gateway ends", g.ended)
}

// kill ends the process at once.
func (g *gateway) kill() {
	if g.done == nil || g.ended() {
		return
	}
	if err := g.cmd.Process.Kill(); err == nil || errors.Is(err, os.ErrProcessDone) {
		<-g.done
	}
}

// result is what a run of a program came to.
type result struct {
	code           int
	stdout, stderr string
}

func execute(t *testing.T, input, name string, args ...string) result {
	t.Helper()
	cmd := exec.Command(program(name), args...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = programs.Environment(), strings.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// has wants an exit code, and texts in what was written.
func (r result) has(t *testing.T, what string, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Fatalf("%s: code %d, want %d\n%s%s", what, r.code, code, r.stdout, r.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(r.stdout+r.stderr, text) {
			t.Errorf("%s: %q is not in\n%s%s", what, text, r.stdout, r.stderr)
		}
	}
}

// grainctl runs grainctl against the gateway and wants it to succeed.
func (s *scene) grainctl(args ...string) string {
	s.Helper()
	r := execute(s.T, "", "grainctl", append([]string{"--gateway", s.url()}, args...)...)
	r.has(s.T, "grainctl "+strings.Join(args, " "), 0)
	return r.stdout
}
