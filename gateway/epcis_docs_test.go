package main

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/keys"
)

// TestExampleOfTheManual runs the lines of docs/epcis.md that capture an event
// with curl and OpenSSL alone.
func TestExampleOfTheManual(t *testing.T) {
	for _, program := range []string{"sh", "curl", "openssl", "base64"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s here: the example is not run", program)
		}
	}
	manual, err := os.ReadFile("../docs/epcis.md")
	if err != nil {
		t.Fatal(err)
	}
	script := regexp.MustCompile("(?s)```sh\n(.*?)```").FindSubmatch(manual)
	if script == nil {
		t.Fatal("docs/epcis.md has no example")
	}
	n := openNode(t)
	coop := newParty(t, n, 1)
	h := handlerOf(t, n)
	server := httptest.NewServer(h)
	defer server.Close()
	dir := t.TempDir()
	pem, err := keys.Encode(coop.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), pem, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", string(script[1]))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GATEWAY="+server.URL, "USCC="+coop.uscc)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "202 Accepted") {
		t.Fatalf("%v\n%s", err, out)
	}
	for range 500 {
		if w := ask(h, "/v1/lots/L-1"); w.Code == 200 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	job := regexp.MustCompile(`Location: http://gateway.test(\S+)`).FindStringSubmatch(string(out))
	t.Fatalf("the lot is not on the ledger: %s", get(t, h, job[1]))
}
