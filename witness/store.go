package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// store keeps, for each log, what was cosigned last: one file a log, which is
// durable before a cosignature leaves.
type store struct {
	disk durable.Disk
	dir  string
}

// seen is what was cosigned last of a log.
type seen struct {
	proof.Checkpoint
	Note string `json:"note"` // as the log signed it
}

// maxSeen bounds a file: a note, as JSON may write it.
const maxSeen = 128 << 10

// path is the file of a log. Origins hold slashes and whatever a log calls
// itself, so the file has the name's hash.
func (s *store) path(origin string) string {
	return filepath.Join(s.dir, "log-"+record.SM3([]byte(origin))+".json")
}

// last is what was cosigned last; of a log that was never seen, the tree
// without leaves.
func (s *store) last(origin string) (seen, error) {
	raw, err := durable.Read(s.disk, s.path(origin), maxSeen)
	if errors.Is(err, fs.ErrNotExist) {
		return seen{Checkpoint: proof.Checkpoint{Origin: origin, Root: proof.EmptyRoot()}}, nil
	}
	if err != nil {
		return seen{}, err
	}
	var last seen
	if err := json.Unmarshal(raw, &last); err != nil || last.Origin != origin {
		return seen{}, fmt.Errorf("%s cannot be read: %w", s.path(origin), err)
	}
	return last, nil
}

// keep makes it durable that a note is cosigned.
func (s *store) keep(n *proof.Note) error {
	raw, err := json.Marshal(&seen{n.Checkpoint, string(n.Bytes())})
	if err != nil {
		return err
	}
	return durable.Write(s.disk, s.path(n.Origin), raw)
}

// maxEvidence bounds the notes that are kept as evidence: whoever holds the
// log's key could otherwise fill the disk.
const maxEvidence = 1000

// evidence keeps a note that the log's key has signed and that does not
// continue what was cosigned.
func (s *store) evidence(n *proof.Note) error {
	dir := filepath.Join(s.dir, "refused")
	if err := errors.Join(s.disk.Mkdir(dir), s.disk.SyncDir(s.dir)); err != nil {
		return err
	}
	names, err := s.disk.List(dir)
	if err != nil || len(names) >= maxEvidence {
		return err
	}
	return durable.Write(s.disk, filepath.Join(dir, record.SM3([]byte(n.Body()))+".note"), n.Bytes())
}
