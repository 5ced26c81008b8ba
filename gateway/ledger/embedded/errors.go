package embedded

import (
	"errors"
	"fmt"
)

var (
	// ErrLocked means that another process has the ledger open.
	ErrLocked = errors.New("embedded: ledger is in use by another process")
	// ErrNotEmpty means that the target of Snapshot or Restore holds files.
	ErrNotEmpty = errors.New("embedded: target directory is not empty")
)

// TamperError means that the files are not what the ledger wrote. Nothing is
// repaired: restore a snapshot, or find out who changed them.
type TamperError struct {
	Block  uint64 // the block that is missing or not as written
	Reason string
}

func (e *TamperError) Error() string {
	return fmt.Sprintf("embedded: block %d is damaged: %s", e.Block, e.Reason)
}

func tampered(block uint64, format string, args ...any) *TamperError {
	return &TamperError{Block: block, Reason: fmt.Sprintf(format, args...)}
}
