package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
)

// statusPause is the time between two questions while status waits.
const statusPause = 200 * time.Millisecond

func (a *app) statusCommand() *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the ledger behind the gateway, or wait until it answers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := a.awaitLedger(cmd.Context(), wait)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "height %d\nroot   %s %s (division %s)\n",
				l.Height, l.Root.USCC, l.Root.Name, l.Root.Division)
			return err
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, "how long to wait for a gateway that is starting")
	return cmd
}

// awaitLedger asks until the gateway answers or the wait is over.
func (a *app) awaitLedger(ctx context.Context, wait time.Duration) (*client.Ledger, error) {
	c, err := client.New(a.gateway, client.WithTimeout(a.timeout), client.WithAttempts(1))
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(wait); ; {
		l, err := c.Ledger(ctx)
		if err == nil || time.Now().After(deadline) || ctx.Err() != nil {
			return l, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(statusPause):
		}
	}
}
