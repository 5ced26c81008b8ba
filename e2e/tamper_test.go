package e2e

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// blocks is the file with the blocks of a small ledger.
func (g *gateway) blocks() string {
	return filepath.Join(g.data, "ledger", "blocks", "00000000.seg")
}

// Places in a block file: the header of the file, and of each frame.
const (
	fileHeader  = 16
	frameHeader = 24
)

// frames tells where each block of a file begins, and where the last ends.
func frames(t *testing.T, path string) []int64 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begins := []int64{fileHeader}
	for at := fileHeader; at < len(data); {
		if string(data[at:at+4]) != "GLBK" {
			t.Fatalf("no block begins at %d", at)
		}
		body := binary.BigEndian.Uint32(data[at+12:])
		signature := binary.BigEndian.Uint32(data[at+16:])
		at += frameHeader + int(body) + int(signature)
		begins = append(begins, int64(at))
	}
	return begins
}

// flip turns one bit of a file; done a second time it restores it.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x10
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// refusesToStart wants the gateway to end with a failure that names a block.
func refusesToStart(t *testing.T, at place, block int, what string) {
	t.Helper()
	g := launch(t, at)
	code := g.wait()
	if code == 0 || code == -1 {
		t.Errorf("%s: the gateway ended with code %d", what, code)
	}
	if !strings.Contains(g.out.String(), fmt.Sprintf("block %d is damaged", block)) {
		t.Errorf("%s: block %d is not named:\n%s", what, block, g.out)
	}
	if strings.Contains(g.out.String(), "panic") {
		t.Errorf("%s: %s", what, g.out)
	}
}

func TestTamperedBlocksStopTheStart(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	u := g.user()
	u.settle()
	for i := range 4 {
		u.accept(u.harvest(fmt.Sprintf("H-%d", i), 1_000_000))
	}
	g.stop()
	begins := frames(t, g.blocks())
	if len(begins) < 6 {
		t.Fatalf("only %d blocks", len(begins)-1)
	}
	for block := range len(begins) - 1 {
		begin, end := begins[block], begins[block+1]
		for what, at := range map[string]int64{
			"frame header": begin + 5,
			"body":         begin + frameHeader + (end-begin)/2,
			"signature":    end - 5,
		} {
			flip(t, g.blocks(), at)
			refusesToStart(t, g.place, block, fmt.Sprintf("%s of block %d", what, block))
			flip(t, g.blocks(), at)
		}
	}
	cutShort(t, g, begins)
	g = start(t, g.place)
	if status, _ := g.fetch("/v1/lots/H-3"); status != 200 {
		t.Errorf("a lot of the restored ledger: %d", status)
	}
}

// cutShort takes the newest block away.
func cutShort(t *testing.T, g *gateway, begins []int64) {
	t.Helper()
	whole, err := os.ReadFile(g.blocks())
	if err != nil {
		t.Fatal(err)
	}
	newest := len(begins) - 2
	if err := os.Truncate(g.blocks(), begins[newest]); err != nil {
		t.Fatal(err)
	}
	refusesToStart(t, g.place, newest, "the newest block is gone")
	if err := os.WriteFile(g.blocks(), whole, 0o640); err != nil {
		t.Fatal(err)
	}
}

// The index is made of the blocks and can be made again.
func TestIndexIsRebuilt(t *testing.T) { eachLedger(t, indexIsRebuilt) }

func indexIsRebuilt(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	g.importSeason(seasonA)
	before := g.snapshot()
	for what, damage := range map[string]func(path string) error{
		"deleted":   os.Remove,
		"nonsense":  func(path string) error { return os.WriteFile(path, []byte("this is no database"), 0o600) },
		"cut short": func(path string) error { return os.Truncate(path, 5000) },
	} {
		g.stop()
		path := filepath.Join(g.data, "index.db")
		if err := damage(path); err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(path + "-wal")
		_ = os.Remove(path + "-shm")
		g = start(t, g.place)
		checkFollows(t, g)
		sameAnswers(t, "an index that was "+what, g.snapshot(), before)
	}
}

// Two gateways on one directory would write over each other.
func TestSecondGatewayIsRefused(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	second := launch(t, g.place)
	if code := second.wait(); code == 0 {
		t.Error("a second gateway started on the same directory")
	}
	if !strings.Contains(second.out.String(), "in use") {
		t.Errorf("it says %s", second.out)
	}
	if !g.ready() {
		t.Error("the first gateway suffered")
	}
}
