package main

import (
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

func (a *app) submitCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "submit FILE...",
		Short: "Submit signed records",
		Long: `Submits envelopes, or submissions with sealed parts, from files that hold one
or a JSON array of them (“-” is standard input), waits for the commit and prints
what was decided about each. Exit code 3 where a record was rejected.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			records, err := readSubmissions(cmd, args)
			if err != nil {
				return err
			}
			c, err := a.client(cmd)
			if err != nil {
				return err
			}
			receipts, err := c.Submit(cmd.Context(), records...)
			if perr := printReceipts(cmd.OutOrStdout(), receipts, asJSON); err == nil {
				err = perr
			}
			if err != nil {
				return err
			}
			return anyRejected(receipts)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one line for each record")
	return cmd
}

func readSubmissions(cmd *cobra.Command, files []string) ([]client.Submission, error) {
	var all []client.Submission
	for _, file := range files {
		data, err := readInput(cmd, file)
		if err != nil {
			return nil, err
		}
		records, err := client.ParseSubmissions(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, records...)
	}
	return all, nil
}

func printReceipts(w io.Writer, receipts []client.Receipt, asJSON bool) error {
	for _, r := range receipts {
		line, err := receiptLine(r, asJSON)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func receiptLine(r client.Receipt, asJSON bool) (string, error) {
	if asJSON {
		b, err := json.Marshal(r)
		return string(b), err
	}
	s := fmt.Sprintf("%-9s %s %s %s %s", r.Outcome, r.Type, r.Issuer, r.Ref, r.ID)
	if err := r.Err(); err != nil {
		return s + ": " + err.Error(), nil
	}
	return s + fmt.Sprintf(" block %d tx %s", r.Block, r.Tx), nil
}

func anyRejected(receipts []client.Receipt) error {
	n := 0
	for _, r := range receipts {
		if r.Outcome == record.Rejected {
			n++
		}
	}
	if n > 0 {
		return &rejectedError{n, len(receipts)}
	}
	return nil
}
