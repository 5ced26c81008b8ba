package embedded

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// RestorePurge is the function that the block of a restore names: no contract
// was called, the values were purged before and are purged again.
const RestorePurge = "RestorePurge"

// repurge purges from the ledger in dir what the journals say was purged after
// the ledger's last block. It is a block like any other, so that whoever
// follows the chain is told, too.
func repurge(dir string, opt Options, journals []string) error {
	l, err := Open(dir, opt)
	if err != nil {
		return err
	}
	err = l.repurge(journals)
	return errors.Join(err, l.Close())
}

func (l *Ledger) repurge(journals []string) error {
	height, _ := l.newest()
	if height == 0 {
		return nil
	}
	genesis, err := l.genesis()
	if err != nil {
		return err
	}
	var all []purged
	for _, path := range journals {
		found, err := readJournal(path, genesis)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	// An even older snapshot, or a newer one of the same chain, must find all
	// of them here another time.
	if err := l.purges.add(genesis, all); err != nil {
		return err
	}
	later := map[purged]bool{}
	for _, p := range all {
		if p.block >= height {
			later[purged{key: p.key, collection: p.collection}] = true
		}
	}
	return l.purgeAgain(later)
}

// readJournal reads a journal, or the one in a ledger's or gateway's directory.
func readJournal(path string, genesis [32]byte) ([]purged, error) {
	for _, inside := range []string{purgesName, filepath.Join("ledger", purgesName)} {
		if file := filepath.Join(path, inside); exists(file) {
			path = file
			break
		}
	}
	raw, err := os.ReadFile(path) //nolint:gosec // named by the operator
	if err != nil {
		return nil, fmt.Errorf("embedded: journal of purges: %w", err)
	}
	raw = raw[:strings.LastIndexByte(string(raw), '\n')+1]
	of, all, err := parsePurges(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(raw) > 0 && of != genesis {
		return nil, fmt.Errorf("embedded: %s is the journal of another ledger", path)
	}
	return all, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// purgeAgain commits one block that purges those of the keys that have a value.
func (l *Ledger) purgeAgain(keys map[purged]bool) error {
	sim := &simulation{tx: transaction{function: RestorePurge, time: l.opt.Clock().UnixNano()}}
	for _, at := range l.private.newest() {
		if at.version() == 0 {
			continue // purged in this chain
		}
		w, err := l.privateWriteAt(at.place())
		if err != nil {
			return err
		}
		if keys[purged{key: [32]byte(ledger.KeyHash(w.key)), collection: w.collection}] {
			sim.tx.private = append(sim.tx.private, privateWrite{collection: w.collection, key: w.key, purge: true})
		}
	}
	if len(sim.tx.private) == 0 {
		return nil
	}
	slices.SortFunc(sim.tx.private, func(a, b privateWrite) int { return strings.Compare(a.indexKey(), b.indexKey()) })
	sim.values = make([][]byte, len(sim.tx.private))
	sim.size = sim.tx.encodedSize()
	if _, err := rand.Read(sim.tx.id[:]); err != nil {
		return err
	}
	p := &pending{sim: sim, done: make(chan result, 1)}
	l.commitBatch([]*pending{p})
	if r := <-p.done; r.err != nil {
		return r.err
	}
	l.opt.Log.Info("purged again what was purged after the snapshot", "values", len(sim.tx.private))
	return nil
}
