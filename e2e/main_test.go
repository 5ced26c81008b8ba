package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	err := stopNetworks()
	if built != "" {
		err = errors.Join(err, os.RemoveAll(built))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// built is the directory with the programs under test, once they are built.
var built string

var build = sync.OnceValue(func() error {
	if err := noteSources(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "grainledger-e2e-")
	if err != nil {
		return err
	}
	built = dir
	cmd := exec.Command("go", "build", "-o", dir+string(filepath.Separator),
		"../gateway", "../client/cmd/grainctl", "../chaincode")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return nil
})

// program is the path of a program under test, built at its first use.
func program(t *testing.T, name string) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(built, name)
}

// noteSources looks at every file that the programs are made of. The go
// command remembers at which files a test has looked: without this it would
// take an old result for that of a changed gateway.
func noteSources() error {
	for _, dir := range []string{"../gateway", "../client", "../chaincode", "../proof", "../record", "../network", "../test-network",
		"../interop", "../go.mod", "../go.sum"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			_, err = os.Stat(path)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
