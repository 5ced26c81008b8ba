package index

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// answers is a question's answer in the making that a test lets come.
type answers struct {
	flights
	asked atomic.Int64
	come  chan string
}

func (a *answers) ask(ctx context.Context, q question) (string, error) {
	return together(ctx, &a.flights, q, func(ctx context.Context) (string, error) {
		a.asked.Add(1)
		select {
		case s := <-a.come:
			if s == "panic" {
				panic(s)
			}
			return s, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
}

// got is what one of those who ask gets.
type got struct {
	answer string
	err    error
}

func (a *answers) begin(ctx context.Context, q question) <-chan got {
	out := make(chan got, 1)
	go func() {
		s, err := a.ask(ctx, q)
		out <- got{s, err}
	}()
	synctest.Wait()
	return out
}

func TestThoseWhoAskTheSameShareOneAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &answers{come: make(chan string)}
		q := question{what: "origins", of: "F1", height: 7}
		first, leave := context.WithCancel(t.Context())
		gone := a.begin(first, q)
		var others []<-chan got
		for range 20 {
			others = append(others, a.begin(t.Context(), q))
		}
		leave() // the one who began it
		if g := <-gone; !errors.Is(g.err, context.Canceled) {
			t.Errorf("who left: %+v", g)
		}
		a.come <- "H1"
		for _, o := range others {
			if g := <-o; g != (got{"H1", nil}) {
				t.Errorf("got %+v", g)
			}
		}
		if n := a.asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		again := a.begin(t.Context(), q)
		a.come <- "H2"
		if g := <-again; g.answer != "H2" {
			t.Errorf("an answer that has come is given again: %+v", g)
		}
	})
}

func TestNobodySharesAnAnswerOlderThanWhatTheySaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &answers{come: make(chan string)}
		early := a.begin(t.Context(), question{what: "origins", of: "F1", height: 7})
		late := a.begin(t.Context(), question{what: "origins", of: "F1", height: 8})
		if n := a.asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
		a.come <- "x"
		a.come <- "x"
		<-early
		<-late
	})
}

func TestAFlightEndsWhenNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &answers{come: make(chan string)}
		q := question{what: "origins", of: "F1"}
		ctx, leave := context.WithCancel(t.Context())
		one, two := a.begin(ctx, q), a.begin(ctx, q)
		leave()
		<-one
		<-two
		a.alive.Wait()
		three := a.begin(t.Context(), q)
		a.come <- "H1"
		if g := <-three; g != (got{"H1", nil}) {
			t.Errorf("after them: %+v", g)
		}
	})
}

func TestFlightsThatBreak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &answers{come: make(chan string)}
		q := question{what: "origins", of: "F1"}
		one := a.begin(t.Context(), q)
		a.come <- "panic"
		if g := <-one; g.err == nil {
			t.Error("a panic is no answer")
		}
		two := a.begin(t.Context(), q)
		a.close()
		if g := <-two; !errors.Is(g.err, ErrClosed) {
			t.Errorf("while closing: %+v", g)
		}
		if _, err := a.ask(t.Context(), q); !errors.Is(err, ErrClosed) {
			t.Errorf("after closing: %v", err)
		}
	})
}
