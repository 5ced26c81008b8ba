package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/test-network/local"
)

// builderScripts is the external builder, which peers in containers mount.
//
//go:embed local/builder
var builderScripts embed.FS

type composeOptions struct {
	network.Hosting
	org, consortium, out string
}

func composeCommand(opt *local.Options) *cobra.Command {
	c := new(composeOptions)
	cmd := &cobra.Command{
		Use: "compose", Short: "Write what one organisation needs to run its part in containers", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.write(cmd, opt) },
	}
	f := cmd.Flags()
	f.StringVar(&c.org, "org", "", "the organisation")
	f.StringVar(&c.Domain, "domain", "", "what host names end in: peer0.<organisation>.<domain>")
	f.StringVar(&c.out, "out", "", "directory to write into; keys and data that lie there stay")
	f.StringVar(&c.consortium, "consortium", "", "file with the consortium; default: the one of network/consortium.yaml")
	f.StringVar(&c.Image, "image", network.DefaultImage, "image with chaincode and gateway (network/image/Dockerfile)")
	f.StringSliceVar(&c.Packages, "package", nil, "chaincode package that runs, as grain_1, repeated; default: the first of each contract")
	for _, name := range []string{"org", "domain", "out"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

func (c *composeOptions) write(cmd *cobra.Command, opt *local.Options) error {
	kind := opt.Consensus
	if kind == "" {
		kind = network.Raft
	}
	consortium, err := c.read()
	if err != nil {
		return err
	}
	base, err := fabricConfig(filepath.Join(opt.Programs, "config"))
	if err != nil {
		return err
	}
	files, err := network.HostFiles(consortium, kind, c.org, c.Hosting, base)
	if err != nil {
		return err
	}
	if _, isPeer := files["config/peer0/core.yaml"]; isPeer {
		if err := addBuilder(files); err != nil {
			return err
		}
	}
	for name, data := range files {
		if err := put(filepath.Join(c.out, filepath.FromSlash(name)), data); err != nil {
			return err
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d files in %s: go on with README.md there\n", len(files), c.out)
	return nil
}

func (c *composeOptions) read() (*network.Consortium, error) {
	if c.consortium == "" {
		return network.Default()
	}
	raw, err := os.ReadFile(c.consortium)
	if err != nil {
		return nil, err
	}
	return network.Parse(raw)
}

// fabricConfig reads Fabric's own configuration, which lies beside its programs.
func fabricConfig(dir string) (base network.FabricConfig, err error) {
	base.Core, err = os.ReadFile(filepath.Join(dir, "core.yaml"))
	if err != nil {
		return base, fmt.Errorf("%w: `test-network build` makes it", err)
	}
	base.Orderer, err = os.ReadFile(filepath.Join(dir, "orderer.yaml"))
	return base, err
}

func addBuilder(files map[string][]byte) error {
	return fs.WalkDir(builderScripts, "local/builder", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files["builder/bin/"+entry.Name()], err = builderScripts.ReadFile(path)
		return err
	})
}

// put writes a file; scripts may be executed.
func put(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	if strings.HasSuffix(path, ".sh") || strings.HasPrefix(string(data), "#!") {
		mode = 0o755
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// An older file keeps its mode when it is written again.
	return errors.Join(os.WriteFile(path, data, mode), os.Chmod(path, mode))
}
