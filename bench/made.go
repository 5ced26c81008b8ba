package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/web"
	"github.com/grainledger/grainledger/record"
)

// The made ledger: bins of a thousand deposits, each bought from a harvest of
// its own; out of each bin one withdrawal, divided among ten chains of lots
// that end in a retail batch. The records go through the contract, the
// embedded ledger and the index, as any do.
const (
	depositsPerBin = 1000
	chainsPerBin   = 10
	stepsPerChain  = 6 // divisions between the first of the bin's lots and the milling
	lotsPerBin     = 2*depositsPerBin + 1 + chainsPerBin*(1+2*stepsPerChain+1)

	depositGrams = 20_000_000
	chainGrams   = 1_000_000_000
)

// made is a made ledger behind a gateway's handler on a loopback port.
type made struct {
	*node
	load    *load
	index   *index.Index
	store   *jobs.Store
	queue   *jobs.Queue
	server  *http.Server
	address string
	bins    int

	constant []byte // the page of the constant handler
}

// constantPath answers with a page that is always the same.
const constantPath = "/constant"

// openMade makes a ledger of so many lots, or a few more, and serves it.
func openMade(ctx context.Context, lots int) (*made, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	n, err := open(ctx, l)
	if err != nil {
		return nil, err
	}
	m := &made{node: n, load: l, bins: (lots + lotsPerBin - 1) / lotsPerBin}
	for _, step := range []func(context.Context) error{m.registerBins, m.fillBins, m.drawFromBins, m.openIndex, m.serve} {
		if err := step(ctx); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

func (m *made) close() {
	if m.server != nil {
		_ = m.server.Close()
	}
	if m.queue != nil {
		m.queue.Close()
	}
	if m.store != nil {
		_ = m.store.Close()
	}
	if m.index != nil {
		_ = m.index.Close()
	}
	m.node.close()
}

func (m *made) registerBins(ctx context.Context) error {
	records, err := m.load.bins(m.bins)
	if err != nil {
		return err
	}
	return m.submitAll(ctx, records, 1)
}

// fillBins deposits a bin at a time, so that signed records do not pile up.
func (m *made) fillBins(ctx context.Context) error {
	for bin := range m.bins {
		records, err := m.load.many(depositsPerBin, func(n int, into [][]byte) error {
			return m.load.deposit(bin, bin*depositsPerBin+n, into)
		})
		if err != nil {
			return err
		}
		if err := m.submitAll(ctx, records, 8); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\rmade ledger: %d of %d lots", (bin+1)*lotsPerBin, m.bins*lotsPerBin)
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// drawFromBins sends what comes out of a bin as one request, several bins at a
// time.
func (m *made) drawFromBins(ctx context.Context) error {
	var wg sync.WaitGroup
	failed := make(chan error, m.bins)
	turns := make(chan struct{}, 8)
	for bin := range m.bins {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			records, err := m.load.chains(bin)
			if err == nil {
				err = m.submit(ctx, records)
			}
			if err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	close(failed)
	return <-failed
}

func (m *made) openIndex(ctx context.Context) error {
	place := m.dir + "/index.db"
	if other := os.Getenv("BENCH_INDEX_DB"); other != "" {
		place = other
	}
	var err error
	if m.index, err = index.Open(ctx, place, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	health, err := m.ledger.Health(ctx)
	if err != nil {
		return err
	}
	for block, err := range m.ledger.Blocks(ctx, m.index.Height()) {
		if err == nil {
			err = m.index.Apply(ctx, block)
		}
		if err != nil || m.index.Height() >= health.Height {
			return err
		}
	}
	return ctx.Err()
}

func (m *made) serve(ctx context.Context) (err error) {
	gin.SetMode(gin.ReleaseMode)
	if m.store, err = jobs.OpenStore(ctx, m.dir+"/jobs.db"); err != nil {
		return err
	}
	if m.queue, err = jobs.Start(ctx, m.store, m.packer, jobs.Options{}); err != nil {
		return err
	}
	a, err := api.New(ctx, api.Options{Submitter: m.packer, Jobs: m.queue, Chain: m.ledger, Index: m.index, Version: "bench"})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	m.address = listener.Addr().String()
	if err := web.Register(a.Engine(), web.Options{Reader: m.index, PublicURL: "http://" + m.address, Fresh: a.Fresh, Keeper: m.index}); err != nil {
		return err
	}
	a.Engine().GET(constantPath, func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", m.constant) })
	m.server = api.NewServer(a.Engine(), api.DefaultSubmitWait, slog.New(slog.DiscardHandler))
	go m.server.Serve(listener) //nolint:errcheck // it ends when it is closed
	return nil
}

// Names of what lies in and comes out of a bin.
func (l *load) mix(bin int) string         { return record.MixID(l.bin(bin), 1, 0) }
func chainLot(bin, chain, step int) string { return fmt.Sprintf("C-%05d-%02d-%d", bin, chain, step) }
func chainBatch(bin, chain int) string     { return fmt.Sprintf("B%05d%02d", bin, chain) }
func chainRetail(bin, chain int) string    { return fmt.Sprintf("R-%05d-%02d", bin, chain) }
func binDeposit(n int) (harvest, buy string) {
	return fmt.Sprintf("H-%08d", n), fmt.Sprintf("P-%08d", n)
}

const madeGTIN = "06901234567892"

// deposit is a harvest that is bought, inspected and put into a bin.
func (l *load) deposit(bin, n int, into [][]byte) error {
	h, p := binDeposit(n)
	return l.sign(into, []entryOf{
		{l.coop, &record.Harvest{Header: l.head(l.coop, "SH-"+h), Lot: h, Variety: "1132002", HarvestYear: harvestYear(l.at), Origin: "320582", Grams: depositGrams}},
		{l.depot, &record.Purchase{Header: l.head(l.depot, "SG-"+p), Lot: p, FromLot: h, FromGrams: depositGrams, Seller: l.coop.uscc, Nature: "200",
			GrossGrams: depositGrams, NetGrams: depositGrams}},
		{l.lab, l.inspection("ZJ-"+p, p, record.StagePurchase)},
		{l.depot, &record.Store{Header: l.head(l.depot, "RK-"+p), Lot: p, Bin: l.bin(bin), Grams: depositGrams}},
	})
}

// chains is what comes out of a bin.
func (l *load) chains(bin int) ([][]byte, error) {
	code := l.bin(bin)
	first := record.Split{Header: l.head(l.depot, "FP-"+code), Lot: "W-" + code}
	all := []entryOf{
		{l.lab, l.inspection("CK-"+code, code, record.StageOutbound)},
		{l.depot, &record.Withdraw{Header: l.head(l.depot, "CK-"+code), Bin: code, Lot: first.Lot, Grams: chainsPerBin * chainGrams, Purpose: record.PurposeFood}},
		{l.depot, &first},
	}
	for chain := range chainsPerBin {
		first.Outputs = append(first.Outputs, record.Amount{Lot: chainLot(bin, chain, 0), Grams: chainGrams})
		grams := int64(chainGrams)
		for step := range stepsPerChain {
			from, to := chainLot(bin, chain, step), chainLot(bin, chain, step+1)
			grams /= 2
			all = append(all, entryOf{l.depot, &record.Split{Header: l.head(l.depot, "FP-"+to), Lot: from,
				Outputs: []record.Amount{{Lot: to, Grams: grams}, {Lot: to + "-B", Grams: grams}}}})
		}
		retail := chainRetail(bin, chain)
		all = append(all, entryOf{l.depot, &record.Process{Header: l.head(l.depot, "JG-"+retail),
			Inputs:  []record.Amount{{Lot: chainLot(bin, chain, stepsPerChain), Grams: grams}},
			Outputs: []record.Product{{Lot: retail, Product: "rice", Grams: grams, GTIN: madeGTIN, Batch: chainBatch(bin, chain)}}}},
			entryOf{l.lab, l.inspection("CP-"+retail, retail, record.StageProduct)})
	}
	out := make([][]byte, len(all))
	return out, l.sign(out, all)
}

func (l *load) inspection(ref, target, stage string) *record.Inspect {
	return &record.Inspect{Header: l.head(l.lab, ref), Target: target, Stage: stage, Standard: "GB 1350-2009", Items: []record.Measured{
		{Item: "moisture", Value: "13.9"}, {Item: "impurity", Value: "0.6"}, {Item: "brown_rice_yield", Value: "80.2"},
		{Item: "cadmium_mgkg", Value: "0.05"}, {Item: "lead_mgkg", Value: "0.06"}}}
}
