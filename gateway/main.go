// Gateway is the service in front of the grain ledger: it takes signed
// records, has the ledger decide them, and shows what the ledger holds.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/gin-gonic/gin"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/bundle"
	"github.com/grainledger/grainledger/gateway/heap"
	"github.com/grainledger/grainledger/gateway/resolver"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/gateway/web"
	"github.com/grainledger/grainledger/proof"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	c := &config{version: version()}
	cmd := &cobra.Command{
		Use: "gateway", Short: "Serve the grain ledger over HTTP", Version: c.version,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			if err := c.check(); err != nil {
				return err
			}
			log, err := c.logger()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, log, cmd.OutOrStdout())
		},
	}
	c.flags(cmd.Flags())
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.AddCommand(backupCommands()...)
	cmd.AddCommand(archiveCommand(), indexCommand())
	return cmd
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}

// serve runs the gateway until ctx is done or something in it cannot go on.
// It returns nil after an orderly end.
func serve(ctx context.Context, c *config, log *slog.Logger, out io.Writer) (err error) {
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server has closed it by then
	go heap.Pace(ctx)
	n, err := open(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	handler, err := n.handler(ctx, c.address(listener))
	if err != nil {
		return err
	}
	server := api.NewServer(handler, c.submitWait, log)
	ended := make(chan error, 1)
	go func() { ended <- c.serveOn(server, listener) }()
	n.announce(out, c.url(listener.Addr()))
	select {
	case err := <-ended:
		return err
	case err := <-n.broken:
		return errors.Join(err, n.shutdown(server))
	case <-ctx.Done():
		log.Info("shutting down")
		return n.shutdown(server)
	}
}

func (c *config) serveOn(server *http.Server, listener net.Listener) error {
	if c.tlsCert != "" {
		return server.ServeTLS(listener, c.tlsCert, c.tlsKey)
	}
	return server.Serve(listener)
}

// address is what links and QR codes begin with.
func (c *config) address(listener net.Listener) string {
	if c.publicURL != "" {
		return c.publicURL
	}
	return c.url(listener.Addr())
}

// bundles makes bundles, and names the witnesses that this gateway asks.
func (n *node) bundles() (*bundle.Maker, error) {
	var trusted []proof.TrustedWitness
	for _, s := range n.config.witnesses {
		w, err := tlog.ParseWitness(s)
		if err != nil {
			return nil, fmt.Errorf("--witness %s: %w", s, err)
		}
		trusted = append(trusted, proof.TrustedWitness{Name: w.Name, Key: w.Key.Point()})
	}
	return bundle.NewMaker(n.records, n.index, trusted...), nil
}

// handler is the interface and the pages.
func (n *node) handler(ctx context.Context, publicURL string) (http.Handler, error) {
	c := n.config
	bundles, err := n.bundles()
	if err != nil {
		return nil, err
	}
	desk, err := n.desk(publicURL)
	if err != nil {
		return nil, err
	}
	a, err := api.New(ctx, api.Options{
		Submitter: n.packer, Jobs: n.queue, Chain: n.ledger, Index: n.index, Records: n.records, Bundles: bundles, Desk: desk,
		Metrics: n.metrics, Log: n.log,
		NodeKey: n.opened.nodeKey, Version: c.version, TLS: c.tlsCert != "",
		MaxBody: c.maxBody, MaxRecords: c.maxRecords, MaxRequests: c.maxRequests,
		BodyBudget: max(api.DefaultBodyBudget, c.maxBody),
		SubmitWait: c.submitWait, ReadWait: c.readWait, MaxLag: c.maxIndexLag,
	})
	if err != nil {
		return nil, err
	}
	engine := a.Engine()
	links, err := resolver.New(n.index, publicURL, a.Fresh)
	if err != nil {
		return nil, err
	}
	links.Register(engine)
	if err := n.openEPCIS(ctx, a, publicURL); err != nil {
		return nil, err
	}
	n.epcis.Register(engine)
	// Pages are added here.
	if err := web.Register(engine, web.Options{
		Reader: n.index, PublicURL: publicURL, Fresh: a.Fresh, Keeper: n.index, Log: n.log,
		Scans: n.scans, Warning: c.scanWarning, Proxies: c.trusted,
		Desk: &web.Desk{Sessions: desk.Sessions, Stock: n.index, Jobs: n.queue, Recalls: n.index},
	}); err != nil {
		return nil, err
	}
	return engine, nil
}
