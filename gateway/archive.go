package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/gateway/archive"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/network"
)

// archiveReaders has what reads the blocks of each kind of ledger.
var archiveReaders = map[string]archive.Reader{
	kindEmbedded: embedded.ReadRaw,
	kindFabric:   fabric.ReadRaw,
}

// rawLedger gives its blocks byte for byte.
type rawLedger interface {
	RawBlocks(ctx context.Context, from uint64) iter.Seq2[ledger.RawBlock, error]
	Health(ctx context.Context) (ledger.Health, error)
	Close() error
}

// archiving is what an operator says of an archive.
type archiving struct {
	to, verify            string
	ledger, fabricProfile string
	data, logLevel        string
	fileBytes             int64
}

// archiveCommand copies blocks into files that need no ledger to be read.
func archiveCommand() *cobra.Command {
	c := new(archiving)
	cmd := &cobra.Command{
		Use: "archive", Args: cobra.NoArgs,
		Short: "Copy the blocks of a ledger into files, from where the archive ends to the newest, or verify such files",
		Long: "Copy the blocks of a ledger into files, from where the archive ends to the newest, or verify such files.\n\n" +
			"Sealed parts are not in blocks and not in the archive. An embedded ledger must not be in use.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			return c.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.to, "to", "", "directory of the archive")
	f.StringVar(&c.verify, "verify", "", "directory of an archive to be checked, without any ledger")
	f.StringVar(&c.ledger, "ledger", kindEmbedded, "embedded (in the data directory) or fabric")
	f.StringVar(&c.fabricProfile, "fabric-profile", "", "file with the channel and its peers, for --ledger fabric")
	f.StringVar(&c.data, "data", defaultData, "data directory of the embedded ledger")
	f.Int64Var(&c.fileBytes, "file-bytes", archive.DefaultFileBytes, "size at which the next file is begun")
	f.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

func (c *archiving) run(ctx context.Context, out io.Writer) error {
	switch {
	case (c.to == "") == (c.verify == ""):
		return errors.New("either --to or --verify names the archive")
	case c.verify != "":
		return tell(out, c.verify)
	case archiveReaders[c.ledger] == nil:
		return fmt.Errorf("--ledger: %q is neither %s nor %s", c.ledger, kindEmbedded, kindFabric)
	case c.ledger == kindFabric && c.fabricProfile == "":
		return errors.New("--ledger fabric needs --fabric-profile")
	case c.fileBytes < 1:
		return errors.New("--file-bytes must be more than zero")
	}
	log, err := (&config{logLevel: c.logLevel}).logger()
	if err != nil {
		return err
	}
	l, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	a, err := archive.Open(c.to, c.ledger, archiveReaders[c.ledger], c.fileBytes, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	from := a.Next()
	err = errors.Join(copyBlocks(ctx, l, a), a.Close(), l.Close())
	if err != nil {
		return err
	}
	if from == a.Next() {
		fmt.Fprintln(out, "nothing is new")
	} else {
		fmt.Fprintf(out, "added blocks %d to %d\n", from, a.Next()-1)
	}
	return tell(out, c.to)
}

func (c *archiving) open(ctx context.Context, log *slog.Logger) (rawLedger, error) {
	if c.ledger == kindEmbedded {
		opt, err := backupOptions(c.data, c.logLevel)
		if err != nil {
			return nil, err
		}
		return embedded.Open(filepath.Join(c.data, "ledger"), opt)
	}
	profile, err := network.ReadProfile(c.fabricProfile)
	if err != nil {
		return nil, fmt.Errorf("--fabric-profile: %w", err)
	}
	return fabric.Open(ctx, profile, fabric.Options{Log: log})
}

// copyBlocks goes as far as the ledger does now.
func copyBlocks(ctx context.Context, l rawLedger, a *archive.Archive) error {
	health, err := l.Health(ctx)
	if err != nil || a.Next() >= health.Height {
		return err
	}
	for b, err := range l.RawBlocks(ctx, a.Next()) {
		if err == nil {
			err = a.Append(b)
		}
		if err != nil || a.Next() >= health.Height {
			return err
		}
	}
	return ctx.Err()
}

// tell checks an archive and says what it holds.
func tell(out io.Writer, dir string) error {
	summary, err := archive.Verify(dir, archiveReaders)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n", summary)
	return err
}
