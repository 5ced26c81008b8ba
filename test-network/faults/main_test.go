package faults

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

var build = sync.OnceValue(func() (err error) {
	built, err = programs.Build(tree, "./gateway", "./chaincode")
	return err
})

// program is the path of a program under test.
func program(name string) string { return filepath.Join(built, name) }

// fabricDir has Fabric's programs, once fabricPrograms has built them.
var fabricDir = programs.FabricDir(tree)

func fabricPrograms() error { return programs.BuildFabric(tree) }
