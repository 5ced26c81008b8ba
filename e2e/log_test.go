package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/e2e/programs"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// soonAnchored makes a gateway anchor more often than people need.
var soonAnchored = []string{"--anchor-every", "100ms"}

// note is the newest anchored checkpoint; nil before there is one.
func (g *gateway) note() *proof.Note {
	g.t.Helper()
	status, body := g.fetch("/v1/logs/records/checkpoint")
	if status == http.StatusNotFound {
		return nil
	}
	n, err := proof.ParseNote(body)
	if err != nil {
		g.t.Fatalf("checkpoint: %d %q: %v", status, body, err)
	}
	return n
}

// noteOf waits for a checkpoint of so many records.
func (g *gateway) noteOf(size uint64) (n *proof.Note) {
	g.t.Helper()
	within(g.t, fmt.Sprintf("a checkpoint of %d records", size), func() bool {
		n = g.note()
		return n != nil && n.Size >= size
	})
	return n
}

// logKey is the key that signs the log of a development ledger: the root's.
func (u *ledgerUser) logKey() *record.PrivateKey {
	u.t.Helper()
	root, err := u.ring.Root()
	if err != nil {
		u.t.Fatal(err)
	}
	key, err := u.ring.Key(root)
	if err != nil {
		u.t.Fatal(err)
	}
	return key
}

// proved checks as an outsider that a record is in the log of a checkpoint.
func (g *gateway) proved(id string, n *proof.Note) error {
	var p struct {
		Index, Size uint64
		Path        []proof.Hash
	}
	status, body := g.fetch(fmt.Sprintf("/v1/logs/records/inclusion?record=%s&size=%d", id, n.Size))
	if status != http.StatusOK {
		return fmt.Errorf("%d %s", status, body)
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return err
	}
	h, err := proof.ParseHash(id)
	if err != nil {
		return err
	}
	return proof.VerifyInclusion(p.Index, n.Size, proof.LeafHash(h[:]), p.Path, n.Root)
}

// continues checks as an outsider that a checkpoint continues an earlier one.
func (g *gateway) continues(was, now *proof.Note) error {
	var p struct{ Path []proof.Hash }
	g.get(fmt.Sprintf("/v1/logs/records/consistency?from=%d&to=%d", was.Size, now.Size), &p)
	return proof.VerifyConsistency(was.Size, now.Size, p.Path, was.Root, now.Root)
}

// TestRecordsAreAnchored: every accepted record comes under a checkpoint that the
// ledger holds, and an outsider can check it; what the gateway keeps of it can
// be thrown away.
func TestRecordsAreAnchored(t *testing.T) {
	eachLedger(t, func(t *testing.T, on ledgerKind) {
		g := start(t, on.newPlace(t), soonAnchored...)
		u := g.user()
		u.settle()
		var receipts []client.Receipt
		var was *proof.Note
		for i := range 5 {
			receipts = append(receipts, u.accept(u.harvest(fmt.Sprintf("H-%d", i), 1000))...)
			n := g.noteOf(uint64(6 + len(receipts))) // of which settle made six
			if !n.SignedBy(u.logKey().Public()) {
				t.Fatal("the log's key has not signed the checkpoint")
			}
			if was != nil {
				if err := g.continues(was, n); err != nil {
					t.Errorf("checkpoint %d: %v", i, err)
				}
			}
			was = n
		}
		for _, r := range receipts {
			if err := g.proved(r.ID, was); err != nil {
				t.Errorf("%s: %v", r.Ref, err)
			}
			var answer struct {
				Anchored bool
				LogIndex *uint64
			}
			if g.get("/v1/records/"+r.ID, &answer); !answer.Anchored || answer.LogIndex == nil {
				t.Errorf("%s: %+v", r.Ref, answer)
			}
		}
		if err := g.proved(record.SM3([]byte("never")), was); err == nil {
			t.Error("what was never submitted is proved")
		}
		g.stop()
		if err := os.RemoveAll(filepath.Join(g.data, "logs")); err != nil {
			t.Fatal(err)
		}
		g = start(t, g.place, soonAnchored...)
		within(t, "the log is built again", func() bool { n := g.note(); return n != nil && n.Size == was.Size })
		if n := g.note(); n.Root != was.Root {
			t.Errorf("built again, the log has the root %s, and had %s", n.Root, was.Root)
		}
	})
}

// startWitness runs the witness of somebody else for the log of a key.
func startWitness(t *testing.T, dir, origin string, log *record.PublicKey) (flag string, out *programs.Output) {
	t.Helper()
	out = new(programs.Output)
	cmd := exec.Command(program(t, "witness"), "--listen", "127.0.0.1:0", "--data", dir, "--name", "witness.example/1", "--log", origin+"="+log.Point())
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, programs.Environment()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	line := regexp.MustCompile(`--witness (\S+)`)
	within(t, "the witness listens", func() bool { return line.MatchString(out.String()) })
	return line.FindStringSubmatch(out.String())[1], out
}

