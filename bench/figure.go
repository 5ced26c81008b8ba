package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// figure is one measured value; reference is what it is compared with in the
// same run, 0 where there is nothing.
type figure struct {
	name      string
	unit      string
	value     float64
	reference float64
	ratio     float64 // the median of the rounds' own ratios, not the ratio of medians
	spread    string  // smallest and largest ratio
}

func (f figure) String() string {
	s := fmt.Sprintf("%-24s %12.1f %s", f.name, f.value, f.unit)
	if f.reference != 0 {
		s += fmt.Sprintf("   reference %.1f   ratio %.3f %s", f.reference, f.ratio, f.spread)
	}
	return s
}

// compare makes a figure of rounds of a thing and its reference.
func compare(name, unit string, value, reference []float64) figure {
	ratios := make([]float64, len(value))
	for i := range value {
		ratios[i] = value[i] / reference[i]
	}
	return figure{
		name: name, unit: unit, value: median(value), reference: median(reference), ratio: median(ratios),
		spread: fmt.Sprintf("(%.3f to %.3f)", slices.Min(ratios), slices.Max(ratios)),
	}
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

// entry is a figure in bench.json.
type entry struct {
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Reference float64 `json:"reference"`
	Ratio     float64 `json:"ratio"`
}

// merge writes the figures into the file, beside those that are there.
func merge(path string, figures []figure) error {
	all := map[string]entry{}
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(raw, &all); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, f := range figures {
		all[f.name] = entry{Value: f.value, Unit: f.unit, Reference: f.reference, Ratio: f.ratio}
	}
	out, err := json.Marshal(all, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(out, '\n'), 0o644)
}

// printMachine says on what the figures were made: cores, processor, Go, and
// what a synced write costs here.
func printMachine(w io.Writer) error {
	p50, p99, err := syncCost(200)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s  %d cores  %s  %s  fsync p50 %.2f ms p99 %.2f ms\n",
		time.Now().Format(time.DateOnly), runtime.NumCPU(), processor(), runtime.Version(),
		p50.Seconds()*1000, p99.Seconds()*1000)
	return err
}

func processor() string {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(raw)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return runtime.GOARCH
}

// syncCost appends 64 KiB and syncs, n times.
func syncCost(n int) (p50, p99 time.Duration, err error) {
	dir, err := scratch()
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	times := make([]time.Duration, n)
	for i := range times {
		start := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[n/2], times[n*99/100], nil
}

// scratch is a directory on the disk of the working directory, so that
// synced writes cost what they cost there and not what they cost in memory.
func scratch() (string, error) {
	if err := os.MkdirAll("run", 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp("run", "bench-")
}
