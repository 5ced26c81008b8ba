// Command grainctl is the command line of GrainLedger: keys, signed records,
// imports of a season, traces. Its manual is docs/grainctl.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	cmd := newRoot()
	err := cmd.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "grainctl:", err)
	}
	os.Exit(exitCode(ctx, err))
}

// Exit codes.
const (
	exitFailed      = 1   // the command failed
	exitRejected    = 3   // the ledger rejected a record, where that counts as a failure
	exitInterrupted = 130 // as shells have it
)

// rejectedError: all went well and the ledger said no.
type rejectedError struct{ count, of int }

func (e *rejectedError) Error() string {
	return fmt.Sprintf("%d of %d records were rejected", e.count, e.of)
}

func exitCode(ctx context.Context, err error) int {
	var rejected *rejectedError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &rejected):
		return exitRejected
	case ctx.Err() != nil:
		return exitInterrupted
	}
	return exitFailed
}
