// Witness cosigns the checkpoints of other organisations' transparency logs:
// each only where the log continues all that was cosigned of it before. Run
// by somebody who is not the log's owner, it keeps a log from showing two
// pasts to two people.
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
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(1)
	}
}

// config is what an operator says. docs/proofs.md explains each flag.
type config struct {
	listen, data, name, key string
	logs                    []string
	tlsCert, tlsKey         string
	insecureListen          bool
}

func command() *cobra.Command {
	c := &config{}
	cmd := &cobra.Command{
		Use: "witness", Short: "Cosign the checkpoints of transparency logs",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.check(); err != nil {
				return err
			}
			return serve(cmd.Context(), c, slog.New(slog.NewTextHandler(os.Stderr, nil)), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.listen, "listen", "127.0.0.1:8090", "address to listen on")
	f.StringVar(&c.data, "data", "witness-data", "directory of what was cosigned last; losing it loses the memory of every log")
	f.StringVar(&c.name, "name", "", "how this witness calls itself under a note, for example witness.example.org/1")
	f.StringVar(&c.key, "key", "", "file with the witness's SM2 key (PEM), made where there is none; default: key.pem in the data directory")
	f.StringArrayVar(&c.logs, "log", nil, "origin=publickey (04||x||y hex) of a log to cosign; repeat for more logs, or more keys of one")
	f.StringVar(&c.tlsCert, "tls-cert", "", "file with the certificate chain (PEM)")
	f.StringVar(&c.tlsKey, "tls-key", "", "file with the certificate's key (PEM)")
	f.BoolVar(&c.insecureListen, "insecure-listen", false, "listen without TLS on an address that is not loopback, behind a proxy that adds TLS")
	cmd.CompletionOptions.DisableDefaultCmd = true
	return cmd
}

// check refuses what can never work, and what would be open by mistake.
func (c *config) check() error {
	host, _, err := net.SplitHostPort(c.listen)
	ip := net.ParseIP(host)
	loopback := host == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case err != nil:
		return fmt.Errorf("--listen: %w", err)
	case len(c.logs) == 0:
		return errors.New("--log names the logs to cosign: there is none")
	case (c.tlsCert != "") != (c.tlsKey != ""):
		return errors.New("--tls-cert and --tls-key go together")
	case !loopback && c.tlsCert == "" && !c.insecureListen:
		return fmt.Errorf("%s is not loopback: give --tls-cert and --tls-key, or --insecure-listen behind a proxy that adds TLS", c.listen)
	}
	if err := proof.CheckOrigin(c.name); err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	return nil
}

// trusted reads the logs and their keys.
func (c *config) trusted() (map[string][]*record.PublicKey, error) {
	logs := map[string][]*record.PublicKey{}
	for _, s := range c.logs {
		origin, point, _ := strings.Cut(s, "=")
		if err := proof.CheckOrigin(origin); err != nil {
			return nil, fmt.Errorf("--log %s: %w", s, err)
		}
		key, err := record.ParsePublicKey(point)
		if err != nil {
			return nil, fmt.Errorf("--log %s: %w", s, err)
		}
		logs[origin] = append(logs[origin], key)
	}
	return logs, nil
}

func (c *config) open(log *slog.Logger) (*witness, error) {
	if err := record.SelfTest(); err != nil {
		return nil, err
	}
	logs, err := c.trusted()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.data, 0o750); err != nil {
		return nil, err
	}
	held, err := lock(c.data)
	if err != nil {
		return nil, err
	}
	path := c.key
	if path == "" {
		path = filepath.Join(c.data, "key.pem")
	}
	key, _, err := keys.LoadOrCreate(path)
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return &witness{name: c.name, key: key, logs: logs, store: &store{durable.OS{}, c.data}, clock: time.Now, log: log, lock: held}, nil
}

// lock takes the directory until the file that it answers is closed: two
// witnesses that cosign side by side could cosign two pasts.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("%s is in use by another witness: %w", dir, err)
	}
	return f, nil
}

// serve runs the witness until ctx is done.
func serve(ctx context.Context, c *config, log *slog.Logger, out io.Writer) error {
	w, err := c.open(log)
	if err != nil {
		return err
	}
	defer w.lock.Close()
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: w.handler(), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	scheme := "http"
	if c.tlsCert != "" {
		scheme = "https"
	}
	fmt.Fprintf(out, "GrainLedger witness\n  --witness %s://%s=%s:%s\n", scheme, listener.Addr(), w.name, w.key.Public().Point())
	ended := make(chan error, 1)
	go func() {
		if c.tlsCert != "" {
			ended <- server.ServeTLS(listener, c.tlsCert, c.tlsKey)
		} else {
			ended <- server.Serve(listener)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return server.Shutdown(end)
}
