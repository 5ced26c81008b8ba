package index

import "errors"

// Errors of the index beside ErrNotFound.
var (
	// ErrBadCursor: the cursor was not given out for this list. The caller
	// sent something wrong; nothing is broken.
	ErrBadCursor = errors.New("index: bad cursor")
	// ErrOtherChain: the block does not follow on what the index has read.
	// The file belongs to another ledger, or to one that was set back; it
	// may be deleted and built again.
	ErrOtherChain = errors.New("index: the index belongs to another chain")
	// ErrAhead: the index has read more blocks than the ledger has. The
	// ledger is catching up, or it was set back. Which of them, the caller
	// knows: the index only says so.
	ErrAhead = errors.New("index: the index is ahead of the ledger")
	// ErrVersion: the file was made by another version of the program; it may
	// be deleted and built again.
	ErrVersion = errors.New("index: the index is of another version")
	// ErrGap: a block came that does not come next.
	ErrGap = errors.New("index: blocks are missing")
	// ErrTooLarge: the part of the lot graph that the question needs is
	// beyond what the index reads into memory for one answer.
	ErrTooLarge = errors.New("index: too much of the lot graph for one answer")
	// ErrInUse: another gateway writes the index. Two that wrote one would
	// both be wrong; the second waits or takes another place.
	ErrInUse = errors.New("index: in use")
	// ErrClosed: the index has been closed.
	ErrClosed = errors.New("index: closed")
)
