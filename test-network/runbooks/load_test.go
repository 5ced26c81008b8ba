package runbooks

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// coop is a co-operative of the season.
const coop = "9332058226100911H2"

// harvests counts over all tests, so that each record is a new one.
var harvests atomic.Int64

func (s *scene) harvest() client.Submission {
	ring := client.OpenKeyring(s.keys(), nil)
	key, err := ring.Key(coop)
	if err != nil {
		s.Error(err)
		return client.Submission{}
	}
	n := harvests.Add(1)
	signed, err := client.Sign(&record.Harvest{
		Header: record.Header{Issuer: coop, Ref: fmt.Sprintf("RB-%d", n), OccurredAt: "2025-10-09T07:00:00+08:00"},
		Lot:    fmt.Sprintf("H-RB-%d", n), Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1_000_000,
	}, key)
	if err != nil {
		s.Error(err)
	}
	return signed
}

// serves wants a new record to be committed, sent until it is answered.
func (s *scene) serves(when string) {
	s.Helper()
	ctx, cancel := soon()
	defer cancel()
	tries, err := s.insist(ctx)
	if err != nil {
		s.Fatalf("%s: no record is committed: %v\n%s", when, err, s.tail())
	}
	s.Logf("%s: a record was committed, try %d", when, tries)
}

// insist sends one new record until it is accepted, or refused for good.
func (s *scene) insist(ctx context.Context) (tries int, err error) {
	c, err := client.New(s.url(), client.WithAttempts(1))
	if err != nil {
		return 0, err
	}
	one := s.harvest()
	for {
		tries++
		receipts, err := c.Submit(ctx, one)
		if err == nil && receipts[0].Outcome == record.Rejected {
			return tries, fmt.Errorf("refused: %s %s", receipts[0].Reason, receipts[0].Detail)
		}
		var refused *client.Error
		if err == nil || !errors.As(err, &refused) || !refused.Temporary() || ctx.Err() != nil {
			return tries, err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// meanwhile does something while records come in, one after another. All of
// them must be committed in the end.
func (s *scene) meanwhile(what func()) {
	s.Helper()
	stop := make(chan struct{})
	var wait sync.WaitGroup
	count, repeated := 0, 0
	wait.Go(func() { count, repeated = s.submitUntil(stop) })
	defer func() {
		close(stop)
		wait.Wait()
		s.Logf("meanwhile %d records were committed, %d tries were repeated", count, repeated)
		if count == 0 {
			s.Error("no record was committed meanwhile")
		}
	}()
	what()
}

func (s *scene) submitUntil(stop <-chan struct{}) (count, repeated int) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	for {
		tries, err := s.insist(ctx)
		if err != nil {
			s.Errorf("a record was lost: %v", err)
			return count, repeated
		}
		count++
		repeated += tries - 1
		select {
		case <-stop:
			return count, repeated
		case <-time.After(100 * time.Millisecond):
		}
	}
}
