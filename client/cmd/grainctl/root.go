package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
)

// app holds what all commands share.
type app struct {
	gateway  string
	timeout  time.Duration
	attempts int
}

func newRoot() *cobra.Command {
	a := new(app)
	cmd := &cobra.Command{
		Use:   "grainctl",
		Short: "Sign, submit and trace records of a grain ledger",
		Long: `grainctl signs records, submits them to a gateway of the ledger, imports a
season from CSV files and traces lots.

Every flag can be given by an environment variable: --foo-bar by
GRAINCTL_FOO_BAR. A flag on the command line goes first.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return flagsFromEnv(cmd) },
	}
	f := cmd.PersistentFlags()
	f.StringVar(&a.gateway, "gateway", "http://127.0.0.1:8080", "address of the gateway")
	f.DurationVar(&a.timeout, "timeout", client.DefaultTimeout, "longest wait for one answer of the gateway")
	f.IntVar(&a.attempts, "attempts", client.DefaultAttempts, "how often a request is tried while the gateway is busy or silent")
	cmd.AddCommand(a.keygenCommand(), a.loginCommand(), a.signCommand(), a.signChallengeCommand(), a.submitCommand(), a.importCommand(),
		a.templateCommand(), a.traceCommand(), a.statusCommand(), a.verifyCommand(), a.bundleCommand(), a.trustCommand(), a.voidCommand(),
		a.recallCommand(), a.epcisCommand(), a.versionCommand())
	showEnv(cmd)
	return cmd
}

// client connects to nothing yet. It says on stderr why it waits.
func (a *app) client(cmd *cobra.Command) (*client.Client, error) {
	notice := func(err error, pause time.Duration) {
		cmd.PrintErrf("%v; again in %s\n", err, pause.Round(100*time.Millisecond))
	}
	return client.New(a.gateway, client.WithTimeout(a.timeout), client.WithAttempts(a.attempts), client.WithNotice(notice))
}

// keyring opens a key directory whose warnings go to stderr.
func keyring(cmd *cobra.Command, dir string) *client.Keyring {
	return client.OpenKeyring(dir, warner(cmd))
}

func warner(cmd *cobra.Command) func(string) {
	return func(message string) { cmd.PrintErrln("warning:", message) }
}
