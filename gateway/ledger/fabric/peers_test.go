package fabric

import (
	"errors"
	"log/slog"
	"testing"
	"time"
)

func TestPauses(t *testing.T) {
	now := time.Unix(0, 0)
	ps := &peers{opt: Options{firstPause: time.Second, mostPause: 4 * time.Second, now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}}
	a, b, c := &endpoint{}, &endpoint{}, &endpoint{}
	ps.all = []*endpoint{a, b, c}
	turn := func(want ...*endpoint) {
		t.Helper()
		got := ps.turn()
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("at %s the wrong one is number %d", now.Format("05.0"), i)
			}
		}
	}
	down := errors.New("down")
	turn(a, b, c)
	ps.failed(a, down)
	ps.failed(a, down) // of a call that was under way: counts once
	turn(b, c, a)
	now = now.Add(1100 * time.Millisecond)
	turn(a, b, c) // one call tries it
	turn(b, c, a) // the next one does not
	ps.failed(a, down)
	if a.failures != 2 {
		t.Errorf("%d failures", a.failures)
	}
	now = now.Add(1100 * time.Millisecond)
	turn(b, c, a) // the pause has grown
	ps.failed(b, down)
	ps.failed(c, down)
	turn(a, b, c) // all are left: who comes back soonest is first
	now = now.Add(time.Second)
	turn(a, b, c)
	ps.works(a)
	turn(a)
	for range 10 {
		now = now.Add(time.Minute)
		ps.turn()
		ps.failed(b, down)
	}
	if pause := b.until.Sub(now); pause != 4*time.Second {
		t.Errorf("the pause grew to %s", pause)
	}
}
