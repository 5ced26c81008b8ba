package tlog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/emmansun/gmsm/sm3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/proof"
)

// stateFile names the file of the right edge. Whatever else lies in the
// directory counts as far as this file says.
const stateFile = "state"

const stateVersion = 1

// maxState bounds that file: eight tiles in base64, and the user's note.
const maxState = 1 << 20

// state is the file of the right edge.
type state struct {
	Version int            `json:"version"`
	Size    uint64         `json:"size"`
	Root    proof.Hash     `json:"root"`
	Edge    [][]byte       `json:"edge"` // by tile level, the hashes of the tile that is not full
	Note    jsontext.Value `json:"note,omitempty"`
}

func (t *Tree) path(elem string) string { return filepath.Join(t.dir, filepath.FromSlash(elem)) }

// readState reads the right edge, and checks that it is that of its size and
// root.
func (t *Tree) readState() error {
	data, err := durable.Read(t.disk, t.path(stateFile), maxState)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, stateFile, err)
	}
	if s.Version != stateVersion || len(s.Edge) > maxTileLevel+1 {
		return fmt.Errorf("%w: %s is of version %d", ErrDamaged, stateFile, s.Version)
	}
	t.size, t.note = s.Size, s.Note
	for level, raw := range s.Edge {
		row, err := decodeHashes(raw)
		if err != nil || uint64(len(row)) != s.Size>>(tileHeight*level)%tileWidth {
			return fmt.Errorf("%w: %s: the edge is not that of %d leaves", ErrDamaged, stateFile, s.Size)
		}
		t.edge = append(t.edge, row)
	}
	if s.Size>>(tileHeight*len(s.Edge)) != 0 {
		return fmt.Errorf("%w: %s: the edge is cut off", ErrDamaged, stateFile)
	}
	if root, err := t.Root(s.Size); err != nil || root != s.Root {
		return fmt.Errorf("%w: %s: the edge does not have the root", ErrDamaged, stateFile)
	}
	return nil
}

// Flush makes the tree durable as it is now, with a note of the user's beside
// it. When it fails the tree stays as it is, and another Flush may succeed.
func (t *Tree) Flush(note jsontext.Value) error {
	if err := t.flush(note); err != nil {
		return fmt.Errorf("tlog: %w", err)
	}
	return nil
}

func (t *Tree) flush(note jsontext.Value) error {
	fresh := t.freshTiles()
	if err := t.writeTiles(fresh); err != nil {
		return err
	}
	if err := t.finder.write(); err != nil {
		return err
	}
	s := state{Version: stateVersion, Size: t.size, Note: note}
	var err error
	if s.Root, err = t.Root(t.size); err != nil {
		return err
	}
	for _, row := range t.edge {
		s.Edge = append(s.Edge, encodeHashes(row))
	}
	data, err := json.Marshal(&s)
	if err != nil {
		return err
	}
	if err := durable.Write(t.disk, t.path(stateFile), data); err != nil {
		return err
	}
	t.note = note
	t.mu.Lock()
	for _, id := range fresh {
		delete(t.fresh, id)
	}
	t.mu.Unlock()
	return t.finder.clean()
}

func (t *Tree) freshTiles() []TileID {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := make([]TileID, 0, len(t.fresh))
	for id := range t.fresh {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b TileID) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.N, b.N))
	})
	return out
}

// writeTiles writes full tiles, and then makes their names durable.
func (t *Tree) writeTiles(ids []TileID) error {
	touched := map[string]bool{}
	var dirs []string
	for _, id := range ids {
		if err := t.makeDirs(id.dirs()); err != nil {
			return err
		}
		path := t.path(id.Path())
		row := encodeHashes(t.fresh[id])
		if err := durable.Place(t.disk, path, func(w io.Writer) error { _, err := w.Write(row); return err }); err != nil {
			return err
		}
		if dir := filepath.Dir(path); !touched[dir] {
			touched[dir] = true
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range dirs {
		if err := t.disk.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// makeDirs makes directories durable, outermost first.
func (t *Tree) makeDirs(dirs []string) error {
	for _, d := range dirs {
		if t.dirs[d] {
			continue
		}
		path := t.path(d)
		if err := t.disk.Mkdir(path); err != nil {
			return err
		}
		if err := t.disk.SyncDir(filepath.Dir(path)); err != nil {
			return err
		}
		t.dirs[d] = true
	}
	return nil
}

func (t *Tree) readTile(id TileID) ([]proof.Hash, error) {
	data, err := durable.Read(t.disk, t.path(id.Path()), tileWidth*sm3.Size)
	if err == nil && len(data) != tileWidth*sm3.Size {
		err = fmt.Errorf("has %d bytes", len(data))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, id.Path(), err)
	}
	return decodeHashes(data)
}
