package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) keygenCommand() *cobra.Command {
	var keys string
	cmd := &cobra.Command{
		Use:   "keygen USCC",
		Short: "Make the keys of an enterprise",
		Long: `Makes the SM2 signing key and the sealing key of an enterprise in the key
directory and prints the key's id and its public half, which a regulator
registers. Keys that are there already stay as they are.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ring := keyring(cmd, keys)
			key, made, err := ring.EnsureKey(args[0])
			if err != nil {
				return err
			}
			if _, err := ring.EnsureSealingKey(args[0]); err != nil {
				return err
			}
			if !made {
				cmd.PrintErrf("%s has a key in %s already; it stays\n", args[0], keys)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "key id      %s\npublic key  %s\n", key.Public().ID(), key.Public().Point())
			return err
		},
	}
	keysFlag(cmd, &keys)
	return cmd
}

func keysFlag(cmd *cobra.Command, keys *string) {
	cmd.Flags().StringVar(keys, "keys", "keys", "key directory: <USCC>.pem and <USCC>.seal of each enterprise")
}
