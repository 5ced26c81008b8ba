package tlog

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/emmansun/gmsm/sm3"

	"github.com/grainledger/grainledger/proof"
)

// A tile is a row of hashes of the tree: those of level 8·L from 256·N on.
// Above level 0 a hash of a tile is the root of a full tile one level below.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// TileID names a tile.
type TileID struct {
	Level uint
	N     uint64
}

// maxTileLevel: a tree of 2^63 leaves has no higher tiles.
const maxTileLevel = 7

// Path is the tile's address below the log's: tile/<L>/<N>, the number in
// groups of three digits of which all but the last begin with an x.
func (id TileID) Path() string {
	n := id.N
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	return fmt.Sprintf("tile/%d/%s", id.Level, path)
}

// dirs lists the directories on the way to the tile, outermost first.
func (id TileID) dirs() []string {
	var out []string
	path := id.Path()
	for i := range len(path) {
		if path[i] == '/' {
			out = append(out, path[:i])
		}
	}
	return out
}

var errTilePath = errors.New("tlog: names no tile")

// ParseTile reads what stands behind tile/ in a tile's address, with .p/<W>
// behind it for one of W hashes. Every tile has one address only.
func ParseTile(level, rest string) (id TileID, width int, err error) {
	l, err := strconv.ParseUint(level, 10, 8)
	if err != nil || l > maxTileLevel || strconv.FormatUint(l, 10) != level {
		return id, 0, errTilePath
	}
	id.Level, width = uint(l), tileWidth
	digits := make([]byte, 0, 24)
	want := ""
	for i := 0; ; {
		if i < len(rest) && rest[i] == 'x' {
			i++
		}
		if len(rest) < i+3 || len(digits) > 18 {
			return id, 0, errTilePath
		}
		digits = append(digits, rest[i:i+3]...)
		if i += 3; i < len(rest) && rest[i] == '/' {
			i++
			continue
		}
		want = rest[i:]
		rest = rest[:i]
		break
	}
	if id.N, err = strconv.ParseUint(string(digits), 10, 63); err != nil {
		return id, 0, errTilePath
	}
	if want != "" {
		if len(want) < 4 || want[:3] != ".p/" {
			return id, 0, errTilePath
		}
		w, err := strconv.ParseUint(want[3:], 10, 16)
		if err != nil || w == 0 || w >= tileWidth || strconv.FormatUint(w, 10) != want[3:] {
			return id, 0, errTilePath
		}
		width = int(w)
	}
	if id.Path() != "tile/"+level+"/"+rest {
		return id, 0, errTilePath
	}
	return id, width, nil
}

// encodeHashes writes hashes one behind the other, as a tile file has them.
func encodeHashes(hashes []proof.Hash) []byte {
	out := make([]byte, 0, len(hashes)*sm3.Size)
	for i := range hashes {
		out = append(out, hashes[i][:]...)
	}
	return out
}

func decodeHashes(data []byte) ([]proof.Hash, error) {
	if len(data)%sm3.Size != 0 {
		return nil, fmt.Errorf("%d bytes are no row of hashes", len(data))
	}
	out := make([]proof.Hash, len(data)/sm3.Size, max(len(data)/sm3.Size, tileWidth))
	for i := range out {
		out[i] = proof.Hash(data[i*sm3.Size:])
	}
	return out, nil
}

// nodes are the hashes of a full tile and all above them up to its root, as a
// heap: the root at 1, the children of i at 2i and 2i+1.
type nodes [2 * tileWidth]proof.Hash

func newNodes(row []proof.Hash) *nodes {
	n := new(nodes)
	copy(n[tileWidth:], row)
	for i := tileWidth - 1; i > 0; i-- {
		n[i] = proof.NodeHash(n[2*i], n[2*i+1])
	}
	return n
}

// at is the hash of height h over the leaves of the tile from offset on.
func (n *nodes) at(h uint, offset uint64) proof.Hash {
	return n[(tileWidth+offset)>>h]
}

// fold is the root of a perfect tree over a row of 2^h hashes.
func fold(row []proof.Hash) proof.Hash {
	if len(row) == 1 {
		return row[0]
	}
	half := len(row) / 2
	return proof.NodeHash(fold(row[:half]), fold(row[half:]))
}
