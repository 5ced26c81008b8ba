package index

import (
	"context"
	"fmt"
	"sync"
)

// height is how many blocks the index has read, and a way to wait for more.
type height struct {
	mu     sync.Mutex
	blocks uint64
	closed bool
	moved  chan struct{} // closed at the next change; nil while nobody waits
}

func (h *height) now() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.blocks
}

func (h *height) advance(blocks uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.blocks = blocks
	h.wake()
}

func (h *height) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.wake()
}

// wake lets everybody who waits look again. The lock is held.
func (h *height) wake() {
	if h.moved != nil {
		close(h.moved)
		h.moved = nil
	}
}

func (h *height) wait(ctx context.Context, blocks uint64) error {
	for {
		moved, done, err := h.look(blocks)
		if done || err != nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("index: wait for %d blocks, have %d: %w", blocks, h.now(), ctx.Err())
		}
	}
}

// look tells whether the height is reached, or else what to wait on.
func (h *height) look(blocks uint64) (moved <-chan struct{}, done bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.blocks >= blocks:
		return nil, true, nil
	case h.closed:
		return nil, false, ErrClosed
	}
	if h.moved == nil {
		h.moved = make(chan struct{})
	}
	return h.moved, false, nil
}
