package embedded

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/emmansun/gmsm/sm3"
)

const (
	headMagic    = "GLHEAD01"
	headSlotSize = 64
	// Slots lie in different pages, so that a torn write leaves one of them.
	headSlotGap = 4096
)

// head tells how long the chain is. Its file has two slots, written in turn:
//
//	"GLHEAD01", height (8), hash of block height-1 (32), first 16 bytes of the
//	SM3 of the 48 bytes before
//
// The valid slot with the greater height counts.
type head struct {
	height uint64
	hash   [32]byte // of block height-1; zeros if there is none
}

type headFile struct{ f file }

// write puts h into the slot that does not hold the newest head. It is in the
// page cache afterwards, which a killed process does not take along; a loss of
// power may.
func (hf headFile) write(h head) error {
	slot := make([]byte, 0, headSlotSize)
	slot = append(slot, headMagic...)
	slot = binary.BigEndian.AppendUint64(slot, h.height)
	slot = append(slot, h.hash[:]...)
	sum := sm3.Sum(slot)
	slot = append(slot, sum[:16]...)
	_, err := hf.f.WriteAt(slot, int64(h.height%2)*headSlotGap)
	if err != nil {
		return fmt.Errorf("write head: %w", err)
	}
	return nil
}

func (hf headFile) sync() error {
	if err := hf.f.Sync(); err != nil {
		return fmt.Errorf("sync head: %w", err)
	}
	return nil
}

// read returns false if no slot is valid.
func (hf headFile) read() (newest head, ok bool) {
	for i := range int64(2) {
		slot := make([]byte, headSlotSize)
		// A short read leaves zeros, which are not a valid slot.
		_, _ = hf.f.ReadAt(slot, i*headSlotGap)
		sum := sm3.Sum(slot[:48])
		if !bytes.HasPrefix(slot, []byte(headMagic)) || !bytes.Equal(sum[:16], slot[48:]) {
			continue
		}
		h := head{height: binary.BigEndian.Uint64(slot[8:])}
		copy(h.hash[:], slot[16:])
		if !ok || h.height > newest.height {
			newest, ok = h, true
		}
	}
	return newest, ok
}
