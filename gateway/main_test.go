package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	os.Exit(m.Run())
}

// running is a gateway that serves.
type running struct {
	url  string
	log  *lockedBuffer
	stop func() error
}

// lockedBuffer may be written and read at once.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func run(t *testing.T, args ...string) *running {
	t.Helper()
	c, err := parse(t, append([]string{"--listen", "127.0.0.1:0"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	r, out := &running{log: new(lockedBuffer)}, new(lockedBuffer)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, c, slog.New(slog.NewTextHandler(r.log, nil)), out) }()
	r.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = r.stop() })
	address := regexp.MustCompile(`pages +(\S+)/\n`)
	for range 12_000 {
		if m := address.FindStringSubmatch(out.String()); m != nil {
			r.url = m[1]
			return r
		}
		select {
		case err := <-ended:
			t.Fatalf("the gateway ended: %v\n%s", err, r.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Fatal("no address was announced")
	return nil
}

func (r *running) do(t *testing.T, method, path, body string, into any, header ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(read, into); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, path, err, read)
		}
	}
	return response
}

// register is an enterprise record of the development root.
func register(t *testing.T, data, ref, body string) (submission, uscc string) {
	t.Helper()
	root, _, err := keys.LoadOrCreate(filepath.Join(data, "keys", keys.DevRootUSCC()+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		t.Fatal(body)
	}
	uscc = body + string(c)
	env, err := record.Sign(&record.Enterprise{
		Header: record.Header{Issuer: keys.DevRootUSCC(), Ref: ref, OccurredAt: "2025-10-01T08:00:00+08:00"},
		USCC:   uscc, Name: "某粮库", Kind: record.KindStorage, Division: "410000",
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := env.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), uscc
}

// TestGateway goes through a life of a gateway with the real ledger.
func TestGateway(t *testing.T) {
	data := t.TempDir()
	g := run(t, "--dev", "--data", data)
	one, uscc := register(t, data, "e1", "91410000MA0000001")

	var receipt ledger.Receipt
	if r := g.do(t, "POST", "/v1/records", one, &receipt); r.StatusCode != 200 || receipt.Outcome != record.Accepted {
		t.Fatalf("%d %+v", r.StatusCode, receipt)
	}
	if r := g.do(t, "GET", "/v1/enterprises/"+uscc, "", nil); r.StatusCode != 200 { // at once
		t.Errorf("enterprise: %d", r.StatusCode)
	}
	var again ledger.Receipt
	g.do(t, "POST", "/v1/records", one, &again)
	if again.Outcome != record.IsDuplicate || again.Tx != receipt.Tx || again.Block != receipt.Block {
		t.Errorf("the same again: %+v", again)
	}
	forged := strings.Replace(one, `"sig":"ME`, `"sig":"MF`, 1)
	if r := g.do(t, "POST", "/v1/records", forged, nil); r.StatusCode < 400 {
		t.Errorf("a forged signature: %d", r.StatusCode)
	}
	two, _ := register(t, data, "e2", "91410000MA0000002")
	r := g.do(t, "POST", "/v1/records", "["+two+"]", nil, "Prefer", "respond-async")
	if r.StatusCode != http.StatusAccepted {
		t.Fatalf("job: %d", r.StatusCode)
	}
	location := r.Header.Get("Location")
	g.awaitJob(t, location)
	if err := g.stop(); err != nil {
		t.Fatal(err)
	}

	// The next process finds the job's result, and an index that is lost is
	// built again.
	if err := os.WriteFile(filepath.Join(data, "index.db"), []byte("this is no database, and long enough to show"), 0o600); err != nil {
		t.Fatal(err)
	}
	g = run(t, "--dev", "--data", data)
	g.awaitJob(t, location)
	g.await(t, "/v1/enterprises/"+uscc)
	if !strings.Contains(g.log.String(), "built again") {
		t.Error("the log does not tell that the index was built again")
	}
	if err := g.stop(); err != nil {
		t.Error(err)
	}
}

func (r *running) awaitJob(t *testing.T, location string) {
	t.Helper()
	for range 12_000 {
		var job struct {
			Status  ledger.Status    `json:"status"`
			Results []ledger.Receipt `json:"results"`
		}
		if answer := r.do(t, "GET", location, "", &job); answer.StatusCode != 200 {
			t.Fatalf("job: %d", answer.StatusCode)
		}
		if job.Status == ledger.StatusCommitted {
			if job.Results[0].Outcome != record.Accepted {
				t.Errorf("job: %+v", job)
			}
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the job was not decided")
}

func (r *running) await(t *testing.T, path string) {
	t.Helper()
	for range 12_000 {
		if r.do(t, "GET", path, "", nil).StatusCode == 200 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s did not come", path)
}

func TestIndexOfAnotherChainIsBuiltAgain(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, data := range []string{a, b} {
		if err := run(t, "--dev", "--data", data).stop(); err != nil {
			t.Fatal(err)
		}
	}
	foreign, err := os.ReadFile(filepath.Join(b, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(a, "index.db"), foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	g := run(t, "--dev", "--data", a)
	g.await(t, "/v1/enterprises/"+keys.DevRootUSCC())
	if !strings.Contains(g.log.String(), "another chain") {
		t.Errorf("log:\n%s", g.log)
	}
}

func TestRootIsNeededAndCompared(t *testing.T) {
	data := t.TempDir()
	c, err := parse(t, "--listen", "127.0.0.1:0", "--data", filepath.Join(data, "a"))
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	if err := serve(context.Background(), c, quiet, io.Discard); err == nil || !strings.Contains(err.Error(), "--root") {
		t.Errorf("an empty ledger without root: %v", err)
	}
	one, other := rootFile(t, data, "one.json"), rootFile(t, data, "other.json")
	for range 2 { // the second time changes nothing
		if err := run(t, "--root", one, "--data", filepath.Join(data, "b")).stop(); err != nil {
			t.Fatal(err)
		}
	}
	c, err = parse(t, "--listen", "127.0.0.1:0", "--root", other, "--data", filepath.Join(data, "b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := serve(context.Background(), c, quiet, io.Discard); err == nil || !strings.Contains(err.Error(), "already_initialised") {
		t.Errorf("another root: %v", err)
	}
}

func rootFile(t *testing.T, dir, name string) string {
	t.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(&record.Root{USCC: keys.DevRootUSCC(), Name: "根", Division: "000000", Threshold: 1, Keys: []string{k.Public().Point()}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
