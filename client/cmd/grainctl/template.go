package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/client/season/workbook"
	"github.com/grainledger/grainledger/record"
)

func (a *app) templateCommand() *cobra.Command {
	var o season.TemplateOptions
	var sheets string
	cmd := &cobra.Command{
		Use:   "template TYPE...",
		Short: "Print the header line of an import file, or write a workbook",
		Long: `Prints the header line of TYPE.csv. With --xlsx it writes a workbook with one
sheet for each TYPE, with notes in Chinese on every column and lists to choose
from where a column has few values. Types: ` + strings.Join(tableTypes(), ", ") + ".",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			tables, err := tablesNamed(args)
			switch {
			case err != nil:
				return err
			case sheets != "":
				return writeWorkbook(sheets, tables, o)
			case len(tables) > 1:
				return errors.New("a CSV file holds one table; --xlsx writes several")
			}
			return season.WriteTemplate(cmd.OutOrStdout(), tables[0], o)
		},
	}
	cmd.Flags().StringVar(&sheets, "xlsx", "", "file of a workbook to write, which must not exist")
	cmd.Flags().BoolVar(&o.Chinese, "chinese", false, "Chinese labels")
	cmd.Flags().BoolVar(&o.Example, "example", false, "a row with examples after the header")
	cmd.Flags().BoolVar(&o.BOM, "bom", false, "a byte order mark first, for spreadsheet programs")
	return cmd
}

func tablesNamed(names []string) ([]*season.Table, error) {
	var tables []*season.Table
	for _, name := range names {
		t, ok := season.TableOf(record.Type(strings.TrimSuffix(name, ".csv")))
		if !ok {
			return nil, fmt.Errorf("there is no table %q; there are %s", name, strings.Join(tableTypes(), ", "))
		}
		if slices.ContainsFunc(tables, func(have *season.Table) bool { return have.Type == t.Type }) {
			return nil, fmt.Errorf("the table %q is named twice", name)
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func writeWorkbook(path string, tables []*season.Table, o season.TemplateOptions) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(workbook.WriteTemplate(f, tables, o), f.Close())
}

func tableTypes() []string {
	var types []string
	for _, t := range season.Tables() {
		types = append(types, string(t.Type))
	}
	return types
}
