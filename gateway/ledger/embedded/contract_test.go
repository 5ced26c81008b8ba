package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm2"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
)

// testContract runs one small step per argument, "verb key value":
//
//	get k, put k v, del k, add k v (append v to what k has)
//	pget k, pput k (value from transient k), ppurge k, event name payload
//
// and returns what the gets found, joined by commas ("-" for nothing).
func testContract(stub contract.Stub, function string, args [][]byte) ([]byte, error) {
	switch function {
	case "refuse":
		return nil, errors.New("GL7 insufficient_quantity: no grain")
	case "panic":
		panic("out of barley")
	case "run":
	default:
		return nil, fmt.Errorf("unknown function %s", function)
	}
	var found []string
	for _, a := range args {
		got, err := step(stub, string(a))
		if err != nil {
			return nil, err
		}
		if got != "" {
			found = append(found, got)
		}
	}
	return []byte(strings.Join(found, ",")), nil
}

func step(stub contract.Stub, line string) (string, error) {
	word := append(strings.SplitN(line, " ", 3), "", "")
	key, value := word[1], word[2]
	switch word[0] {
	case "get":
		v, err := stub.GetMultipleStates(key)
		return shown(v), err
	case "put":
		return "", stub.PutState(key, []byte(value))
	case "del":
		return "", stub.PutState(key, nil)
	case "add":
		v, err := stub.GetMultipleStates(key)
		if err != nil {
			return "", err
		}
		return "", stub.PutState(key, append(v[0], value...))
	case "pget":
		v, err := stub.GetPrivateData("sealed", key)
		return shown([][]byte{v}), err
	case "pput":
		t, err := stub.GetTransient()
		if err != nil {
			return "", err
		}
		return "", stub.PutPrivateData("sealed", key, t[key])
	case "ppurge":
		return "", stub.PurgePrivateData("sealed", key)
	case "event":
		return "", stub.SetEvent(key, []byte(value))
	}
	return "", fmt.Errorf("unknown step %q", line)
}

func shown(v [][]byte) string {
	if len(v) == 0 || v[0] == nil {
		return "-"
	}
	return string(v[0])
}

func run(steps ...string) ledger.Tx {
	tx := ledger.Tx{Function: "run"}
	for _, s := range steps {
		tx.Args = append(tx.Args, []byte(s))
	}
	return tx
}

func withTransient(tx ledger.Tx, key, value string) ledger.Tx {
	tx.Transient = map[string][]byte{key: []byte(value)}
	return tx
}

var testKey = sync.OnceValue(func() *sm2.PrivateKey {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

func testOptions() Options {
	return Options{Invoke: testContract, Key: testKey(), Log: slog.New(slog.DiscardHandler)}
}

func mustOpen(t testing.TB, dir string, opt Options) *Ledger {
	t.Helper()
	l, err := Open(dir, opt)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustClose(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

func mustSubmit(t testing.TB, l *Ledger, tx ledger.Tx) ledger.Commit {
	t.Helper()
	c, err := l.Submit(context.Background(), tx)
	if err != nil {
		t.Fatalf("Submit %s: %v", tx.Args, err)
	}
	return c
}

func get(t testing.TB, l *Ledger, step string) string {
	t.Helper()
	v, err := l.Evaluate(context.Background(), run(step))
	if err != nil {
		t.Fatalf("Evaluate %s: %v", step, err)
	}
	return string(v)
}

func otherKey(t testing.TB) *sm2.PrivateKey {
	t.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func keyFromHex(t testing.TB, text string) *sm2.PrivateKey {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	key, err := sm2.NewPrivateKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
