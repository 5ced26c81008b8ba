package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/gateway/index"
)

// indexCommand is for operators who want the index built again.
func indexCommand() *cobra.Command {
	c := new(config)
	drop := &cobra.Command{
		Use: "drop", Args: cobra.NoArgs,
		Short: "Delete the index; the next start of the gateway builds it again from the blocks",
		Long: "Delete the index; the next start of the gateway builds it again from the blocks.\n\n" +
			"The gateway must not be running. Of a PostgreSQL database the schema of the index is dropped, and nothing else.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			if err := index.Remove(cmd.Context(), c.indexPlace()); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "the index is dropped")
			return err
		},
	}
	drop.Flags().StringVar(&c.data, "data", defaultData, "data directory of the gateway")
	drop.Flags().StringVar(&c.indexDB, "index-db", "", "where the index lies, as the gateway is told")
	cmd := &cobra.Command{Use: "index", Short: "Look after the read model", Args: cobra.NoArgs}
	cmd.AddCommand(drop)
	return cmd
}
