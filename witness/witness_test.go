package main

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/durable/durabletest"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

const origin = "91320582MA00000040/records"

func newKey(t testing.TB) *record.PrivateKey {
	t.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// logged is somebody's log, of which two versions may differ from a leaf on.
type logged struct {
	*tlog.Tree
	t   testing.TB
	key *record.PrivateKey
}

func newLog(t testing.TB, key *record.PrivateKey, size, same int) logged {
	t.Helper()
	tree, err := tlog.OpenTree(durabletest.New(), "/")
	if err != nil {
		t.Fatal(err)
	}
	leaves := make([]proof.Hash, size)
	for i := range leaves {
		data := binary.BigEndian.AppendUint64(nil, uint64(i))
		if i >= same {
			data = append(data, 'x')
		}
		leaves[i] = proof.LeafHash(data)
	}
	tree.Append(leaves)
	return logged{tree, t, key}
}

// ask is the request to cosign so many leaves after old.
func (l logged) ask(old, size uint64) *proof.AddCheckpoint {
	root, err := l.Root(size)
	if err != nil {
		l.t.Fatal(err)
	}
	note, err := proof.Sign(proof.Checkpoint{Origin: origin, Size: size, Root: root}, l.key)
	if err != nil {
		l.t.Fatal(err)
	}
	r := &proof.AddCheckpoint{Old: old, Note: note}
	if old <= size {
		if r.Proof, err = l.Consistency(old, size); err != nil {
			l.t.Fatal(err)
		}
	}
	return r
}

func newWitness(t testing.TB, disk durable.Disk, log *record.PrivateKey) *witness {
	t.Helper()
	return &witness{name: "witness.example/1", key: newKey(t), logs: map[string][]*record.PublicKey{origin: {log.Public()}},
		store: &store{disk, "/"}, clock: func() time.Time { return time.Unix(1_800_000_000, 0) }, log: slog.New(slog.DiscardHandler)}
}

// post asks over HTTP, as a gateway does.
func post(t *testing.T, w *witness, body string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	w.handler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(body)))
	return rec
}

// TestAnswers: the statuses of C2SP tlog-witness.
func TestAnswers(t *testing.T) {
	key, other := newKey(t), newKey(t)
	honest, forked := newLog(t, key, 50, 50), newLog(t, key, 50, 15)
	disk := durabletest.New()
	w := newWitness(t, disk, key)
	unknown := honest.ask(20, 30)
	unknown.Note, _ = proof.Sign(proof.Checkpoint{Origin: "somebody/records", Size: 30}, key)
	stranger := logged{honest.Tree, t, other}
	short := honest.ask(20, 30)
	short.Proof = short.Proof[:1]
	for _, step := range []struct {
		name   string
		body   string
		status int
		answer string
	}{
		{"the first", string(honest.ask(0, 10).Bytes()), 200, "— witness.example/1 "},
		{"the next", string(honest.ask(10, 20).Bytes()), 200, "— witness.example/1 "},
		{"the same again", string(honest.ask(20, 20).Bytes()), 200, "— witness.example/1 "},
		{"after another size", string(honest.ask(10, 30).Bytes()), 409, "20\n"},
		{"from the beginning", string(honest.ask(0, 30).Bytes()), 409, "20\n"},
		{"a size behind", string(honest.ask(10, 15).Bytes()), 409, "20\n"},
		{"an old size beyond", string(honest.ask(40, 30).Bytes()), 400, "the old size"},
		{"a log that is not known", string(unknown.Bytes()), 404, "does not know"},
		{"another's signature", string(stranger.ask(20, 30).Bytes()), 403, "no key of the log"},
		{"a fork of the same size", string(forked.ask(20, 20).Bytes()), 409, "20\n"},
		{"a fork that goes on", string(forked.ask(20, 30).Bytes()), 422, "does not begin"},
		{"a proof cut short", string(short.Bytes()), 422, "does not begin"},
		{"no request", "old x\n", 400, "add-checkpoint"},
		{"too much", strings.Repeat("x", proof.MaxAddCheckpoint+1), 413, "too large"},
		{"the honest log, still", string(honest.ask(20, 50).Bytes()), 200, "— witness.example/1 "},
		{"the fork, still", string(forked.ask(20, 50).Bytes()), 409, "50\n"},
	} {
		answer := post(t, w, step.body)
		if answer.Code != step.status || !strings.HasPrefix(answer.Body.String(), step.answer) && !strings.Contains(answer.Body.String(), step.answer) {
			t.Errorf("%s: %d %q", step.name, answer.Code, answer.Body)
		}
		if size := answer.Header().Get("Content-Type") == "text/x.tlog.size"; size != (step.status == 409) {
			t.Errorf("%s: %s", step.name, answer.Header().Get("Content-Type"))
		}
	}
	line, err := proof.ParseSignatureLine(post(t, w, string(honest.ask(50, 50).Bytes())).Body.String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := honest.ask(0, 50).Note.With(line)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := n.CosignedBy("witness.example/1", w.key.Public()); !ok || at.Unix() != 1_800_000_000 {
		t.Errorf("the line is cosigned %t at %s", ok, at)
	}
	evidence, err := disk.List("/refused")
	if err != nil || len(evidence) != 3 { // the forks of 20 and 30, and the one with a bad proof
		t.Errorf("%d notes are kept as evidence, %v", len(evidence), err)
	}
	get := httptest.NewRecorder()
	w.handler().ServeHTTP(get, httptest.NewRequest(http.MethodGet, "/add-checkpoint", nil))
	if get.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", get.Code)
	}
}

