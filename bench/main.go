// Command bench measures the figures of docs/performance.md on the machine it
// runs on and merges them into bench.json at the root of the repository. Each
// figure with a reference is measured together with it in the same run,
// alternating, so that the ratio means something on any machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/grainledger/grainledger/gateway/heap"
)

// measurement makes one or more figures.
type measurement struct {
	names []string
	run   func(ctx context.Context, s sizes) ([]figure, error)
}

// sizes says how much is measured.
type sizes struct {
	pairs   int           // alternations of a thing and its reference
	verify  int           // signatures of one round of the bare libraries
	records int           // records of one round through the ledger
	million int           // records for the memory figure
	lots    int           // of the made ledger
	ask     time.Duration // length of a round of questions

	fabric fabricSizes
}

var (
	small = sizes{pairs: 5, verify: 40_000, records: 40_000, million: 1_000_000, lots: 50_000, ask: time.Second,
		fabric: fabricSizes{warmUp: 5 * time.Second, round: 12 * time.Second}}
	full = sizes{pairs: 9, verify: 100_000, records: 120_000, million: 1_000_000, lots: 1_000_000, ask: 5 * time.Second,
		fabric: fabricSizes{warmUp: 20 * time.Second, round: 60 * time.Second}}
)

var measurements = []measurement{
	{[]string{"sm2_verify_per_s"}, verifyFigures},
	{[]string{"embedded_records_per_s"}, embeddedFigures},
	{[]string{"embedded_peak_mib"}, memoryFigures},
	{[]string{"trace_depth10_p99_ms", "consumer_page_per_s"}, madeFigures},
}

func main() {
	go heap.Pace(context.Background()) // as the gateway does
	if len(os.Args) > 1 && os.Args[1] == "memory-child" {
		exit(memoryChild(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "singles-child" {
		exit(singlesChild(os.Args[2:]))
	}
	useFull := flag.Bool("full", false, "full sizes")
	onFabric := flag.Bool("fabric", false, "the fabric_ figures, on a network that is started for them")
	only := flag.String("only", "", "comma-separated figures to measure; all where empty")
	out := flag.String("out", "bench.json", "file into which the figures are merged")
	pairs := flag.Int("pairs", 0, "alternations of each thing and its reference; 0: as the size says")
	roundTime := flag.Duration("round", 0, "length of a round on Fabric; 0: as the size says")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the run to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := small
	if *useFull {
		s = full
	}
	if *pairs > 0 {
		s.pairs = *pairs
	}
	if *roundTime > 0 {
		s.fabric = fabricSizes{warmUp: *roundTime / 2, round: *roundTime}
	}
	what := measurements
	if *onFabric {
		what = fabricMeasurements
	}
	exit(profiled(*profile, func() error { return measureAll(ctx, what, s, *only, *out) }))
}

func measureAll(ctx context.Context, what []measurement, s sizes, only, out string) error {
	if err := printMachine(os.Stdout); err != nil {
		return err
	}
	wanted := strings.Split(only, ",")
	for _, m := range what {
		if only != "" && !slices.ContainsFunc(m.names, func(n string) bool { return slices.Contains(wanted, n) }) {
			continue
		}
		figures, err := m.run(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", strings.Join(m.names, ", "), err)
		}
		for _, f := range figures {
			fmt.Println(f)
		}
		if err := merge(out, figures); err != nil {
			return err
		}
	}
	return nil
}

// profiled runs f, with a CPU profile where a file is named.
func profiled(path string, f func() error) error {
	if path == "" {
		return f()
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
