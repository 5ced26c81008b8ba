package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
	"github.com/grainledger/grainledger/record"
)

// embeddedFigures measures signed lot records per second through the packer
// into the embedded ledger, every signature checked by the contract and every
// block synced before it is answered, against bare verification.
func embeddedFigures(ctx context.Context, s sizes) ([]figure, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	n, err := open(ctx, l)
	if err != nil {
		return nil, err
	}
	defer n.close()
	bare, _, err := verifiers()
	if err != nil {
		return nil, err
	}
	var value, reference []float64
	lots := s.records / perLot
	for round := range s.pairs {
		records, err := l.lots(round*lots, lots)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if err := n.submitAll(ctx, records, 8); err != nil {
			return nil, err
		}
		value = append(value, float64(len(records))/time.Since(start).Seconds())
		r, err := rate(s.verify, bare)
		if err != nil {
			return nil, err
		}
		reference = append(reference, r)
	}
	return []figure{compare("embedded_records_per_s", "1/s", value, reference)}, nil
}

// node is an embedded ledger with a packer in front, in a scratch directory.
type node struct {
	dir    string
	ledger *embedded.Ledger
	packer *ledger.Packer
}

func open(ctx context.Context, l *load) (*node, error) {
	dir, err := scratch()
	if err != nil {
		return nil, err
	}
	n := &node{dir: dir}
	if err := n.start(ctx, l); err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

func (n *node) start(ctx context.Context, l *load) error {
	core, err := contract.New()
	if err != nil {
		return err
	}
	key, err := record.GenerateKey()
	if err != nil {
		return err
	}
	if n.ledger, err = embedded.Open(n.dir+"/ledger", embedded.Options{Invoke: core.Invoke, Key: key.SM2()}); err != nil {
		return err
	}
	if n.packer, err = ledger.NewPacker(n.ledger, ledger.PackerOptions{}); err != nil {
		return err
	}
	genesis, err := l.genesis()
	if err != nil {
		return err
	}
	if _, err := n.ledger.Submit(ctx, ledger.Tx{Function: record.FnInit, Args: [][]byte{genesis}}); err != nil {
		return err
	}
	registry, err := l.registry()
	if err != nil {
		return err
	}
	return n.submit(ctx, registry)
}

func (n *node) close() {
	if n.packer != nil {
		_ = n.packer.Close(context.Background())
	}
	if n.ledger != nil {
		_ = n.ledger.Close()
	}
	_ = os.RemoveAll(n.dir)
}

// submit hands records over as one request and wants each to be accepted.
func (n *node) submit(ctx context.Context, records [][]byte) error {
	subs := make([]ledger.Submission, len(records))
	for i, r := range records {
		subs[i] = ledger.Submission{Envelope: r}
	}
	receipts, err := n.packer.Submit(ctx, subs)
	if err != nil {
		return err
	}
	for _, r := range receipts {
		if r.Outcome != record.Accepted {
			return fmt.Errorf("record %s: %s %s", r.Ref, r.Reason, r.Detail)
		}
	}
	return nil
}

// perRequest is how many records a client sends at once; a multiple of perLot,
// so that a lot's records stay together.
const perRequest = 500

// submitAll lets so many clients at a time send the records, a request each.
func (n *node) submitAll(ctx context.Context, records [][]byte, clients int) error {
	requests := make(chan [][]byte)
	failed := make(chan error, clients)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for r := range requests {
				if err := n.submit(ctx, r); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	err := feed(ctx, requests, failed, records)
	close(requests)
	wg.Wait()
	if err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func feed(ctx context.Context, requests chan<- [][]byte, failed <-chan error, records [][]byte) error {
	for len(records) > 0 {
		k := min(perRequest, len(records))
		select {
		case requests <- records[:k]:
			records = records[k:]
		case err := <-failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
