package main

import (
	"encoding/base64"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

func (a *app) loginCommand() *cobra.Command {
	var f signFlags
	var public string
	cmd := &cobra.Command{
		Use:   "login USCC",
		Short: "Log in at the gateway and print a token",
		Long: `Logs an enterprise in by signing the gateway's challenge with its key, and
prints the token of the session, for programs that send it as
“Authorization: Bearer <token>”. A session ends after half an hour without use,
after eight hours, and when the key is revoked.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := f.signingKey(cmd, args[0])
			if err != nil {
				return err
			}
			c, err := a.client(cmd)
			if err != nil {
				return err
			}
			s, err := c.Login(cmd.Context(), key, public)
			if err != nil {
				return err
			}
			cmd.PrintErrf("logged in as %s %s until %s\n", s.USCC, s.Name, s.Until)
			_, err = fmt.Fprintln(cmd.OutOrStdout(), s.Token)
			return err
		},
	}
	cmd.Flags().StringVar(&f.key, "key", "", "file of the signing key (instead of --keys)")
	publicFlag(cmd, &public)
	keysFlag(cmd, &f.keys)
	return cmd
}

func publicFlag(cmd *cobra.Command, public *string) {
	cmd.Flags().StringVar(public, "public", "", "address that the challenge must name, where the world reaches the gateway by another than --gateway")
}

func (a *app) signChallengeCommand() *cobra.Command {
	var f signFlags
	var public string
	cmd := &cobra.Command{
		Use:   "sign-challenge FILE",
		Short: "Sign the login challenge of a page",
		Long: `Reads the challenge that the page “企业工作台” shows (“-” is standard input),
says on standard error what it is, signs it and prints the signature to paste
into the page. It signs nothing but a challenge, and only one that names the
gateway of --gateway.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			challenge, err := record.ParseLoginChallenge(string(data))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			key, err := f.signingKey(cmd, f.as)
			if err != nil {
				return err
			}
			gateway := a.gateway
			if public != "" {
				gateway = public
			}
			sig, err := client.SignChallenge(string(data), gateway, key)
			if err != nil {
				return err
			}
			cmd.PrintErrf("a login at %s, asked for at %s\n", challenge.Gateway, challenge.Issued)
			_, err = fmt.Fprintln(cmd.OutOrStdout(), base64.StdEncoding.EncodeToString(sig))
			return err
		},
	}
	cmd.Flags().StringVar(&f.key, "key", "", "file of the signing key (instead of --keys)")
	cmd.Flags().StringVar(&f.as, "as", "", "whose key of --keys signs, a USCC")
	publicFlag(cmd, &public)
	keysFlag(cmd, &f.keys)
	return cmd
}
