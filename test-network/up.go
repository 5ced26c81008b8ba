package main

import (
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/test-network/local"
)

func upCommands(opt *local.Options) []*cobra.Command {
	up := on(opt, "up", "Start the network, or mend what does not run", cobra.NoArgs,
		func(cmd *cobra.Command, n *local.Network, _ []string) error { return n.Up(cmd.Context()) })
	stop := on(opt, "stop", "End all processes and keep the network's files", cobra.NoArgs,
		func(cmd *cobra.Command, n *local.Network, _ []string) error { return n.Stop(cmd.Context()) })
	down := on(opt, "down", "End all processes and delete the network", cobra.NoArgs,
		func(cmd *cobra.Command, n *local.Network, _ []string) error { return n.Remove(cmd.Context()) })
	var tools string
	build := &cobra.Command{Use: "build", Short: "Build Fabric's programs from their module", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return local.BuildPrograms(cmd.Context(), tools, opt.Programs)
		}}
	build.Flags().StringVar(&tools, "tools", "test-network/tools", "directory of the module that names them")
	return []*cobra.Command{build, up, stop, down}
}
