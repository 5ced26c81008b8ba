package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
)

// backupCommands are snapshot and restore of the embedded ledger. They need
// the ledger for themselves: the gateway on it must be stopped.
func backupCommands() []*cobra.Command {
	return []*cobra.Command{
		backupCommand("snapshot", "Copy the embedded ledger of a stopped gateway into an empty directory, verified",
			"to", "empty directory for the copy", snapshot),
		restoreCommand(),
	}
}

// restoreCommand also purges again what was purged after the snapshot.
func restoreCommand() *cobra.Command {
	var since []string
	cmd := backupCommand("restore", "Put a snapshot of an embedded ledger into the data directory of a gateway that has none",
		"from", "directory of the snapshot", func(ctx context.Context, data, from string, opt embedded.Options) error {
			if len(since) == 0 {
				opt.Log.Warn("no --purged-since: what was purged after the snapshot was made comes back")
			}
			return embedded.Restore(ctx, from, filepath.Join(data, "ledger"), opt, since...)
		})
	cmd.Flags().StringSliceVar(&since, "purged-since", nil,
		"journal of purges of the lost ledger, or the data directory it lies in; may be repeated")
	return cmd
}

// backup does its work between a data directory and a snapshot's directory.
type backup func(ctx context.Context, data, snapshot string, opt embedded.Options) error

func backupCommand(use, short, flag, meaning string, run backup) *cobra.Command {
	var other, data, level string
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		Long: short + ".\n\nA Fabric channel has no snapshot here: its peers hold the ledger, and are backed up by their own means.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			if other == "" {
				return fmt.Errorf("--%s is missing: the %s", flag, meaning)
			}
			opt, err := backupOptions(data, level)
			if err != nil {
				return err
			}
			if err := run(cmd.Context(), data, other, opt); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), use, "done and verified")
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", defaultData, "the gateway's data directory")
	cmd.Flags().StringVar(&other, flag, "", meaning)
	cmd.Flags().StringVar(&level, "log-level", "info", "debug, info, warn or error")
	return cmd
}

// backupOptions opens the ledger with the node's key, which is not part of a
// snapshot: a restored ledger needs the key under which it was written.
func backupOptions(data, level string) (embedded.Options, error) {
	log, err := (&config{logLevel: level}).logger()
	if err != nil {
		return embedded.Options{}, err
	}
	rules, err := contract.New()
	if err != nil {
		return embedded.Options{}, err
	}
	key, err := keys.Load(filepath.Join(data, "keys", "node.pem"))
	if err != nil {
		return embedded.Options{}, fmt.Errorf("the node's key, which signed the blocks: %w", err)
	}
	return embedded.Options{Invoke: rules.Invoke, Key: key.SM2(), Log: log}, nil
}

func snapshot(ctx context.Context, data, to string, opt embedded.Options) error {
	l, err := embedded.Open(filepath.Join(data, "ledger"), opt)
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // it was only read
	return l.Snapshot(ctx, to)
}
