package main

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
)

func (a *app) traceCommand() *cobra.Command {
	var direction string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "trace LOT",
		Short: "Show where a lot came from or went",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d := client.Direction(direction)
			if d != client.Up && d != client.Down {
				return fmt.Errorf("--direction is %q; it is up (towards the harvest) or down (towards the shops)", direction)
			}
			c, err := a.client(cmd)
			if err != nil {
				return err
			}
			t, err := c.Trace(cmd.Context(), args[0], d)
			if client.IsNotFound(err) {
				return fmt.Errorf("the ledger has no lot %q", args[0])
			}
			if err != nil {
				return err
			}
			if asJSON {
				b, err := json.Marshal(t, jsontext.WithIndent("  "))
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", b)
				return err
			}
			return printTree(cmd.OutOrStdout(), t)
		},
	}
	cmd.Flags().StringVar(&direction, "direction", string(client.Up), "up (towards the harvest) or down (towards the shops)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the graph as JSON")
	return cmd
}
