package record

import (
	"encoding/base64"
	"strings"
)

// Checkpoint anchors the state of a transparency log on the ledger: how many
// leaves it has and under which root, signed by the log's key, and the proof
// that it continues what was anchored of it before. The ledger refuses a log
// that rewrites its past.
type Checkpoint struct {
	Header
	Note        string   `json:"note"`                  // the signed note (C2SP signed-note, tlog-checkpoint), base64
	KeyID       string   `json:"keyId"`                 // the issuer's key that signed the note
	Consistency []string `json:"consistency,omitempty"` // hashes of the proof from the last anchored size, hex
}

// Limits of a checkpoint record. The note is as long as one with cosignatures
// may be; the rules bound its signatures. A consistency proof has at most one hash
// more than two paths of a tree of 2^64 leaves.
const (
	maxNoteBytes   = 16 << 10
	maxConsistency = 130
)

func (*Checkpoint) Type() Type { return TypeCheckpoint }

// NoteBytes is the signed note itself; nothing where it is not base64 in its
// one spelling.
func (p *Checkpoint) NoteBytes() []byte {
	note, err := base64.StdEncoding.Strict().DecodeString(p.Note)
	if err != nil || base64.StdEncoding.EncodeToString(note) != p.Note {
		return nil
	}
	return note
}

// Origin is the name of the log: the first line of the note.
func (p *Checkpoint) Origin() string {
	origin, _, _ := strings.Cut(string(p.NoteBytes()), "\n")
	return origin
}

// LogOrigin names a log of an enterprise: the logs of one are told apart by
// name, those of two by their USCCs.
func LogOrigin(uscc, name string) string { return uscc + "/" + name }

func (p *Checkpoint) check(c *checker) {
	note := p.NoteBytes()
	switch name, own := strings.CutPrefix(p.Origin(), p.Issuer+"/"); {
	case p.Note == "":
		c.fail(BadField, "note", "is missing")
	case len(note) == 0:
		c.fail(BadField, "note", "is not base64")
	case len(note) > maxNoteBytes:
		c.fail(TooLarge, "note", "has more than %d bytes", maxNoteBytes)
	case !own || !plainID(name, 40):
		c.fail(BadField, "note", "is not that of a log of the issuer: its first line is not the issuer's code, a slash and a name")
	}
	c.hash("keyId", p.KeyID)
	if len(p.Consistency) > maxConsistency {
		c.fail(TooLarge, "consistency", "has more than %d items", maxConsistency)
		return
	}
	for i, h := range p.Consistency {
		c.hash(at("consistency", i), h)
	}
}

func (p *Checkpoint) touch(t *Touches) {
	t.read(KeyKey(p.KeyID))
	t.write(LogKey(p.Origin()))
}
