// Test-network runs a consortium on this machine: real peers and orderers as
// plain processes, without a container engine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/test-network/local"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "test-network:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	opt := &local.Options{Progress: os.Stderr}
	root := &cobra.Command{
		Use: "test-network", Short: "Run a consortium on this machine",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
	}
	f := root.PersistentFlags()
	f.StringVar(&opt.Dir, "dir", "run/network", "directory of the network")
	f.StringVar(&opt.Programs, "programs", "bin/fabric", "directory with Fabric's programs")
	f.StringVar(&opt.Chaincode, "chaincode", "bin/chaincode", "the chaincode program")
	f.StringVar(&opt.Consensus, "consensus", "", "raft or bft; default: raft for a new network, its own for one that is there")
	f.IntVar(&opt.BasePort, "base-port", 0, "first of 400 ports for a new network; default: a range in which nobody listens")
	f.DurationVar(&opt.Lifetime, "lifetime", local.DefaultLifetime, "how long certificates that are issued are good")
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(upCommands(opt)...)
	root.AddCommand(operateCommands(opt)...)
	root.AddCommand(composeCommand(opt))
	return root
}

// on makes a command that works on the network in the directory.
func on(opt *local.Options, use, short string, args cobra.PositionalArgs, do func(*cobra.Command, *local.Network, []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error {
		n, err := local.Open(*opt)
		if err != nil {
			return err
		}
		return do(cmd, n, args)
	}}
}
