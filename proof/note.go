package proof

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"github.com/grainledger/grainledger/record"
)

// Note is a checkpoint with the signatures under it, in the form of C2SP
// signed-note: the text, an empty line, and a line per signature. Its bytes
// are kept as they came.
type Note struct {
	Checkpoint
	Lines []Line
	raw   string
}

// Line is one signature under a note. Whose it is and whether it holds only a
// key can tell.
type Line struct {
	Name string // of the signer, as it calls itself
	hash [4]byte
	sig  []byte // what follows the hash: the signature, for a cosignature behind its time
}

// Limits of a note: who reads one from a stranger is not to be drowned.
const (
	maxNote  = 16 << 10 // bytes
	maxLines = 32
)

// ParseNote reads a note. Nothing in it has been verified then.
func ParseNote(raw []byte) (*Note, error) {
	if len(raw) > maxNote {
		return nil, fmt.Errorf("note: has more than %d bytes", maxNote)
	}
	text, signatures, ok := strings.Cut(string(raw), "\n\n")
	if !ok {
		return nil, errors.New("note: no empty line before the signatures")
	}
	c, err := parseBody(text + "\n")
	if err != nil {
		return nil, err
	}
	n := &Note{Checkpoint: c, raw: string(raw)}
	if signatures == "" || !strings.HasSuffix(signatures, "\n") {
		return nil, errors.New("note: no signature, or one that is cut off")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(signatures, "\n"), "\n") {
		l, err := parseLine(line)
		if err != nil {
			return nil, err
		}
		if n.Lines = append(n.Lines, l); len(n.Lines) > maxLines {
			return nil, fmt.Errorf("note: has more than %d signatures", maxLines)
		}
	}
	return n, nil
}

// Bytes is the note as it came.
func (n *Note) Bytes() []byte { return []byte(n.raw) }

const dash = "— "

func parseLine(s string) (l Line, err error) {
	rest, ok := strings.CutPrefix(s, dash)
	name, blob, two := strings.Cut(rest, " ")
	if !ok || !two || CheckOrigin(name) != nil {
		return l, errors.New("note: a signature line is not “— name base64”")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(blob)
	if err != nil || len(raw) <= len(l.hash) || base64.StdEncoding.EncodeToString(raw) != blob {
		return l, errors.New("note: a signature is not base64")
	}
	l.Name, l.hash, l.sig = name, [4]byte(raw[:4]), raw[4:]
	return l, nil
}

func (l Line) String() string {
	return dash + l.Name + " " + base64.StdEncoding.EncodeToString(append(l.hash[:], l.sig...)) + "\n"
}

// Kinds of signatures under a note. C2SP numbers none for SM2, so both use the
// number for others (0xff) with a name of their own behind it.
const (
	kindLog     = "\xffgrainledger-sm2-sm3-log-v1"
	kindWitness = "\xffgrainledger-sm2-sm3-cosignature-v1"
)

// keyHash names a signer's key under a note: the first four bytes of SM3 over
// name, line feed, kind and the key's point. (C2SP takes SHA-256, which a
// ledger of SM3 need not have.) It only tells keys apart; four bytes prove
// nothing.
func keyHash(name, kind string, k *record.PublicKey) [4]byte {
	point, _ := hex.DecodeString(k.Point()) // a parsed key's point is hex
	sum := sm3.Sum([]byte(name + "\n" + kind + string(point)))
	return [4]byte(sum[:4])
}

// Sign makes a note of a checkpoint under the log's own key. The signer's name
// is the log's origin.
func Sign(c Checkpoint, k *record.PrivateKey) (*Note, error) {
	if err := CheckOrigin(c.Origin); err != nil {
		return nil, err
	}
	sig, err := k.Sign([]byte(c.Body()))
	if err != nil {
		return nil, err
	}
	l := Line{Name: c.Origin, hash: keyHash(c.Origin, kindLog, k.Public()), sig: sig}
	return ParseNote([]byte(c.Body() + "\n" + l.String()))
}

// SignedBy tells whether the log's key signed the note.
func (n *Note) SignedBy(k *record.PublicKey) bool {
	want := keyHash(n.Origin, kindLog, k)
	for _, l := range n.Lines {
		if l.Name == n.Origin && l.hash == want && k.Verify([]byte(n.Body()), l.sig) {
			return true
		}
	}
	return false
}

// cosigned is what a witness signs: that at this time it saw this checkpoint
// follow from all that it had cosigned before (C2SP tlog-cosignature).
func cosigned(body string, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, body)
}

// Cosign makes a witness's line under the note, at the time given, in whole
// seconds. The witness has checked the log's signature and consistency first.
func (n *Note) Cosign(name string, k *record.PrivateKey, at time.Time) (Line, error) {
	if err := CheckOrigin(name); err != nil {
		return Line{}, err
	}
	seconds := uint64(max(0, at.Unix()))
	sig, err := k.Sign(cosigned(n.Body(), seconds))
	if err != nil {
		return Line{}, err
	}
	return Line{Name: name, hash: keyHash(name, kindWitness, k.Public()),
		sig: append(binary.BigEndian.AppendUint64(nil, seconds), sig...)}, nil
}

// CosignedBy tells whether, and when, the witness cosigned the note.
func (n *Note) CosignedBy(name string, k *record.PublicKey) (time.Time, bool) {
	want := keyHash(name, kindWitness, k)
	for _, l := range n.Lines {
		if l.Name != name || l.hash != want || len(l.sig) <= 8 {
			continue
		}
		at := binary.BigEndian.Uint64(l.sig)
		if at < 1<<62 && k.Verify(cosigned(n.Body(), at), l.sig[8:]) {
			return time.Unix(int64(at), 0).UTC(), true
		}
	}
	return time.Time{}, false
}

// With is the note with more lines under it; a line that is there already is
// not added.
func (n *Note) With(lines ...Line) (*Note, error) {
	raw := n.raw
	for _, l := range lines {
		if !strings.Contains(raw, "\n"+l.String()) {
			raw += l.String()
		}
	}
	return ParseNote([]byte(raw))
}

// ParseSignatureLine reads one line, as a witness answers it.
func ParseSignatureLine(s string) (Line, error) { return parseLine(strings.TrimSuffix(s, "\n")) }
