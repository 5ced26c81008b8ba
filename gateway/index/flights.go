package index

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// question names what is asked. Two that are equal have one answer: height
// stands for how much of the ledger whoever asks has seen, so that nobody
// gets an answer that is older.
type question struct {
	what, of, cursor string
	limit            int
	height           uint64
}

// flights lets those who ask the same at the same time share one answer.
type flights struct {
	mu     sync.Mutex
	of     map[question]*flight
	closed bool
	alive  sync.WaitGroup
}

// flight is an answer in the making. It goes on while anybody waits for it.
type flight struct {
	done    chan struct{} // closed when answer and err are set
	cancel  context.CancelFunc
	waiting int // guarded by flights.mu
	answer  any
	err     error
}

// together answers a question by f, or by what another caller's f is about to
// say. All of them get the same answer: none may change it.
func together[T any](ctx context.Context, s *flights, q question, f func(context.Context) (T, error)) (T, error) {
	var none T
	fl, err := s.join(ctx, q, func(ctx context.Context) (any, error) { return f(ctx) })
	if err != nil {
		return none, err
	}
	defer s.quit(q, fl)
	select {
	case <-fl.done:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	answer, _ := fl.answer.(T)
	return answer, fl.err
}

// join finds the flight to an answer, or begins one. It outlives the caller
// whose question began it.
func (s *flights) join(ctx context.Context, q question, f func(context.Context) (any, error)) (*flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	fl := s.of[q]
	if fl == nil {
		fl = &flight{done: make(chan struct{})}
		ctx, fl.cancel = context.WithCancel(context.WithoutCancel(ctx))
		if s.of == nil {
			s.of = map[question]*flight{}
		}
		s.of[q] = fl
		s.alive.Go(func() { s.fly(ctx, q, fl, f) })
	}
	fl.waiting++
	return fl, nil
}

func (s *flights) fly(ctx context.Context, q question, fl *flight, f func(context.Context) (any, error)) {
	defer func() {
		if broken := recover(); broken != nil { // the callers' handlers cannot see it
			fl.err = fmt.Errorf("index: %s of %s: panic: %v\n%s", q.what, q.of, broken, debug.Stack())
		}
		s.land(q, fl)
	}()
	fl.answer, fl.err = f(ctx)
}

func (s *flights) land(q question, fl *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fl.cancel()
	if s.closed && fl.err != nil {
		fl.err = ErrClosed
	}
	s.forget(q, fl)
	close(fl.done)
}

// quit is called by all who joined. When nobody waits any more, the flight
// ends, and who asks then begins another.
func (s *flights) quit(q question, fl *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fl.waiting--; fl.waiting == 0 {
		fl.cancel()
		s.forget(q, fl)
	}
}

func (s *flights) forget(q question, fl *flight) {
	if s.of[q] == fl {
		delete(s.of, q)
	}
}

// close ends all flights.
func (s *flights) close() {
	s.mu.Lock()
	s.closed = true
	for _, fl := range s.of {
		fl.cancel()
	}
	s.mu.Unlock()
	s.alive.Wait()
}
