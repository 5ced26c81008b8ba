package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// sent is a request and what was answered to it.
type sent struct {
	records  []client.Submission
	receipts []client.Receipt
	job      string // where it was taken with 202
	tries    int
}

// way is how a submitter brings a lot.
type way int

const (
	inOne    way = iota // all of a lot in one request
	inThree             // one record after another, each waited for
	asJob               // all of a lot as a job
	asBursts            // jobs that it does not wait for
)

// submitter brings lots, one after another. What is not answered it sends
// again until it is.
type submitter struct {
	name string
	way  way
	by   *signers
	to   *client.Client
	t    *testing.T

	lots     int
	sent     []*sent
	answered atomic.Int64
}

// run goes on until it is told to stop, and ends with an answer to all that it
// sent.
func (s *submitter) run(stop <-chan struct{}) {
	for {
		s.lots++
		lot := s.by.lot(lotName(s.name, s.lots))
		switch s.way {
		case inOne:
			s.send(lot)
		case inThree:
			for _, one := range lot {
				s.send([]client.Submission{one})
			}
		case asJob, asBursts:
			s.hand(lot)
		}
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// send sends a request until it is answered.
func (s *submitter) send(records []client.Submission) {
	x := &sent{records: records}
	s.sent = append(s.sent, x)
	s.insist(x, func(ctx context.Context) (err error) {
		x.receipts, err = s.to.Submit(ctx, records...)
		return err
	})
}

// hand gives a lot away as a job, and unless in bursts waits for its end.
func (s *submitter) hand(records []client.Submission) {
	x := &sent{records: records}
	s.sent = append(s.sent, x)
	s.insist(x, func(ctx context.Context) error {
		j, err := s.to.SubmitAsync(ctx, records...)
		if err == nil {
			x.job = j.ID
		}
		return err
	})
	if s.way == asJob {
		s.await(x)
	}
}

// await waits for a job's results.
func (s *submitter) await(x *sent) {
	if x.job == "" || x.receipts != nil {
		return
	}
	s.insist(x, func(ctx context.Context) error {
		j, err := s.to.WaitJob(ctx, x.job)
		if err == nil {
			x.receipts = j.Results
		}
		return err
	})
}

// insist tries until it is answered. Only what another try can mend may go
// wrong.
func (s *submitter) insist(x *sent, try func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	for {
		x.tries++
		err := try(ctx)
		if err == nil {
			s.answered.Add(1)
			return
		}
		var refused *client.Error
		if !errors.As(err, &refused) || !refused.Temporary() || ctx.Err() != nil {
			s.t.Errorf("%s, try %d: %v", s.name, x.tries, err)
			return
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// load is a handful of submitters.
type load struct {
	t          *testing.T
	submitters []*submitter
	stop       chan struct{}
	wait       sync.WaitGroup
}

// startLoad starts submitters of all kinds.
func (s *scene) startLoad(name string) *load {
	s.t.Helper()
	l := &load{t: s.t, stop: make(chan struct{})}
	by := s.gateway.signers()
	for i, way := range []way{inOne, inThree, inThree, inOne, asJob, asBursts} {
		l.submitters = append(l.submitters, &submitter{
			name: fmt.Sprintf("%s%d", name, i), way: way, by: by, to: s.client(), t: s.t,
		})
	}
	for _, x := range l.submitters {
		l.wait.Go(func() { x.run(l.stop) })
	}
	s.loads = append(s.loads, l)
	l.goesOn(2)
	return l
}

// goesOn waits until every submitter has got n more answers.
func (l *load) goesOn(n int64) {
	l.t.Helper()
	var from []int64
	for _, s := range l.submitters {
		from = append(from, s.answered.Load())
	}
	within(l.t, "every submitter gets on", func() bool {
		for i, s := range l.submitters {
			if s.answered.Load() < from[i]+n {
				return false
			}
		}
		return true
	})
}

// end stops the load when all that was sent is answered.
func (l *load) end() {
	close(l.stop)
	l.wait.Wait()
	for _, s := range l.submitters {
		for _, x := range s.sent {
			s.await(x)
		}
	}
}

// requests are all that were sent.
func (l *load) requests() (all []*sent) {
	for _, s := range l.submitters {
		all = append(all, s.sent...)
	}
	return all
}

// check wants that nothing was refused; a duplicate is the record's own
// first try.
func (x *sent) check(t *testing.T) {
	t.Helper()
	if len(x.receipts) != len(x.records) {
		t.Errorf("%d answers to %d records", len(x.receipts), len(x.records))
	}
	for i, r := range x.receipts {
		switch {
		case r.ID != x.records[i].Envelope.ID():
			t.Errorf("%s: the answer is about another record, %s", x.records[i].Envelope.ID(), r.ID)
		case r.Outcome == record.Rejected:
			t.Errorf("%s was refused: %s %s", r.Ref, r.Reason, r.Detail)
		case r.Outcome == record.IsDuplicate && x.tries == 1 && x.job == "":
			t.Errorf("%s was sent once and is a duplicate", r.Ref)
		}
	}
}
