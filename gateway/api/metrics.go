package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Metrics counts what the gateway does. It observes the packer.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	records  *prometheus.CounterVec
	batch    prometheus.Histogram
	bytes    prometheus.Histogram
	commit   *prometheus.HistogramVec
}

var _ ledger.Observer = (*Metrics)(nil)

// NewMetrics makes the counters, all of one registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "grainledger_http_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route", "method", "status"}),
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "grainledger_records_total", Help: "Records answered, by outcome and reason.",
		}, []string{"outcome", "reason"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "grainledger_packer_batch_records", Help: "Records of one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 11),
		}),
		bytes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "grainledger_packer_batch_bytes", Help: "Bytes of envelopes of one transaction.",
			Buckets: prometheus.ExponentialBuckets(1024, 4, 8),
		}),
		commit: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "grainledger_ledger_submit_seconds", Help: "Time until a transaction was decided or given up, repetitions included.",
			Buckets: prometheus.ExponentialBuckets(.001, 2, 16),
		}, []string{"result"}),
	}
	m.registry.MustRegister(m.requests, m.records, m.batch, m.bytes, m.commit,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Sent counts a transaction.
func (m *Metrics) Sent(records, bytes int, took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	m.batch.Observe(float64(records))
	m.bytes.Observe(float64(bytes))
	m.commit.WithLabelValues(result).Observe(took.Seconds())
}

// Decided counts the answer to a record.
func (m *Metrics) Decided(r ledger.Receipt) {
	m.records.WithLabelValues(string(r.Outcome), r.Reason).Inc()
}

// Gauge adds a value that is read when somebody asks, in the unit that its
// name says.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

func (m *Metrics) request(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Observe(took.Seconds())
}

// knownMethod keeps callers from making labels up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// watch adds the gauges of what the interface serves.
func (m *Metrics) watch(o Options) {
	packer := func(read func(ledger.PackerStats) int) func() float64 {
		return func() float64 { return float64(read(o.Submitter.Stats())) }
	}
	m.Gauge("grainledger_packer_waiting_records", "Records that wait for a transaction.",
		packer(func(s ledger.PackerStats) int { return s.Waiting }))
	m.Gauge("grainledger_packer_queued_bytes", "Bytes of records that wait or are in flight.",
		packer(func(s ledger.PackerStats) int { return s.Bytes }))
	m.Gauge("grainledger_packer_inflight_transactions", "Transactions in flight.",
		packer(func(s ledger.PackerStats) int { return s.InFlight }))
	m.Gauge("grainledger_jobs_open", "Jobs that are not committed.",
		func() float64 { return float64(o.Jobs.Open()) })
	m.Gauge("grainledger_ledger_height_blocks", "Blocks of the ledger; -1 while it cannot be asked.",
		func() float64 { return height(o.Chain) })
	m.Gauge("grainledger_index_height_blocks", "Blocks that the index has read.",
		func() float64 { return float64(o.Index.Height()) })
	m.Gauge("grainledger_index_lag_blocks", "Blocks that the index has not read.",
		func() float64 { return max(height(o.Chain)-float64(o.Index.Height()), 0) })
	m.registry.MustRegister(newHoldings(o.Index))
}

// holdings tells what the index holds; nothing while it cannot be read.
type holdings struct {
	index Registry
	desc  *prometheus.Desc
}

var _ prometheus.Collector = holdings{}

func newHoldings(index Registry) holdings {
	return holdings{index, prometheus.NewDesc("grainledger_index_entries", "What the index holds, by kind.", []string{"kind"}, nil)}
}

// Describe is for prometheus.
func (h holdings) Describe(to chan<- *prometheus.Desc) { to <- h.desc }

// Collect is for prometheus.
func (h holdings) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s, err := h.index.Stats(ctx)
	if err != nil {
		return
	}
	for kind, n := range map[string]int64{
		"transactions": s.Transactions, "records": s.Records, "lots": s.Lots, "mixes": s.Mixes, "edges": s.Edges,
		"retail": s.Retail, "enterprises": s.Enterprises, "facilities": s.Facilities, "bins": s.Bins, "keys": s.Keys,
	} {
		to <- prometheus.MustNewConstMetric(h.desc, prometheus.GaugeValue, float64(n), kind)
	}
}

func height(c Chain) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	h, err := c.Health(ctx)
	if err != nil {
		return -1
	}
	return float64(h.Height)
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
