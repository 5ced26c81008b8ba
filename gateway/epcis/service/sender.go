package service

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/epcis"
)

// How deliveries go.
const (
	lookEvery      = time.Second      // for what is due, and for new records of streams
	firstPause     = 2 * time.Second  // after a failure; doubled with each further one
	mostPause      = 15 * time.Minute // between attempts
	mostFailures   = 60               // then a subscription is suspended: about half a day
	eventsPerPost  = 100
	sendersAtOnce  = 8
	streamInterval = time.Second // between two looks of a stream
	sweepEvery     = time.Hour   // for subscriptions that have long been suspended
)

// sender delivers to subscribers. A delivery counts once its destination has
// answered with 2xx and the cursor is on disk: a subscriber may get events
// twice, and misses none.
type sender struct {
	s      *Service
	client *http.Client
	cancel context.CancelFunc
	wake   chan struct{}
	work   sync.WaitGroup
}

func startSender(ctx context.Context, s *Service) *sender {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	d := &sender{s: s, client: newHookClient(s.opt.InsecureHooks), cancel: cancel, wake: make(chan struct{}, 1)}
	d.work.Go(func() { d.run(ctx) })
	return d
}

func (d *sender) stop() {
	d.cancel()
	d.work.Wait()
	d.client.CloseIdleConnections()
}

func (d *sender) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *sender) run(ctx context.Context) {
	tick, sweep := time.NewTicker(lookEvery), time.NewTicker(sweepEvery)
	defer tick.Stop()
	defer sweep.Stop()
	d.sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-sweep.C:
			d.sweep(ctx)
		case <-d.wake:
		}
		d.round(ctx)
	}
}

func (d *sender) sweep(ctx context.Context) {
	if err := d.s.forgetSuspended(ctx, time.Now()); err != nil && ctx.Err() == nil {
		d.s.opt.Log.Error("forgetting suspended subscriptions failed", "error", err)
	}
}

// round delivers to all that are due, and ends when each has been tried once.
func (d *sender) round(ctx context.Context) {
	due, err := d.s.subscriptions(ctx, `WHERE suspended = 0 AND due <= ? ORDER BY due LIMIT 1000`, time.Now().UnixMilli())
	if err != nil {
		if ctx.Err() == nil {
			d.s.opt.Log.Error("reading subscriptions failed", "error", err)
		}
		return
	}
	slots := make(chan struct{}, sendersAtOnce)
	var all sync.WaitGroup
	for _, sub := range due {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			d.serve(ctx, sub)
		})
	}
	all.Wait()
}

// serve delivers what is new to one subscriber, and says when it is due again.
func (d *sender) serve(ctx context.Context, sub *subscription) {
	events, cursor, more, err := d.deliver(ctx, sub)
	if ctx.Err() != nil {
		return
	}
	at := time.Now()
	failures, suspended := 0, false
	switch {
	case err != nil:
		failures = sub.Failures + 1
		suspended = failures >= mostFailures
		at = at.Add(pause(failures))
		// Neither the destination nor the id: both may be secrets.
		d.s.opt.Log.Warn("a subscriber was not reached", "query", sub.QueryName, "failures", failures, "suspended", suspended, "error", err)
	case more:
	case sub.Stream:
		at = at.Add(streamInterval)
	default:
		if t, err := sub.Schedule.read(); err == nil {
			if next := t.next(at); next.IsZero() {
				suspended = true // since now
			} else {
				at = next
			}
		}
	}
	_, err = d.s.store.exec(ctx, `UPDATE subscription SET cursor = ?, due = ?, failures = ?, suspended = ?, delivered = delivered + ? WHERE id = ?`,
		cursor, at.UnixMilli(), failures, suspended, events, sub.ID)
	if err != nil && ctx.Err() == nil {
		d.s.opt.Log.Error("writing a subscription failed", "error", err)
	}
}

func pause(failures int) time.Duration {
	if failures > 12 {
		return mostPause
	}
	return min(firstPause<<(failures-1), mostPause)
}

// deliver sends one page of what is new.
func (d *sender) deliver(ctx context.Context, sub *subscription) (events int, cursor int64, more bool, err error) {
	q, err := d.s.query(ctx, sub.QueryName)
	if err != nil {
		return 0, sub.cursor, false, err
	}
	q.params.Del("perPage")
	parsed, err := epcis.ParseQuery(q.params)
	if err != nil {
		return 0, sub.cursor, false, err
	}
	p, err := d.s.page(ctx, asked{query: parsed, after: sub.cursor, perPage: eventsPerPost})
	if err != nil {
		return 0, sub.cursor, false, err
	}
	if len(p.events) > 0 || sub.ReportIfEmpty && !sub.Stream && !p.more {
		body, err := json.Marshal(epcis.NewQueryDocument(sub.QueryName, sub.ID, now(), p.events))
		if err == nil {
			err = d.s.post(ctx, d.client, sub.Dest, body)
		}
		if err != nil {
			return 0, sub.cursor, false, err
		}
	}
	return len(p.events), p.last, p.more, nil
}
