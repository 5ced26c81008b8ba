package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/gateway/web"
	"github.com/grainledger/grainledger/proof"
)

// config is what an operator says. docs/gateway.md explains each flag.
type config struct {
	listen, data, root, publicURL string
	ledger, fabricProfile         string
	indexDB                       string
	ledgerWait                    time.Duration
	dev, insecureListen           bool
	insecureHooks                 bool
	tlsCert, tlsKey               string
	logLevel                      string
	shutdownWait                  time.Duration

	maxBody      int64
	maxRecords   int
	maxRequests  int
	submitWait   time.Duration
	readWait     time.Duration
	maxIndexLag  uint64
	batch        ledger.PackerOptions
	jobRetention time.Duration

	logKey, logOrigin string
	anchorEvery       time.Duration
	anchorLeaves      uint64
	witnesses         []string

	maxJobs     int
	maxJobBytes int64
	version     string

	scanWarning    web.ScanWarning
	trustedProxies []string
	trusted        []netip.Prefix // what trustedProxies says

	given func(flag string) bool // whether the operator has set it
}

// flags ties the flags to c.
func (c *config) flags(f *pflag.FlagSet) {
	c.given = f.Changed
	f.StringVar(&c.listen, "listen", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&c.data, "data", defaultData, "directory of the ledger, the index, the jobs and the keys")
	f.StringVar(&c.ledger, "ledger", kindEmbedded, "embedded (in the data directory) or fabric (a Hyperledger Fabric channel)")
	f.StringVar(&c.fabricProfile, "fabric-profile", "", "file with the channel, its peers and this gateway's identity, for --ledger fabric")
	f.StringVar(&c.indexDB, "index-db", "", "where the index lies: a file, or postgres://...; default: index.db in the data directory")
	f.DurationVar(&c.ledgerWait, "ledger-wait", 10*time.Minute, "how long a Fabric peer may be behind the index at the start")
	f.BoolVar(&c.dev, "dev", false, "make a root and its key for development; loopback only")
	f.StringVar(&c.root, "root", "", "file with the regulator's root (JSON, public keys only), for a ledger without one")
	f.StringVar(&c.publicURL, "public-url", "", "address that QR codes and links begin with; default: where it listens")
	f.StringVar(&c.tlsCert, "tls-cert", "", "file with the certificate chain (PEM)")
	f.StringVar(&c.tlsKey, "tls-key", "", "file with the certificate's key (PEM)")
	f.BoolVar(&c.insecureListen, "insecure-listen", false, "listen without TLS on an address that is not loopback, behind a proxy that adds TLS")
	f.BoolVar(&c.insecureHooks, "insecure-hooks", false, "EPCIS subscriptions may lead to this machine, over plain HTTP too; for development")
	f.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error")
	f.DurationVar(&c.shutdownWait, "shutdown-wait", 30*time.Second, "how long requests and records may take to finish at the end")

	f.Int64Var(&c.maxBody, "max-body", api.DefaultMaxBody, "bytes of a request's body")
	f.IntVar(&c.maxRecords, "max-records", api.DefaultMaxRecords, "records of a request")
	f.IntVar(&c.maxRequests, "max-requests", api.DefaultMaxRequests, "requests at once")
	f.DurationVar(&c.submitWait, "submit-wait", api.DefaultSubmitWait, "how long a submission waits for its commit")
	f.DurationVar(&c.readWait, "read-wait", api.DefaultReadWait, "how long a read waits for the index")
	f.Uint64Var(&c.maxIndexLag, "max-index-lag", api.DefaultMaxLag, "blocks that the index of a ready gateway may be behind")

	f.IntVar(&c.batch.BatchRecords, "batch-records", ledger.DefaultBatchRecords, "records of a transaction")
	f.IntVar(&c.batch.BatchBytes, "batch-bytes", ledger.DefaultBatchBytes, "bytes of a transaction")
	f.DurationVar(&c.batch.Linger, "batch-linger", ledger.DefaultLinger, "how long a record waits for company")
	f.IntVar(&c.batch.InFlight, "in-flight", ledger.DefaultInFlight, "transactions at once")
	f.IntVar(&c.batch.QueueRecords, "queue-records", ledger.DefaultQueueRecords, "records waiting or in flight")
	f.IntVar(&c.batch.QueueBytes, "queue-bytes", ledger.DefaultQueueBytes, "bytes of such records")
	f.IntVar(&c.batch.IssuerRecords, "issuer-records", ledger.DefaultIssuerRecords, "such records of one issuer")
	f.IntVar(&c.batch.PeerRecords, "peer-records", ledger.DefaultPeerRecords, "such records from one address")
	f.DurationVar(&c.jobRetention, "job-retention", jobs.DefaultRetention, "how long the result of a job is kept")
	f.IntVar(&c.maxJobs, "max-jobs", jobs.DefaultMaxJobs, "jobs that are not committed")
	f.StringVar(&c.logKey, "log-key", "", "file with the SM2 key (PEM), registered on the ledger, that signs and anchors the records log; with --dev the root's")
	f.StringVar(&c.logOrigin, "log-origin", "", "name of the records log; default: /records behind the code of the key's enterprise, without a key behind the root's")
	f.DurationVar(&c.anchorEvery, "anchor-every", tlog.DefaultAnchorEvery, "how long a record waits for its checkpoint")
	f.Uint64Var(&c.anchorLeaves, "anchor-leaves", tlog.DefaultAnchorLeaves, "so many new records are anchored at once")
	f.StringArrayVar(&c.witnesses, "witness", nil, "URL=name:publickey of a witness that is asked to cosign what is anchored; repeat for more")
	f.Int64Var(&c.maxJobBytes, "max-job-bytes", jobs.DefaultMaxBytes, "bytes of such jobs")

	f.Int64Var(&c.scanWarning.PerTonne, "scan-warning-per-tonne", web.DefaultScanWarning.PerTonne, "scans of a batch, per tonne of it, from which its page warns of copied codes; 0: never")
	f.Int64Var(&c.scanWarning.AtLeast, "scan-warning-at-least", web.DefaultScanWarning.AtLeast, "scans below which no page warns")
	f.StringSliceVar(&c.trustedProxies, "trusted-proxies", nil, "addresses or prefixes of proxies whose X-Forwarded-For names the visitor when a scan is counted")
}

