package runbooks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/record"
)

// depot is a storage enterprise of the season.
const depot = "91320582508808129Y"

const when = "2025-10-09T07:00:00+08:00"

// The root's one key gives way to three, of which two sign; then the first one
// goes, with what it signed still standing.
func TestRootKeyIsRotated(t *testing.T) {
	s := on(t)
	before := s.remember()
	delete(before.state, record.RootKey) // is to change
	r := s.rootHolders(3)
	r.rotate("ROOT-2", r.pem[:1], 2, r.pem[0], r.pem[1], r.pem[2])
	r.facility("901", 3, "too_few_signed", r.pem[0])
	r.rotate("ROOT-3", r.pem[:2], 2, r.pem[1], r.pem[2])
	r.facility("902", 3, "too_few_signed", r.pem[0], r.pem[1])
	r.facility("903", 0, "accepted", r.pem[1], r.pem[2])

	s.still(before, "a rotated root")
	out := execute(t, "", "grainctl", "verify", r.signedBefore, "--gateway", s.url())
	out.has(t, "verify what the old key signed", 0, "accepted in block")

	// The keys are in the ledger, not in the gateway: it starts as before, with
	// the root file that first made the ledger, or with none.
	s.stop(t)
	s.start(t, "--root", s.rootFile())
	s.serves("with a rotated root")
}

// holders of the root's keys, each with a file of its own.
type holders struct {
	*scene
	root         string
	pem          []string
	point        map[string]string
	signedBefore string
}

func (s *scene) rootHolders(n int) *holders {
	s.Helper()
	ring := client.OpenKeyring(s.keys(), nil)
	root, err := ring.Root()
	if err != nil {
		s.Fatal(err)
	}
	first, err := ring.Key(root)
	if err != nil {
		s.Fatal(err)
	}
	r := &holders{scene: s, root: root, point: map[string]string{}}
	r.pem = []string{filepath.Join(s.keys(), root+".pem")}
	r.point[r.pem[0]] = first.Public().Point()
	for range n - 1 {
		dir := s.TempDir()
		key, _, err := client.OpenKeyring(dir, nil).EnsureKey(root)
		if err != nil {
			s.Fatal(err)
		}
		r.pem = append(r.pem, filepath.Join(dir, root+".pem"))
		r.point[r.pem[len(r.pem)-1]] = key.Public().Point()
	}
	return r
}

// sign has a payload signed by one holder after another.
func (r *holders) sign(kind, payload string, pem ...string) string {
	r.Helper()
	file := r.file(payload)
	signed := execute(r.T, "", "grainctl", "sign", "--type", kind, "--key", pem[0], file)
	signed.has(r.T, "sign", 0)
	for _, p := range pem[1:] {
		signed = execute(r.T, signed.stdout, "grainctl", "sign", "--add", "--key", p, "-")
		signed.has(r.T, "sign --add", 0)
	}
	return signed.stdout
}

// rotate makes the keys of to the root's.
func (r *holders) rotate(ref string, by []string, threshold int, to ...string) {
	r.Helper()
	points := make([]string, len(to))
	for i, p := range to {
		points[i] = `"` + r.point[p] + `"`
	}
	signed := r.sign("key", fmt.Sprintf(`{"issuer":"%s","ref":"%s","occurredAt":"%s","action":"root","subject":"%[1]s","threshold":%[4]d,"keys":[%[5]s]}`,
		r.root, ref, when, threshold, strings.Join(points, ",")), by...)
	execute(r.T, signed, "grainctl", "submit", "-", "--gateway", r.url()).has(r.T, "rotate the root", 0, "accepted")
	if r.signedBefore == "" {
		r.signedBefore = r.file(signed)
	}
}

// facility wants a record of the root to be decided so.
func (r *holders) facility(number string, code int, verdict string, by ...string) {
	r.Helper()
	payload := fmt.Sprintf(`{"issuer":"%s","ref":"KQ-%s","occurredAt":"%s","uscc":"%s","name":"%[2]s号库区","kind":"depot","code":"%[4]s%[2]s"}`,
		r.root, number, when, depot)
	execute(r.T, r.sign("facility", payload, by...), "grainctl", "submit", "-", "--gateway", r.url()).has(r.T, "submit "+number, code, verdict)
}

func (s *scene) file(content string) string {
	s.Helper()
	path := filepath.Join(s.TempDir(), "file.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.Fatal(err)
	}
	return path
}

// rootFile is the root with which the ledger was begun, as --root takes it.
func (s *scene) rootFile() string {
	s.Helper()
	root, err := keys.DevRoot(s.keys())
	if err != nil {
		s.Fatal(err)
	}
	raw, err := json.Marshal(&root)
	if err != nil {
		s.Fatal(err)
	}
	return s.file(string(raw))
}

// otherRoot is a root that the ledger does not have.
func (s *scene) otherRoot() string {
	s.Helper()
	root, err := keys.DevRoot(s.keys())
	if err != nil {
		s.Fatal(err)
	}
	other, err := record.GenerateKey()
	if err != nil {
		s.Fatal(err)
	}
	root.Keys = []string{other.Public().Point()}
	raw, err := json.Marshal(&root)
	if err != nil {
		s.Fatal(err)
	}
	return s.file(string(raw))
}
