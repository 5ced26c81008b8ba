package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// fabricSizes says how long is measured.
type fabricSizes struct {
	warmUp, round time.Duration
}

// fabricMeasurements share one network: each is measured where the one before
// has left off.
var fabricMeasurements = []measurement{{
	[]string{"fabric_records_per_s", "fabric_cpu_per_record_ms", "fabric_commit_p99_ms", "fabric_hot_bin_per_s"}, fabricFigures,
}}

// fabricFigures measures our records against single creates of a plain asset:
// one network, one policy, alternating.
func fabricFigures(ctx context.Context, s sizes) ([]figure, error) {
	r, err := newRig(ctx)
	if err != nil {
		return nil, err
	}
	defer r.close() //nolint:errcheck // what it made is deleted
	fmt.Println(r.settings())
	clients, err := r.bestClients(ctx, s.fabric)
	if err != nil {
		return nil, err
	}
	blocks, err := r.height(ctx)
	if err != nil {
		return nil, err
	}
	rates, cpus, err := r.throughput(ctx, s, clients)
	if err != nil {
		return nil, err
	}
	fmt.Printf("%-24s %12.1f times the single creates\n", "", rates.ratio)
	invalid, err := r.validity(ctx, blocks)
	if err != nil {
		return nil, err
	}
	fmt.Println(invalid)
	latency, err := r.latency(ctx, s, rates.value/2, rates.reference/2)
	if err != nil {
		return nil, err
	}
	hot, err := r.hotBin(ctx, s)
	if err != nil {
		return nil, err
	}
	return []figure{rates, cpus, latency, hot}, nil
}

// bestClients finds the number of callers with which single creates are
// fastest, so that they are not held back by ours.
func (r *rig) bestClients(ctx context.Context, s fabricSizes) (int, error) {
	best, most := 0, 0.0
	for _, clients := range []int{50, 100, 200, 400} {
		got, err := singles{Profile: r.file, Seconds: s.warmUp.Seconds(), Clients: clients, Prefix: fmt.Sprintf("warm%d-", clients)}.run(ctx)
		if err != nil {
			return 0, err
		}
		rate := float64(got.Committed) / got.Seconds
		fmt.Printf("single creates with %d callers: %.0f/s, %d failed\n", clients, rate, got.Failed)
		if rate > most {
			best, most = clients, rate
		}
	}
	return best, nil
}

// pair is a round of ours and a round of single creates.
type pair struct {
	records, singles       float64 // per second
	recordsCPU, singlesCPU float64 // milliseconds each
}

// throughput alternates rounds.
func (r *rig) throughput(ctx context.Context, s sizes, clients int) (rates, cpus figure, err error) {
	if _, err := r.records(ctx, s.fabric.warmUp); err != nil {
		return rates, cpus, err
	}
	var pairs []pair
	for n := range s.pairs {
		p, err := r.pair(ctx, s.fabric.round, clients, n)
		if err != nil {
			return rates, cpus, err
		}
		fmt.Fprintf(os.Stderr, "pair %d: %.0f records/s, %.0f creates/s\n", n+1, p.records, p.singles)
		pairs = append(pairs, p)
	}
	column := func(of func(pair) float64) (out []float64) {
		for _, p := range pairs {
			out = append(out, of(p))
		}
		return out
	}
	rates = compare("fabric_records_per_s", "1/s", column(func(p pair) float64 { return p.records }), column(func(p pair) float64 { return p.singles }))
	cpus = compare("fabric_cpu_per_record_ms", "ms", column(func(p pair) float64 { return p.recordsCPU }), column(func(p pair) float64 { return p.singlesCPU }))
	return rates, cpus, nil
}

func (r *rig) pair(ctx context.Context, length time.Duration, clients, n int) (p pair, err error) {
	before, err := r.cpuNow(ctx)
	if err != nil {
		return p, err
	}
	ours, err := r.records(ctx, length)
	if err != nil {
		return p, err
	}
	between, err := r.cpuNow(ctx)
	if err != nil {
		return p, err
	}
	used := between.since(before)
	p.records, p.recordsCPU = float64(ours.committed)/ours.seconds, used.total()*1000/float64(ours.committed)
	fmt.Printf("  ms of CPU per record: %s\n", used.per(ours.committed))
	if between, err = r.cpuNow(ctx); err != nil { // the records were made in between
		return p, err
	}
	got, err := singles{Profile: r.file, Seconds: length.Seconds(), Clients: clients, Prefix: fmt.Sprintf("round%d-", n)}.run(ctx)
	if err != nil {
		return p, err
	}
	after, err := r.cpuNow(ctx)
	if err != nil {
		return p, err
	}
	used = after.since(between)
	delete(used, cpuGateway)
	used["client"] = got.CPU
	p.singles, p.singlesCPU = float64(got.Committed)/got.Seconds, used.total()*1000/float64(got.Committed)
	fmt.Printf("  ms of CPU per create: %s; %d failed\n", used.per(got.Committed), got.Failed)
	return p, nil
}

// validity counts the transactions since a block by code.
func (r *rig) validity(ctx context.Context, from uint64) (string, error) {
	l, err := r.chain(ctx)
	if err != nil {
		return "", err
	}
	defer l.Close()
	health, err := l.Health(ctx)
	if err != nil {
		return "", err
	}
	counts := map[string]map[string]int{}
	var parts bytesOf
	blocks := 0
	for b, err := range l.Blocks(ctx, from) {
		if err != nil {
			return "", err
		}
		blocks++
		for _, tx := range b.Txs {
			if counts[tx.Contract] == nil {
				counts[tx.Contract] = map[string]int{}
			}
			counts[tx.Contract][string(tx.Code)]++
			if tx.Contract == ledger.GrainContract {
				parts.add(tx)
			}
		}
		if b.Number+1 >= health.Height {
			break
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d blocks; transactions by code:", blocks)
	for contract, codes := range counts {
		fmt.Fprintf(&out, " %s %v", contract, codes)
	}
	fmt.Fprintf(&out, "\n%s", &parts)
	return out.String(), nil
}

// bytesOf is what the records of transactions take in blocks, by part.
type bytesOf struct{ records, args, response, event, writes int }

func (b *bytesOf) add(tx ledger.BlockTx) {
	if tx.Function != record.FnSubmit || len(tx.Args) == 0 {
		return
	}
	envelopes, err := record.OpenBatch(tx.Args[0])
	if err != nil {
		return
	}
	b.records += len(envelopes)
	b.args += len(tx.Args[0])
	b.response += len(tx.Response)
	b.event += len(tx.Event)
	for _, w := range tx.Writes {
		b.writes += len(w.Key) + len(w.Value)
	}
}

func (b *bytesOf) String() string {
	n := max(b.records, 1)
	return fmt.Sprintf("bytes per record: arguments %d, state %d, verdicts %d, event %d", b.args/n, b.writes/n, b.response/n, b.event/n)
}

func (r *rig) height(ctx context.Context) (uint64, error) {
	l, err := r.chain(ctx)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	health, err := l.Health(ctx)
	return health.Height, err
}
