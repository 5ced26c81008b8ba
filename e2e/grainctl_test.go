package e2e

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
)

// result is what a run of grainctl came to.
type result struct {
	code           int
	stdout, stderr string
}

// run runs grainctl with the input given.
func run(t *testing.T, input string, args ...string) result {
	t.Helper()
	cmd := exec.Command(program(t, "grainctl"), args...)
	cmd.Env = programs.Environment()
	cmd.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Error(err) // not Fatal: an import may run beside its test
		return result{code: -1}
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// grainctl runs grainctl against the gateway and wants it to succeed.
func (g *gateway) grainctl(args ...string) result {
	g.t.Helper()
	r := run(g.t, "", append([]string{"--gateway", g.url}, args...)...)
	if r.code != 0 {
		g.t.Fatalf("grainctl %s: code %d\n%s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return r
}

// keys is the key directory that the development gateway made.
func (g *gateway) keys() string { return filepath.Join(g.data, "keys") }
