package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// madeFigures share one made ledger.
func madeFigures(ctx context.Context, s sizes) ([]figure, error) {
	start := time.Now()
	m, err := openMade(ctx, s.lots)
	if err != nil {
		return nil, err
	}
	defer m.close()
	fmt.Printf("made ledger: %d lots in %.0f s\n", m.bins*lotsPerBin, time.Since(start).Seconds())
	trace, err := m.traceFigure(ctx, s)
	if err != nil {
		return nil, err
	}
	page, err := m.pageFigure(ctx, s)
	if err != nil {
		return nil, err
	}
	return []figure{trace, page}, nil
}

// traceClients ask one after another, each as soon as it has its answer.
const traceClients = 50

// traceFigure is the 99th percentile of a trace of depth 10 over HTTP: of a
// retail batch, through its chain and the bin to the deposits. The reference
// is that of depth 1: of the mix in a bin, whose deposits are one step away.
// Both fill their page.
func (m *made) traceFigure(ctx context.Context, s sizes) (figure, error) {
	deep := func() string {
		return "/v1/lots/" + chainRetail(rand.IntN(m.bins), rand.IntN(chainsPerBin)) + "/trace"
	}
	flat := func() string { return "/v1/lots/" + m.load.mix(rand.IntN(m.bins)) + "/trace" }
	if _, err := m.ask(ctx, s.ask, deep); err != nil { // warm up
		return figure{}, err
	}
	var value, reference []float64
	for range s.pairs {
		d, err := m.ask(ctx, s.ask, deep)
		if err != nil {
			return figure{}, err
		}
		f, err := m.ask(ctx, s.ask, flat)
		if err != nil {
			return figure{}, err
		}
		fmt.Printf("  depth 10: %d answers, p50 %.1f p99 %.1f ms; depth 1: %d, p50 %.1f p99 %.1f ms\n",
			len(d), percentile(d, 50), percentile(d, 99), len(f), percentile(f, 50), percentile(f, 99))
		value, reference = append(value, percentile(d, 99)), append(reference, percentile(f, 99))
	}
	return compare("trace_depth10_p99_ms", "ms", value, reference), nil
}

// ask lets the clients ask for a time and gives how long each answer took, in
// milliseconds, sorted.
func (m *made) ask(ctx context.Context, length time.Duration, path func() string) ([]float64, error) {
	var mu sync.Mutex
	var all []float64
	var failed error
	var wg sync.WaitGroup
	end := time.Now().Add(length)
	for range traceClients {
		wg.Go(func() {
			took, err := m.client(ctx, end, path)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	slices.Sort(all)
	return all, failed
}

// client asks over one connection. It does little itself: what it takes is
// taken from the gateway.
func (m *made) client(ctx context.Context, end time.Time, path func() string) ([]float64, error) {
	conn, err := net.Dial("tcp", m.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	var took []float64
	for time.Now().Before(end) && ctx.Err() == nil {
		p := path()
		start := time.Now()
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", p); err != nil {
			return took, err
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return took, err
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return took, err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return took, fmt.Errorf("GET %s: %s", p, resp.Status)
		}
		took = append(took, time.Since(start).Seconds()*1000)
	}
	return took, nil
}
