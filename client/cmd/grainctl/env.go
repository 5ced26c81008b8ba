package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// envName is the environment variable of a flag: --foo-bar is
// GRAINCTL_FOO_BAR.
func envName(flag string) string {
	return "GRAINCTL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// flagsFromEnv sets the flags that stand in the environment and not on the
// command line. An empty variable is none.
func flagsFromEnv(cmd *cobra.Command) error {
	var faults []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value := os.Getenv(envName(f.Name))
		if f.Changed || value == "" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			faults = append(faults, fmt.Errorf("environment variable %s: %w", envName(f.Name), err))
		}
	})
	return errors.Join(faults...)
}

// showEnv writes the variable behind each flag's help.
func showEnv(cmd *cobra.Command) {
	show := func(f *pflag.Flag) { f.Usage += " [" + envName(f.Name) + "]" }
	cmd.PersistentFlags().VisitAll(show)
	for _, c := range cmd.Commands() {
		c.LocalNonPersistentFlags().VisitAll(show)
	}
}