const envPrefix = "GRAINLEDGER_"

// indexPlace is where the index lies.
func (c *config) indexPlace() string {
	return cmp.Or(c.indexDB, filepath.Join(c.data, "index.db"))
}

// envName is the environment variable of a flag.
func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// defaultData is the data directory where none is named.
const defaultData = "data"

// fromEnvironment sets the flags that the command line leaves out.
func fromEnvironment(f *pflag.FlagSet) error {
	var errs []error
	f.VisitAll(func(flag *pflag.Flag) {
		value, given := os.LookupEnv(envName(flag.Name))
		if !given || flag.Changed {
			return
		}
		if err := f.Set(flag.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", envName(flag.Name), err))
		}
	})
	return errors.Join(errs...)
}

// check refuses what can never work, and what would be open by mistake.
func (c *config) check() error {
	host, _, err := net.SplitHostPort(c.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	tls := c.tlsCert != ""
	switch {
	case openers[c.ledger] == nil:
		return fmt.Errorf("--ledger: %q is neither %s nor %s", c.ledger, kindEmbedded, kindFabric)
	case c.ledger == kindFabric && c.fabricProfile == "":
		return errors.New("--ledger fabric needs --fabric-profile")
	case c.ledger != kindFabric && c.fabricProfile != "":
		return errors.New("--fabric-profile goes with --ledger fabric")
	case tls != (c.tlsKey != ""):
		return errors.New("--tls-cert and --tls-key go together")
	case c.dev && c.root != "":
		return errors.New("--dev makes its own root: leave --root out")
	case c.dev && !loopback(host) && !c.insecureListen:
		return errors.New("--dev listens on loopback only, unless --insecure-listen says otherwise")
	case !loopback(host) && !tls && !c.insecureListen:
		return fmt.Errorf("%s is not loopback: give --tls-cert and --tls-key, or --insecure-listen behind a proxy that adds TLS", c.listen)
	case c.batch.BatchRecords > contract.MaxBatch:
		return fmt.Errorf("--batch-records: the contract takes at most %d records in a transaction", contract.MaxBatch)
	case c.maxRecords > min(c.batch.QueueRecords, c.batch.IssuerRecords, c.batch.PeerRecords) || c.maxBody > int64(c.batch.QueueBytes):
		return errors.New("a request of --max-records and --max-body does not fit --queue-records, --issuer-records, --peer-records and --queue-bytes")
	}
	if _, err := c.askedWitnesses(); err != nil {
		return err
	}
	if c.logOrigin != "" {
		if err := proof.CheckOrigin(c.logOrigin); err != nil {
			return fmt.Errorf("--log-origin: %w", err)
		}
	}
	if err := c.readProxies(); err != nil {
		return err
	}
	return c.checkPositive()
}

func (c *config) checkPositive() error {
	for name, ok := range map[string]bool{
		"--max-body": c.maxBody > 0, "--max-records": c.maxRecords > 0, "--max-requests": c.maxRequests > 0,
		"--submit-wait": c.submitWait > 0, "--read-wait": c.readWait > 0, "--shutdown-wait": c.shutdownWait > 0,
		"--ledger-wait":   c.ledgerWait > 0,
		"--batch-records": c.batch.BatchRecords > 0, "--batch-bytes": c.batch.BatchBytes > 0,
		"--batch-linger": c.batch.Linger > 0, "--in-flight": c.batch.InFlight > 0,
		"--anchor-every": c.anchorEvery > 0, "--anchor-leaves": c.anchorLeaves > 0,
		"--job-retention": c.jobRetention > 0, "--max-jobs": c.maxJobs > 0, "--max-job-bytes": c.maxJobBytes > 0,
	} {
		if !ok {
			return fmt.Errorf("%s must be more than zero", name)
		}
	}
	return nil
}

// readProxies reads --trusted-proxies.
func (c *config) readProxies() error {
	if c.scanWarning.PerTonne < 0 || c.scanWarning.AtLeast < 0 {
		return errors.New("--scan-warning-per-tonne and --scan-warning-at-least must not be negative")
	}
	for _, text := range c.trustedProxies {
		p, err := netip.ParsePrefix(text)
		if a, errAddr := netip.ParseAddr(text); errAddr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("--trusted-proxies: %q is neither an address nor a prefix", text)
		}
		c.trusted = append(c.trusted, p)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// logger writes to standard error.
func (c *config) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.logLevel)); err != nil {
		return nil, fmt.Errorf("--log-level: %w", err)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})), nil
}

// url is the scheme and address under which a listener answers.
func (c *config) url(addr net.Addr) string {
	scheme := "http"
	if c.tlsCert != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return scheme + "://" + net.JoinHostPort("localhost", port)
	}
	return scheme + "://" + addr.String()
}