// TestWitness: an honest log is cosigned. One with another past under the same
// key is refused by the witness, and by the ledger.
func TestWitness(t *testing.T) {
	eachLedger(t, func(t *testing.T, on ledgerKind) {
		at := on.newPlace(t)
		first := start(t, at, "--anchor-every", "1h") // makes the keys
		u := first.user()
		u.settle()
		root, err := u.ring.Root()
		if err != nil {
			t.Fatal(err)
		}
		key := u.logKey()
		first.stop()
		witness, log := startWitness(t, t.TempDir(), record.LogOrigin(root, "records"), key.Public())
		_, rest, _ := strings.Cut(witness, "=")
		_, point, _ := strings.Cut(rest, ":")
		public, err := record.ParsePublicKey(point)
		if err != nil {
			t.Fatal(err)
		}
		flags := append([]string{"--witness", witness, "--witness", "http://127.0.0.1:1=nobody:" + point}, soonAnchored...)
		cosigned := func(g *gateway) bool {
			n := g.note()
			if n == nil {
				return false
			}
			_, ok := n.CosignedBy("witness.example/1", public)
			return ok
		}
		honest := start(t, at, flags...)
		u = honest.user()
		for i := range 3 {
			u.accept(u.harvest(fmt.Sprintf("H-%d", i), 1000))
			honest.noteOf(uint64(7 + i))
			within(t, "the checkpoint is cosigned, though one witness is down", func() bool { return cosigned(honest) })
		}

		other := onEmbedded.newPlace(t)
		if err := os.CopyFS(filepath.Join(other.data, "keys"), os.DirFS(honest.keys())); err != nil {
			t.Fatal(err)
		}
		rewritten := start(t, other, flags...)
		v := rewritten.user()
		v.settle()
		for i := range 20 {
			v.accept(v.harvest(fmt.Sprintf("X-%d", i), 9000))
		}
		n := rewritten.noteOf(26)
		within(t, "the witness refuses another past", func() bool { return strings.Contains(log.String(), "does not begin with what was cosigned") })
		if cosigned(rewritten) {
			t.Error("the witness has cosigned two pasts")
		}
		refused := rewritten.checkpointRecord(root, n)
		p := honest.postRefused(client.Submission{Envelope: refused})
		if p.Code != record.LogInconsistent {
			t.Errorf("the ledger says %+v of another past", p)
		}
		u.accept(u.harvest("H-9", 1000))
		honest.noteOf(10)
		within(t, "the honest log is cosigned still", func() bool { return cosigned(honest) })
	})
}

// checkpointRecord is the record that anchored a checkpoint.
func (g *gateway) checkpointRecord(issuer string, n *proof.Note) (e record.Envelope) {
	g.t.Helper()
	var answer struct{ Envelope []byte }
	g.get(fmt.Sprintf("/v1/records?issuer=%s&ref=records-%d", issuer, n.Size), &answer)
	e, err := record.DecodeEnvelope(answer.Envelope)
	if err != nil {
		g.t.Fatal(err)
	}
	return e
}

// TestKilledGatewayKeepsItsLog kills the gateway again and again while records
// come in. No checkpoint ever contradicts an earlier one, and in the end the
// log is the one that its blocks make.
func TestKilledGatewayKeepsItsLog(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t), "--anchor-every", "20ms")
	g.user().settle()
	random := rand.New(rand.NewPCG(5, 6))
	var next atomic.Int64
	was := g.noteOf(1)
	for round := range 6 {
		u := g.user()
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				for {
					var records []client.Submission
					for range 20 {
						records = append(records, u.harvest(fmt.Sprintf("H-%d", next.Add(1)), 1000))
					}
					ctx, cancel := soon()
					_, err := u.Submit(ctx, records...)
					if cancel(); err != nil {
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(100+random.IntN(900)) * time.Millisecond) // the moment of the kill
		g.kill()
		wait.Wait()
		g = start(t, g.place, "--anchor-every", "20ms")
		n := g.noteOf(was.Size)
		if err := g.continues(was, n); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		was = n
	}
	checkFollows(t, g)
	g.user().accept(g.user().harvest("H-LAST", 1000))
	g.noteOf(was.Size + 1)
	time.Sleep(time.Second) // for what is under way
	n := g.note()
	g.stop()
	if err := os.RemoveAll(filepath.Join(g.data, "logs")); err != nil {
		t.Fatal(err)
	}
	g = start(t, g.place, "--anchor-every", "1h")
	again := g.noteOf(n.Size)
	if again.Checkpoint != n.Checkpoint {
		t.Errorf("built again from the blocks, the log is %s, and was %s", again.Body(), n.Body())
	}
	if _, metrics := g.fetch("/metrics"); !strings.Contains(string(metrics), "\ngrainledger_log_disagrees 0\n") {
		t.Error("the log disagrees with what is anchored")
	}
	if n.Size < 300 {
		t.Errorf("%d records are too few to tell anything", n.Size)
	}
}
