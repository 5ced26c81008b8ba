package faults

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/grainledger/grainledger/test-network/local"
)

func TestMain(m *testing.M) {
	code := m.Run()
	err := removeNetworks()
	if built != "" {
		err = errors.Join(err, os.RemoveAll(built))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// long skips a test that takes more than half a minute, unless all were asked
// for.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("FAULTS") != "all" {
		t.Skip("takes long: make test-faults runs it")
	}
}

// tree is the root of the sources.
var tree = filepath.Join("..", "..")

// built is the directory with the programs under test and the networks, once
// the programs are built.
var built string

var build = sync.OnceValue(func() error {
	if err := noteSources(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "grainledger-faults-")
	if err != nil {
		return err
	}
	built = dir
	return goBuild("-o", dir+string(filepath.Separator), "./gateway", "./chaincode")
})

func goBuild(args ...string) error {
	cmd := exec.Command("go", append([]string{"build"}, args...)...)
	cmd.Dir = tree
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return nil
}

// program is the path of a program under test.
func program(name string) string { return filepath.Join(built, name) }

// noteSources looks at every file that the programs are made of. The go
// command remembers at which files a test has looked: without this it would
// take an old result for that of a changed program.
func noteSources() error {
	for _, name := range []string{"gateway", "chaincode", "record", "network", "test-network", "go.mod", "go.sum"} {
		err := filepath.WalkDir(filepath.Join(tree, name), func(path string, _ fs.DirEntry, err error) error {
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

// fabricDir keeps Fabric's programs from one run to the next, where make
// builds them, too.
var fabricDir = filepath.Join(tree, "bin", "fabric")

// fabricPrograms builds them unless they are there. Two runs at once would
// write the same files, so the second one waits at a lock.
func fabricPrograms() error {
	if err := os.MkdirAll(fabricDir, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(fabricDir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
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
	return local.BuildPrograms(context.Background(), filepath.Join(tree, "test-network", "tools"), fabricDir)
}
