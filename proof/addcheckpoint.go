package proof

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// AddCheckpoint is what a log asks of a witness (C2SP tlog-witness): to cosign
// a note, with the proof that the log continues the size that the witness has
// cosigned last.
type AddCheckpoint struct {
	Old   uint64
	Proof []Hash
	Note  *Note
}

// MaxAddCheckpoint bounds the request, in bytes: the note, and a proof of 63
// hashes with a line each, which is all that C2SP allows.
const (
	MaxAddCheckpoint = maxNote + 4<<10
	maxAddProof      = 63
)

// Bytes is the request's body: the old size, a line for each hash of the
// proof, an empty line, the note.
func (a *AddCheckpoint) Bytes() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", a.Old)
	for _, h := range a.Proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(a.Note.Bytes())
	return []byte(b.String())
}

// ParseAddCheckpoint reads what Bytes writes, and nothing else.
func ParseAddCheckpoint(body []byte) (*AddCheckpoint, error) {
	if len(body) > MaxAddCheckpoint {
		return nil, fmt.Errorf("add-checkpoint: has more than %d bytes", MaxAddCheckpoint)
	}
	head, note, ok := strings.Cut(string(body), "\n\n")
	if !ok {
		return nil, errors.New("add-checkpoint: no empty line before the note")
	}
	lines := strings.Split(head, "\n")
	size, ok := strings.CutPrefix(lines[0], "old ")
	a := &AddCheckpoint{}
	var err error
	if a.Old, err = strconv.ParseUint(size, 10, 63); err != nil || !ok || strconv.FormatUint(a.Old, 10) != size {
		return nil, errors.New("add-checkpoint: the first line is not the old size")
	}
	if len(lines) > maxAddProof+1 {
		return nil, fmt.Errorf("add-checkpoint: a proof of more than %d hashes", maxAddProof)
	}
	for _, line := range lines[1:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != len(Hash{}) || base64.StdEncoding.EncodeToString(raw) != line {
			return nil, errors.New("add-checkpoint: a line of the proof is not an SM3 in base64")
		}
		a.Proof = append(a.Proof, Hash(raw))
	}
	if a.Note, err = ParseNote([]byte(note)); err != nil {
		return nil, fmt.Errorf("add-checkpoint: %w", err)
	}
	return a, nil
}
