package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// batchesAsked is among how many batches the shoppers' choices fall: what
// stands on shelves and is scanned at the moment.
const batchesAsked = 100

// pageFigure is how many pages of retail batches a second a gateway answers,
// each with its path, origins and verdicts, against a constant page of the
// same length out of the same server. Each page was asked for before.
func (m *made) pageFigure(ctx context.Context, s sizes) (figure, error) {
	paths := make([]string, batchesAsked)
	start := time.Now()
	for i := range paths {
		paths[i] = "/01/" + madeGTIN + "/10/" + chainBatch(i%m.bins, i/m.bins%chainsPerBin)
		if err := m.copyPage(ctx, paths[i]); err != nil {
			return figure{}, err
		}
	}
	fmt.Printf("  %d pages of %d KiB made, one after another, at %.0f a second\n",
		len(paths), len(m.constant)>>10, float64(len(paths))/time.Since(start).Seconds())
	page := func() string { return paths[rand.IntN(len(paths))] }
	var value, reference []float64
	for range s.pairs {
		p, err := m.ask(ctx, s.ask, page)
		if err != nil {
			return figure{}, err
		}
		c, err := m.ask(ctx, s.ask, func() string { return constantPath })
		if err != nil {
			return figure{}, err
		}
		value, reference = append(value, float64(len(p))/s.ask.Seconds()), append(reference, float64(len(c))/s.ask.Seconds())
	}
	return compare("consumer_page_per_s", "1/s", value, reference), nil
}

// copyPage makes a page the constant one.
func (m *made) copyPage(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.address+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	m.constant, err = io.ReadAll(resp.Body)
	return err
}