// TestOnePast: whatever is asked in whatever order, and however often the
// witness starts again, what it has cosigned is one growing log.
func TestOnePast(t *testing.T) {
	key := newKey(t)
	versions := []logged{newLog(t, key, 60, 60), newLog(t, key, 60, 0), newLog(t, key, 60, 25)}
	rapid.Check(t, func(r *rapid.T) {
		disk := durabletest.New()
		w := newWitness(t, disk, key)
		var last *proof.Note
		var of logged
		for range rapid.IntRange(1, 12).Draw(r, "requests") {
			l := rapid.SampledFrom(versions).Draw(r, "version")
			size := rapid.Uint64Range(1, 60).Draw(r, "size")
			old := rapid.Uint64Range(0, size).Draw(r, "old")
			if last != nil && rapid.Bool().Draw(r, "knows") {
				old = last.Size
			}
			ask := l.ask(old, size)
			if rapid.Bool().Draw(r, "restarts") {
				w.store = &store{disk.Restart(durabletest.Never), "/"}
				disk = w.store.disk.(*durabletest.Disk)
			}
			if _, err := w.decide(ask.Bytes()); err != nil {
				continue
			}
			if last != nil {
				before, err := l.Root(last.Size)
				if size < last.Size || err != nil || before != last.Root {
					r.Fatalf("%d leaves were cosigned after %d of another past", size, last.Size)
				}
			}
			last, of = ask.Note, l
		}
		if last != nil && last.Size < 60 {
			if _, err := w.decide(of.ask(last.Size, 60).Bytes()); err != nil {
				r.Fatalf("the log that was cosigned is refused: %v", err)
			}
		}
	})
}

// TestCrashAtEveryStep: what has left the witness it still knows after a crash
// at any step.
func TestCrashAtEveryStep(t *testing.T) {
	key := newKey(t)
	honest, forked := newLog(t, key, 40, 40), newLog(t, key, 40, 3)
	for _, lasts := range []func() bool{durabletest.Never, durabletest.Always, durabletest.Random(1)} {
		for n := 1; ; n++ {
			disk := durabletest.New()
			disk.StopAt(n)
			w := newWitness(t, disk, key)
			released := uint64(0)
			for size := uint64(10); size <= 40; size += 10 {
				_, err := w.decide(honest.ask(size-10, size).Bytes())
				if err == nil {
					released = size
				} else if !errors.Is(err, durabletest.ErrStopped) {
					break // it was behind already
				}
			}
			w.store = &store{disk.Restart(lasts), "/"}
			last, err := w.store.last(origin)
			if err != nil {
				t.Fatalf("step %d: %v", n, err)
			}
			if want, _ := honest.Root(last.Size); last.Size < released || last.Root != want {
				t.Fatalf("step %d: %d leaves were cosigned, and it knows %d", n, released, last.Size)
			}
			if last.Size > 3 {
				if _, err := w.decide(forked.ask(last.Size, 40).Bytes()); err == nil {
					t.Fatalf("step %d: cosigns another past", n)
				}
			}
			if last.Size < 40 {
				if _, err := w.decide(honest.ask(last.Size, 40).Bytes()); err != nil {
					t.Fatalf("step %d: refuses the log it knows: %v", n, err)
				}
			}
			if !disk.Stopped() {
				break
			}
		}
	}
}

func TestConfig(t *testing.T) {
	key := newKey(t).Public().Point()
	good := func() *config {
		return &config{listen: "127.0.0.1:0", data: t.TempDir(), name: "w", logs: []string{origin + "=" + key}}
	}
	if err := good().check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(c *config){
		"open to all":   func(c *config) { c.listen = "0.0.0.0:80" },
		"no address":    func(c *config) { c.listen = "here" },
		"no name":       func(c *config) { c.name = "" },
		"name of two":   func(c *config) { c.name = "a b" },
		"no log":        func(c *config) { c.logs = nil },
		"half of a key": func(c *config) { c.tlsCert = "cert.pem" },
	} {
		c := good()
		if change(c); c.check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, bad := range []string{origin, origin + "=", origin + "=" + key[:40], "=" + key, "a b=" + key} {
		c := good()
		c.logs = []string{bad}
		if _, err := c.trusted(); err == nil {
			t.Errorf("--log %s is taken", bad)
		}
	}
	c := good()
	if _, err := c.open(slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.open(slog.New(slog.DiscardHandler)); err == nil {
		t.Error("two witnesses share a directory")
	}
}
