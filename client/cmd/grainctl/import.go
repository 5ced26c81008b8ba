package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

type importFlags struct {
	app            *app
	keys           string
	report         string
	batch          int
	newKeys        bool
	dryRun         bool
	quiet          bool
	failOnRejected bool
}

func (a *app) importCommand() *cobra.Command {
	f := &importFlags{app: a}
	cmd := &cobra.Command{
		Use:   "import DIR",
		Short: "Import a season from CSV files",
		Long: `Reads the CSV files of the import format from DIR, makes and registers the keys
of enterprises that have none, signs every row with its issuer's key and submits
the rows in the order of their times. It can be run again at any time: what was
accepted is a duplicate then.

Exit code 0 when every row was decided, also where some were rejected.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	keysFlag(cmd, &f.keys)
	cmd.Flags().StringVar(&f.report, "report", "", "write every row that was not accepted to this file, as CSV")
	cmd.Flags().IntVar(&f.batch, "batch", client.MaxBatchRecords, "records in one request")
	cmd.Flags().BoolVar(&f.newKeys, "new-keys", false, "register a further key for enterprises whose registered keys are not in --keys")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "read and check the files only; ask and send nothing")
	cmd.Flags().BoolVar(&f.quiet, "quiet", false, "no progress on standard error")
	cmd.Flags().BoolVar(&f.failOnRejected, "fail-on-rejected", false, "exit code 3 where a row was rejected")
	return cmd
}

func (f *importFlags) run(cmd *cobra.Command, dir string) error {
	if f.batch < 1 || f.batch > client.MaxBatchRecords {
		return fmt.Errorf("--batch is %d; it is 1 to %d", f.batch, client.MaxBatchRecords)
	}
	if f.dryRun {
		return f.check(cmd, dir)
	}
	var report *reportFile
	if f.report != "" { // before anything is sent: an import must not end without its report
		var err error
		if report, err = newReportFile(f.report); err != nil {
			return fmt.Errorf("--report: %w", err)
		}
		defer report.drop()
	}
	begin := time.Now()
	im, err := f.importAll(cmd, dir)
	if err != nil {
		return err
	}
	if report != nil {
		if err := report.write(im.results); err != nil {
			return fmt.Errorf("--report: %w", err)
		}
	}
	s := summarise(im.results)
	if err := s.print(cmd.OutOrStdout(), im, time.Since(begin)); err != nil {
		return err
	}
	if n := s.total.rejected; n > 0 && f.failOnRejected {
		return &rejectedError{n, len(im.results)}
	}
	return nil
}

func (f *importFlags) importAll(cmd *cobra.Command, dir string) (*importer, error) {
	ctx := cmd.Context()
	c, err := f.app.client(cmd)
	if err != nil {
		return nil, err
	}
	ring := keyring(cmd, f.keys)
	ledger, err := c.Ledger(ctx)
	if err != nil {
		return nil, err
	}
	if ledger.Root.USCC == "" {
		return nil, errors.New("the ledger behind the gateway has no root regulator yet")
	}
	if err := sameLedger(ring, ledger); err != nil {
		return nil, err
	}
	reg := &registrar{client: c, ring: ring, root: ledger.Root, newKeys: f.newKeys, warn: warner(cmd)}
	reg.sayWhatNeedsMore()
	rows, err := readSeason(cmd, dir, ledger.Root.USCC)
	if err != nil {
		return nil, err
	}
	im := &importer{
		client: c,
		signer: newSigner(ring),
		reg:    reg,
		batch:  f.batch,
		height: ledger.Height,
		seen:   map[string]bool{},
		bar:    newProgress(cmd.ErrOrStderr(), len(rows), f.quiet),
	}
	err = im.run(ctx, rows)
	im.bar.end()
	return im, howToGoOn(ctx, err, len(im.results), len(rows))
}

// sameLedger tells whether the key directory's root is this ledger's.
func sameLedger(ring *client.Keyring, l *client.Ledger) error {
	root, err := ring.Root()
	if err != nil {
		return err
	}
	if root != "" && root != l.Root.USCC {
		return fmt.Errorf("the keys in %s belong to a ledger whose root is %s; this gateway's root is %s",
			ring.Dir(), root, l.Root.USCC)
	}
	return nil
}

func readSeason(cmd *cobra.Command, dir, root string) ([]season.Row, error) {
	d, err := season.ReadDir(os.DirFS(dir), root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	for _, name := range d.Ignored {
		cmd.PrintErrf("%s is no table of the import format; left out\n", name)
	}
	season.Order(d.Rows)
	return d.Rows, nil
}

// check is a dry run: which rows have the form that the ledger wants.
func (f *importFlags) check(cmd *cobra.Command, dir string) error {
	root, err := keyring(cmd, f.keys).Root()
	if err != nil {
		return err
	}
	rows, err := readSeason(cmd, dir, root)
	if err != nil {
		return err
	}
	refused := 0
	for _, r := range rows {
		if err := r.Check(time.Now()); err != nil {
			refused++
			fmt.Fprintf(cmd.OutOrStdout(), "%s row %d %s: %v\n", r.File, r.Line, r.Ref, err)
		}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d rows, %d of them malformed; nothing was sent\n", len(rows), refused)
	if err == nil && refused > 0 && f.failOnRejected {
		err = &rejectedError{refused, len(rows)}
	}
	return err
}

// howToGoOn adds to an error what the person can do.
func howToGoOn(ctx context.Context, err error, done, total int) error {
	if err == nil {
		return nil
	}
	state := fmt.Sprintf("%d of %d rows were decided. Run the same command again: rows that were accepted are duplicates then", done, total)
	if ctx.Err() != nil {
		return fmt.Errorf("stopped: %s", state)
	}
	var e *client.Error
	var refusal *record.Error
	if errors.As(err, &e) || errors.As(err, &refusal) {
		return fmt.Errorf("%w\n%s", err, state)
	}
	return err
}
