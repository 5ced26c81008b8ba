package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
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

var build = sync.OnceValue(func() (err error) {
	built, err = programs.Build("..", "./gateway", "./client/cmd/grainctl", "./chaincode", "./witness")
	return err
})

// program is the path of a program under test, built at its first use.
func program(t *testing.T, name string) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(built, name)
}
