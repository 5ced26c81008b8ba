package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fabricModule is the module of Fabric's programs; tools/go.mod pins its
// version.
const fabricModule = "github.com/hyperledger/fabric"

// BuildPrograms builds peer, orderer and Fabric's tools from the module in
// tools into dir, and lays Fabric's own configuration beside them. It is quick
// where nothing has changed.
func BuildPrograms(ctx context.Context, tools, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if _, err := goTool(ctx, tools, []string{"GOBIN=" + dir, "GOFLAGS=-mod=readonly"}, "install", "tool"); err != nil {
		return fmt.Errorf("build Fabric's programs: %w", err)
	}
	source, err := goTool(ctx, tools, nil, "list", "-m", "-f", "{{.Dir}}", fabricModule)
	if err != nil {
		return err
	}
	for _, name := range []string{"core.yaml", "orderer.yaml"} {
		raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(source), "sampleconfig", name))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, "config", name), raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func goTool(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	return run(ctx, command{path: "go", dir: dir, args: args, env: env})
}

// command is a program that ends by itself.
type command struct {
	path, dir string
	args, env []string
}

// run runs a command and returns what it wrote to standard output. An error
// carries the end of what it wrote to standard error.
func run(ctx context.Context, c command) (string, error) {
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	var out, diag bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, append(os.Environ(), c.env...), &out, &diag
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(diag.String() + out.String())
		return "", errors.Join(fmt.Errorf("%s %s: %w", filepath.Base(c.path), strings.Join(c.args, " "), err),
			errors.New(text[max(0, len(text)-1500):]))
	}
	return out.String(), nil
}
