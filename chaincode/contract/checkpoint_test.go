package contract_test

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// logTree is a transparency log of the tests, in memory: RFC 6962 as written.
type logTree []proof.Hash

func newLog(n int, salt byte) logTree {
	t := make(logTree, n)
	for i := range t {
		t[i] = proof.LeafHash(append(binary.BigEndian.AppendUint64(nil, uint64(i)), salt))
	}
	return t
}

func (t logTree) split() int {
	k := 1
	for k*2 < len(t) {
		k *= 2
	}
	return k
}

func (t logTree) root() proof.Hash {
	switch len(t) {
	case 0:
		return proof.EmptyRoot()
	case 1:
		return t[0]
	}
	return proof.NodeHash(t[:t.split()].root(), t[t.split():].root())
}

func (t logTree) from(m int) (path []string) {
	if m == 0 {
		return nil
	}
	for _, h := range t.between(m, true) {
		path = append(path, h.String())
	}
	return path
}

func (t logTree) between(m int, whole bool) []proof.Hash {
	if m == len(t) {
		if whole {
			return nil
		}
		return []proof.Hash{t.root()}
	}
	k := t.split()
	if m <= k {
		return append(t[:k].between(m, whole), t[k:].root())
	}
	return append(t[k:].between(m-k, false), t[:k].root())
}

// checkpoint is a checkpoint record of a party's log, its note signed by key.
func (w *world) checkpoint(party string, t logTree, before int, key *record.PrivateKey) *record.Checkpoint {
	w.Helper()
	n, err := proof.Sign(proof.Checkpoint{Origin: record.LogOrigin(party, "records"), Size: uint64(len(t)), Root: t.root()}, key)
	if err != nil {
		w.Fatal(err)
	}
	return &record.Checkpoint{Header: w.head(party), Note: base64.StdEncoding.EncodeToString(n.Bytes()),
		KeyID: key.Public().ID(), Consistency: t.from(before)}
}

// TestALogOnlyGrows: what the ledger anchors of a log begins with all that it
// anchored before.
func TestALogOnlyGrows(t *testing.T) {
	w := newWorld(t)
	log, forged := newLog(40, 'a'), newLog(40, 'b')
	key := w.key(depot)
	at := func(n, before int) *record.Checkpoint { return w.checkpoint(depot, log[:n], before, key) }
	w.refuse(record.LogInconsistent, w.checkpoint(depot, log[:3], 2, key)) // a proof from what was never anchored
	first := w.accept(at(3, 0))
	w.accept(at(11, 3))
	w.refuse(record.LogShrunk, at(3, 0))
	w.refuse(record.LogShrunk, at(10, 0))
	w.refuse(record.LogForked, w.checkpoint(depot, forged[:11], 0, key))
	w.refuse(record.LogInconsistent, at(12, 0))
	w.refuse(record.LogInconsistent, at(12, 10))
	w.refuse(record.LogInconsistent, w.checkpoint(depot, forged[:20], 11, key))
	half := append(append(logTree(nil), log[:10]...), forged[10:20]...)
	w.refuse(record.LogInconsistent, w.checkpoint(depot, half, 11, key))
	w.accept(at(11, 11)) // the same again
	w.refuse(record.LogInconsistent, at(11, 5))
	last := w.accept(at(40, 11))

	var state record.LogState
	if err := json.Unmarshal(w.values[record.LogKey(depot+"/records")].value, &state); err != nil {
		t.Fatal(err)
	}
	want := record.LogState{Size: 40, Root: log.root().String(), Record: last.ID, At: state.At}
	if state != want || state.At == 0 {
		t.Errorf("the ledger holds %+v", state)
	}
	if v := w.say(at(3, 0)); v.ID == first.ID {
		t.Error("another checkpoint has the first one's id")
	}
	w.accept(w.checkpoint(mill, forged[:5], 0, w.key(mill))) // every log is its owner's
}

// TestWhoSignsALog: the note is signed by a good key of the log's owner.
func TestWhoSignsALog(t *testing.T) {
	w := newWorld(t)
	log := newLog(9, 'a')
	w.refuse(record.BadSignature, w.checkpoint(depot, log, 0, w.key(mill)))      // another's key
	w.refuse(record.BadSignature, w.checkpoint(depot, log, 0, w.key("unknown"))) // nobody's
	w.refuse(record.BadSignature, w.checkpoint(depot, log, 0, w.key(rootUSCC)))  // the root's, for another
	swapped := w.checkpoint(depot, log, 0, w.key(mill))
	swapped.KeyID = w.key(depot).Public().ID()
	w.refuse(record.BadSignature, swapped) // the key did not sign the note
	other := w.checkpoint(mill, log, 0, w.key(mill))
	other.Header = w.head(depot)
	w.refuse(record.BadField, other) // the log of another
	notNote := w.checkpoint(depot, log, 0, w.key(depot))
	notNote.Note = base64.StdEncoding.EncodeToString([]byte(depot + "/records\n9\nno root\n\n— x AAAAAAA=\n"))
	w.refuse(record.BadField, notNote)

	many := w.checkpoint(depot, log, 0, w.key(depot))
	note, line := string(many.NoteBytes()), "— w AAAAAAA=\n"
	many.Note = base64.StdEncoding.EncodeToString([]byte(note + strings.Repeat(line, 4)))
	w.refuse(record.TooLarge, many)

	second := w.key("second key of depot")
	register := &record.Key{Header: w.head(depot), Action: record.KeyRegister, Subject: depot,
		PublicKey: second.Public().Point(), NotAfter: w.at(-10)}
	w.accept(register)
	w.accept(w.checkpoint(depot, log[:5], 0, second))
	w.accept(&record.Key{Header: w.head(depot), Action: record.KeyRevoke, Subject: depot, KeyID: second.Public().ID()})
	w.refuse(record.KeyNotValid, w.checkpoint(depot, log, 5, second))
	w.accept(w.checkpoint(depot, log, 5, w.key(depot)))

	w.accept(w.checkpoint(rootUSCC, log, 0, w.key(rootUSCC))) // the root keeps a log under a key of its own
	for _, party := range []string{county, coop, mill, shop, lab, carrier} {
		w.accept(w.checkpoint(party, log, 0, w.key(party)))
	}
}

// TestWhatTheLedgerAnchors: whatever is tried, what is anchored is a chain of
// sizes of which each tree begins with the one before.
func TestWhatTheLedgerAnchors(t *testing.T) {
	w := newWorld(t)
	trees := []logTree{newLog(64, 'a'), newLog(64, 'b')}
	mixed := append(append(logTree(nil), trees[0][:20]...), trees[1][20:]...)
	trees = append(trees, mixed)
	var anchored logTree
	rapid.Check(t, func(t *rapid.T) {
		tree := trees[rapid.IntRange(0, 2).Draw(t, "tree")]
		n := rapid.IntRange(1, 64).Draw(t, "size")
		before := rapid.IntRange(0, n).Draw(t, "before")
		v := w.say(w.checkpoint(coop, tree[:n], before, w.key(coop)))
		begins := n >= len(anchored) && tree[:len(anchored)].root() == anchored.root()
		if v.Outcome == record.Accepted {
			if !begins {
				t.Fatalf("%d leaves were anchored after %d that are others", n, len(anchored))
			}
			anchored = tree[:n]
		} else if begins && before == len(anchored) {
			t.Fatalf("refused: %s %s", v.Reason, v.Detail)
		}
	})
}
