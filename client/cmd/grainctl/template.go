package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

func (a *app) templateCommand() *cobra.Command {
	var o season.TemplateOptions
	cmd := &cobra.Command{
		Use:   "template TYPE",
		Short: "Print the header line of an import file",
		Long:  "Prints the header line of TYPE.csv. Types: " + strings.Join(tableTypes(), ", ") + ".",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, ok := season.TableOf(record.Type(strings.TrimSuffix(args[0], ".csv")))
			if !ok {
				return fmt.Errorf("there is no table %q; there are %s", args[0], strings.Join(tableTypes(), ", "))
			}
			return season.WriteTemplate(cmd.OutOrStdout(), t, o)
		},
	}
	cmd.Flags().BoolVar(&o.Chinese, "chinese", false, "Chinese labels")
	cmd.Flags().BoolVar(&o.Example, "example", false, "a row with examples after the header")
	cmd.Flags().BoolVar(&o.BOM, "bom", false, "a byte order mark first, for spreadsheet programs")
	return cmd
}

func tableTypes() []string {
	var types []string
	for _, t := range season.Tables() {
		types = append(types, string(t.Type))
	}
	return types
}
