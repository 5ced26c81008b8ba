package embedded

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// purgesName is the journal of purges. A snapshot that is older than a purge
// still holds the value, and its chain does not tell; so what was purged also
// stands here, for Restore. Nothing in it is secret, and it is small: copy it
// off the machine more often than the ledger.
//
//	grainledger purges of <hash of block 0>
//	<block of the purge> <SHA-256 of the key> "<collection>"
const purgesName = "purges"

const purgesTitle = "grainledger purges of "

// purged is one line of the journal.
type purged struct {
	block      uint64
	key        [32]byte
	collection string
}

func (p purged) line() string {
	return fmt.Sprintf("%d %x %s\n", p.block, p.key, strconv.Quote(p.collection))
}

func purgeOf(block uint64, w *privateWrite) purged {
	return purged{block: block, key: [32]byte(ledger.KeyHash(w.key)), collection: w.collection}
}

// purgesOf are the purges that a block holds.
func purgesOf(b *block) (all []purged) {
	for i := range b.txs {
		for j := range b.txs[i].private {
			if w := &b.txs[i].private[j]; w.purge {
				all = append(all, purgeOf(b.number, w))
			}
		}
	}
	return all
}

// purgeJournal is an open journal. The committer alone adds to it.
type purgeJournal struct {
	f     file
	end   int64
	known map[purged]bool
	kept  []purged // good lines of a journal that has to be written anew
}

// read takes what is there. A line that was not written to its end was never
// answered and is cut off; where one cannot be read, the journal is written
// anew of the others and the chain.
func (j *purgeJournal) read() error {
	size, err := j.f.Size()
	if err != nil {
		return fmt.Errorf("size of %s: %w", purgesName, err)
	}
	raw := make([]byte, size)
	if n, err := j.f.ReadAt(raw, 0); n < len(raw) {
		return fmt.Errorf("read %s: %w", purgesName, err)
	}
	raw = raw[:bytes.LastIndexByte(raw, '\n')+1]
	_, all, err := parsePurges(raw)
	j.end, j.known = int64(len(raw)), map[purged]bool{}
	if err != nil {
		j.end, j.kept = 0, all
		return nil
	}
	for _, p := range all {
		j.known[p] = true
	}
	return nil
}

// add makes durable what the journal does not have.
func (j *purgeJournal) add(genesis [32]byte, all []purged) error {
	text := ""
	if j.end == 0 {
		text = fmt.Sprintf("%s%x\n", purgesTitle, genesis)
	}
	news := 0
	for _, p := range all {
		if !j.known[p] {
			j.known[p] = true
			text += p.line()
			news++
		}
	}
	if news == 0 {
		return nil
	}
	if _, err := j.f.WriteAt([]byte(text), j.end); err != nil {
		return fmt.Errorf("write %s: %w", purgesName, err)
	}
	// What a torn line left behind may be longer.
	if err := errors.Join(j.f.Truncate(j.end+int64(len(text))), j.f.Sync()); err != nil {
		return fmt.Errorf("sync %s: %w", purgesName, err)
	}
	j.end += int64(len(text))
	return nil
}

// parsePurges reads a journal: all lines that can be read, and an error that
// names the first that cannot, since a purge that is overlooked brings a value
// back.
func parsePurges(raw []byte) (genesis [32]byte, all []purged, first error) {
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		line = strings.TrimSuffix(line, "\n")
		var p purged
		var err error
		if number == 1 {
			genesis, err = parseTitle(line)
		} else if p, err = parsePurge(line); err == nil {
			all = append(all, p)
		}
		if err != nil && first == nil {
			first = fmt.Errorf("embedded: %s, line %d: %w", purgesName, number, err)
		}
	}
	return genesis, all, first
}

func parseTitle(line string) (genesis [32]byte, err error) {
	hash, ok := strings.CutPrefix(line, purgesTitle)
	if !ok {
		return genesis, errors.New("not a journal of purges")
	}
	return parseHash(hash)
}

func parsePurge(line string) (p purged, err error) {
	word := strings.SplitN(line, " ", 3)
	if len(word) != 3 {
		return p, errors.New("not a purge")
	}
	if p.block, err = strconv.ParseUint(word[0], 10, 64); err != nil {
		return p, err
	}
	if p.key, err = parseHash(word[1]); err != nil {
		return p, err
	}
	p.collection, err = strconv.Unquote(word[2])
	return p, err
}

func parseHash(text string) (h [32]byte, err error) {
	raw, err := hex.DecodeString(text)
	if err == nil && len(raw) != len(h) {
		err = errors.New("not a hash")
	}
	if err == nil {
		h = [32]byte(raw)
	}
	return h, err
}
