// Package programs builds the real programs for tests that run them: those of
// this tree, and Fabric's.
package programs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/grainledger/grainledger/test-network/local"
)

// sources is what the programs are made of, beneath the root of the tree.
var sources = []string{"gateway", "client", "chaincode", "proof", "record", "network", "test-network", "interop", "witness", "go.mod", "go.sum"}

// Build builds packages of the tree into a new directory, which is the
// caller's to remove.
func Build(root string, packages ...string) (dir string, err error) {
	if err := noteSources(root); err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "grainledger-test-"); err != nil {
		return "", err
	}
	args := append([]string{"-o", dir + string(filepath.Separator)}, packages...)
	return dir, GoBuild(root, args...)
}

// GoBuild runs `go build` at the root of the tree.
func GoBuild(root string, args ...string) error {
	cmd := exec.Command("go", append([]string{"build"}, args...)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return nil
}

// noteSources looks at every file that the programs are made of. The go
// command remembers at which files a test has looked: without this it would
// take an old result for that of a changed program.
func noteSources(root string) error {
	for _, name := range sources {
		err := filepath.WalkDir(filepath.Join(root, name), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// FabricDir keeps Fabric's programs from one run to the next, where make
// builds them, too.
func FabricDir(root string) string { return filepath.Join(root, "bin", "fabric") }

// BuildFabric builds them unless they are there. Two runs at once would write
// the same files, so the second one waits at a lock, which goes with the
// process, however that ends.
func BuildFabric(root string) error {
	dir := FabricDir(root)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer lock.Close() //nolint:errcheck // nothing was written
	for {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return err
	}
	return local.BuildPrograms(context.Background(), filepath.Join(root, "test-network", "tools"), dir)
}

var configured = regexp.MustCompile(`^(GRAINCTL|GRAINLEDGER)_`)

// Environment is that of the test without what configures the programs.
func Environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !configured.MatchString(v) {
			env = append(env, v)
		}
	}
	return env
}
