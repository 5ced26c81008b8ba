package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/record"
)

// recordsLog is the records log's name behind its owner's code.
const recordsLog = "records"

// logSigner is the key under which this gateway anchors the records log.
type logSigner struct {
	key    *record.PrivateKey
	issuer string
}

// openLog opens the records log and lets it follow the ledger. One that is
// damaged or belongs to another chain is begun anew: all that it holds is in
// the blocks.
func (n *node) openLog(ctx context.Context) error {
	root, err := ledgerRoot(ctx, n.ledger)
	if err != nil {
		return err
	}
	if n.signer, err = n.findSigner(ctx, root); err != nil {
		return err
	}
	origin := n.config.logOrigin
	switch {
	case origin != "":
	case n.signer != nil:
		origin = record.LogOrigin(n.signer.issuer, recordsLog)
	default:
		origin = record.LogOrigin(root.USCC, recordsLog)
	}
	if n.records, err = n.tryLog(ctx, origin); err != nil {
		return err
	}
	n.logMetrics()
	following := n.following(ctx)
	n.work.Go(func() {
		if err := n.records.Follow(following, n.ledger); err != nil && following.Err() == nil {
			n.broken <- fmt.Errorf("the records log cannot follow the ledger: %w", err)
		}
	})
	return nil
}

func (n *node) tryLog(ctx context.Context, origin string) (*tlog.Log, error) {
	disk, dir := durable.OS{}, n.path("logs", recordsLog)
	if err := os.MkdirAll(n.path("logs"), 0o750); err != nil {
		return nil, err
	}
	l, err := tlog.Open(disk, dir, origin, n.log)
	if err == nil {
		if err = n.sameLog(ctx, l); err == nil {
			return l, nil
		}
		err = errors.Join(err, l.Close())
	}
	if !errors.Is(err, tlog.ErrDamaged) && !errors.Is(err, tlog.ErrOtherChain) {
		return nil, err
	}
	n.log.Warn("the records log is deleted and built again from the blocks", "path", dir, "error", err)
	if err := tlog.Remove(disk, dir); err != nil {
		return nil, err
	}
	return tlog.Open(disk, dir, origin, n.log)
}

// sameLog holds the newest block that the log has read against the ledger's. A
// ledger that is behind is waited for, as the index does.
func (n *node) sameLog(ctx context.Context, l *tlog.Log) error {
	have := l.Height()
	if have == 0 {
		return nil
	}
	var kept keepIndex
	if err := n.awaitHeight(ctx, have); errors.Is(err, index.ErrAhead) && !errors.As(err, &kept) {
		return fmt.Errorf("%w: it has read %d blocks, and the ledger has fewer", tlog.ErrOtherChain, have)
	} else if err != nil {
		return err
	}
	last, err := blockAt(ctx, n.ledger, have-1)
	if err != nil {
		return err
	}
	return l.Apply(last)
}

// findSigner finds whose key --log-key is. In development it is the root's,
// where its key lies in the data directory.
func (n *node) findSigner(ctx context.Context, root record.Root) (*logSigner, error) {
	path := n.config.logKey
	if path == "" && n.config.dev {
		path = n.path("keys", root.USCC+".pem")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	if path == "" {
		return nil, nil
	}
	key, err := keys.Load(path)
	if err != nil {
		return nil, fmt.Errorf("--log-key: %w", err)
	}
	if root.Threshold == 1 && slices.Contains(root.Keys, key.Public().Point()) {
		return &logSigner{key, root.USCC}, nil
	}
	var registered *record.RegisteredKey
	if err := n.readState(ctx, record.KeyKey(key.Public().ID()), &registered); err != nil {
		return nil, err
	}
	switch {
	case registered != nil && registered.Device == "":
		return &logSigner{key, registered.USCC}, nil
	case n.config.logKey == "": // the root has other keys by now
		return nil, nil
	}
	return nil, fmt.Errorf("--log-key: key %s is not registered on the ledger as an enterprise's: register it (grainctl, through a gateway without --log-key) and start again", key.Public().ID())
}

// readState reads one value of the world state; it stays as it is where there
// is none.
func (n *node) readState(ctx context.Context, key string, value any) error {
	return readState(ctx, n.ledger, key, value)
}

func readState(ctx context.Context, l ledger.Ledger, key string, value any) error {
	arg, err := json.Marshal([]string{key})
	if err != nil {
		return err
	}
	answer, err := l.Evaluate(ctx, ledger.Tx{Function: record.FnState, Args: [][]byte{arg}})
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	var values []jsontext.Value
	if err := json.Unmarshal(answer, &values); err != nil || len(values) != 1 {
		return fmt.Errorf("read %s: the ledger's answer cannot be read: %w", key, err)
	}
	return json.Unmarshal(values[0], value)
}

func ledgerRoot(ctx context.Context, l ledger.Ledger) (root record.Root, err error) {
	return root, readState(ctx, l, record.RootKey, &root)
}

// askedWitnesses reads the flags. An environment variable holds several.
func (c *config) askedWitnesses() (out []tlog.Witness, err error) {
	for _, s := range strings.Fields(strings.Join(c.witnesses, " ")) {
		w, err := tlog.ParseWitness(s)
		if err != nil {
			return nil, fmt.Errorf("--witness %s: %w", s, err)
		}
		out = append(out, w)
	}
	return out, nil
}

// openAnchor starts what anchors the log and asks witnesses, where this
// gateway does.
func (n *node) openAnchor(ctx context.Context) error {
	witnesses, err := n.config.askedWitnesses()
	if err != nil {
		return err
	}
	ctx, n.anchor = context.WithCancel(context.WithoutCancel(ctx))
	if len(witnesses) > 0 {
		c := tlog.NewCosigner(n.records, witnesses, n.log)
		n.metrics.Gauge("grainledger_log_witness_failures", "How often a witness did not cosign since the start.", func() float64 { return float64(c.Failed()) })
		n.anchoring.Go(func() { c.Run(ctx, 6*n.config.anchorEvery) })
	}
	if n.signer == nil {
		return nil
	}
	a := tlog.NewAnchorer(n.records, n.ledger, n.packer, tlog.AnchorOptions{
		Key: n.signer.key, Issuer: n.signer.issuer, Every: n.config.anchorEvery, Leaves: n.config.anchorLeaves,
		Memory: n.path("logs", recordsLog+".signed"), Disk: durable.OS{}, Log: n.log,
	})
	n.metrics.Gauge("grainledger_log_anchor_failures", "How often the records log could not be anchored since the start.", func() float64 {
		_, failed := a.Stats()
		return float64(failed)
	})
	n.anchoring.Go(func() { a.Run(ctx) })
	return nil
}

func (n *node) logMetrics() {
	n.metrics.Gauge("grainledger_log_records", "Records in the records log.", func() float64 { return float64(n.records.Size()) })
	n.metrics.Gauge("grainledger_log_anchored_records", "Records under the newest anchored checkpoint.", func() float64 { return float64(n.records.AnchoredSize()) })
	n.metrics.Gauge("grainledger_log_disagrees", "1 where the ledger has anchored what is not this gateway's records log.", func() float64 {
		if n.records.Disagrees() != nil {
			return 1
		}
		return 0
	})
}
