package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
)

func (a *app) recallCommand() *cobra.Command {
	var f signFlags
	var public, sort, drill string
	cmd := &cobra.Command{
		Use:   "recall [ID]",
		Short: "Show how far a recall is, or what one would find",
		Long: `Shows a recall by the id of its record: how much is recovered and outstanding,
and by whom it is held. With --drill LOT it shows what a recall of that lot would
find now, and how long it took to find it.

Who has how much grain is shown to regulators and to the recall's issuer; others
see their own line. --as says on whose behalf to log in.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (drill == "") == (len(args) == 0) {
				return errors.New("give the id of a recall, or --drill with a lot")
			}
			c, err := a.client(cmd)
			if err != nil {
				return err
			}
			key, err := f.signingKey(cmd, f.as)
			if err != nil {
				return err
			}
			s, err := c.Login(cmd.Context(), key, public)
			if err != nil {
				return err
			}
			c = c.WithToken(s.Token)
			if drill != "" {
				d, err := c.Drill(cmd.Context(), drill)
				if err != nil {
					return err
				}
				return printDrill(cmd.OutOrStdout(), d)
			}
			r, err := c.Recall(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			holders, err := c.RecallHolders(cmd.Context(), args[0], sort)
			if err != nil {
				return err
			}
			return printRecall(cmd.OutOrStdout(), r, holders)
		},
	}
	cmd.Flags().StringVar(&drill, "drill", "", "a lot: show what a recall of it would find")
	cmd.Flags().StringVar(&sort, "sort", "", "order of holders: outstanding, located, recovered, returned, lots or holder")
	cmd.Flags().StringVar(&f.key, "key", "", "file of the signing key (instead of --keys)")
	cmd.Flags().StringVar(&f.as, "as", "", "on whose behalf, a USCC whose key is in --keys")
	publicFlag(cmd, &public)
	keysFlag(cmd, &f.keys)
	return cmd
}

func printRecall(w io.Writer, r *client.Recall, holders []client.RecallHolder) error {
	state := "in force"
	switch {
	case r.Ended != "":
		state = "ended " + r.Ended
	case r.Spreading:
		state = fmt.Sprintf("still spreading, %d edges known to wait", r.Waiting)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "recall\t%s\nnotice\t%s\nlevel\t%d\nbegan\t%s\nstate\t%s\nmarked\t%d lots and mixes\n", r.ID, r.Notice, r.Level, r.Began, state, r.Marked)
	if f := r.Figures; f != nil {
		fmt.Fprintf(t, "total\t%s kg\nlocated\t%s kg\nrecovered\t%s kg\noutstanding\t%s kg\nlost\t%s kg\n",
			kilos(f.Total), kilos(f.Located), kilos(f.Recovered), kilos(f.Outstanding), kilos(f.Lost))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return printHolders(w, holders)
}

func printDrill(w io.Writer, d *client.Drill) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "lot\t%s\nmade of it\t%d lots, %d mixes, %d steps deep\nfound in\t%d ms\n", d.Lot, d.Lots, d.Mixes, d.Depth, d.TookMillis)
	fmt.Fprintf(t, "located\t%s kg\nof the lot\t%s kg\nat its maker\t%s kg\noutstanding\t%s kg\nin transit\t%s kg\n",
		kilos(d.Located), kilos(d.Stems), kilos(d.AtMaker), kilos(d.Outstanding), kilos(d.InTransit))
	if err := t.Flush(); err != nil {
		return err
	}
	if err := printHolders(w, d.Holders); err != nil || d.More == 0 {
		return err
	}
	_, err := fmt.Fprintf(w, "and %d more holders\n", d.More)
	return err
}

func printHolders(w io.Writer, holders []client.RecallHolder) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\nholder\tlots\tlocated kg\trecovered kg\tsent back kg\toutstanding kg\t\t")
	for i := range holders {
		h := &holders[i]
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t\t%s\n", h.Party, h.Lots, kilos(h.Located), kilos(h.Recovered), kilos(h.Returned), kilos(h.Outstanding), h.Name)
	}
	return t.Flush()
}

// kilos writes grams as kilograms, exactly.
func kilos(grams int64) string {
	if grams < 0 {
		return "-" + kilos(-grams)
	}
	return fmt.Sprintf("%d.%03d", grams/1000, grams%1000)
}
