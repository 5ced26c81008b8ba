package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/test-network/local"
)

func operateCommands(opt *local.Options) []*cobra.Command {
	status := on(opt, "status", "Show every node, its blocks, and when its certificates end", cobra.NoArgs, showStatus)
	upgrade := on(opt, "upgrade CONTRACT", "Put the chaincode program in place of a contract's; state stays", cobra.ExactArgs(1),
		func(cmd *cobra.Command, n *local.Network, args []string) error {
			return n.Upgrade(cmd.Context(), args[0], opt.Chaincode)
		})
	rejoin := on(opt, "rejoin PEER FROM", "Bring back a peer that lost its disk from another peer's snapshot", cobra.ExactArgs(2),
		func(cmd *cobra.Command, n *local.Network, args []string) error {
			node, err := n.Node(args[0])
			if err != nil {
				return err
			}
			from, err := n.Node(args[1])
			if err != nil {
				return err
			}
			return n.Rejoin(cmd.Context(), node, from)
		})
	return []*cobra.Command{status, upgrade, addCommand(opt), removeCommand(opt), renewCommand(opt), rejoin}
}

func addCommand(opt *local.Options) *cobra.Command {
	var o network.Organisation
	cmd := on(opt, "add-org NAME", "Take an organisation with its peers into the channel", cobra.ExactArgs(1),
		func(cmd *cobra.Command, n *local.Network, args []string) error {
			o.Name = args[0]
			return n.AddOrganisation(cmd.Context(), o)
		})
	f := cmd.Flags()
	f.StringVar(&o.MSP, "msp", "", "its MSP: its name in policies, for ever")
	f.StringVar(&o.Title, "title", "", "what people call it")
	f.IntVar(&o.Peers, "peers", 1, "how many peers it runs")
	f.BoolVar(&o.Regulator, "regulator", false, "it endorses the credit file")
	_ = cmd.MarkFlagRequired("msp")
	return cmd
}

func removeCommand(opt *local.Options) *cobra.Command {
	return on(opt, "remove-org NAME", "Take an organisation out of the channel; it keeps what it has stored", cobra.ExactArgs(1),
		func(cmd *cobra.Command, n *local.Network, args []string) error {
			return n.RemoveOrganisation(cmd.Context(), args[0])
		})
}

func renewCommand(opt *local.Options) *cobra.Command {
	var within time.Duration
	cmd := on(opt, "renew [NAME...]", "Renew certificates that end soon, one process after another; of those named, or of all", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, n *local.Network, names []string) error {
			count, err := n.Renew(cmd.Context(), time.Now().Add(within), names...)
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d processes have new certificates\n", count)
			}
			return err
		})
	cmd.Flags().DurationVar(&within, "within", 30*24*time.Hour, "which certificates: those that end within this time")
	return cmd
}

func showStatus(cmd *cobra.Command, n *local.Network, _ []string) error {
	s, err := n.Status(cmd.Context())
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "channel %s, ordered by %s\n\n", n.Consortium().Channel, s.Consensus)
	fmt.Fprintln(w, "NODE\tADDRESS\tPID\tBLOCKS\tCERTIFICATES UNTIL\tSTATE")
	sound := true
	for _, node := range s.Nodes {
		state := "ok"
		if node.Leader {
			state = "ok, leads"
		}
		if node.Problem != "" {
			state, sound = node.Problem, false
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\n", node.Node.Name(), node.Address, node.PID, node.Height, day(node.Until), state)
	}
	fmt.Fprintln(w, "\nCHAINCODE\tADDRESS\tPID\t\tCERTIFICATE UNTIL\tSTATE")
	for _, svc := range s.Services {
		state := "ok"
		if svc.PID == 0 {
			state, sound = "does not run", false
		}
		fmt.Fprintf(w, "%s of %s\t%s\t%d\t\t%s\t%s\n", svc.Label, svc.Org, svc.Address, svc.PID, day(svc.Until), state)
	}
	fmt.Fprintln(w, "\nDEFINITION\tSEQUENCE\tPACKAGE")
	for _, d := range s.Definitions {
		fmt.Fprintf(w, "%s\t%d\t%s\n", d.Name, d.Sequence, d.Package)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !sound {
		return fmt.Errorf("the network is not as it should be: `make network-up` mends what does not run")
	}
	return nil
}

func day(t time.Time) string { return t.Format("2006-01-02 15:04") }
