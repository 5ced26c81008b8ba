package main

import (
	"strings"
	"testing"
	"time"
)

func TestProgressOnATerminalAndElsewhere(t *testing.T) {
	for terminal, want := range map[bool]string{
		false: "5/10 rows decided, 1 rows/s\n10/10 rows decided, 1 rows/s\n10/10 rows decided, 1 rows/s\n",
		true:  "\r\x1b[K5/10 rows decided, 1 rows/s\r\x1b[K10/10 rows decided, 1 rows/s\r\x1b[K10/10 rows decided, 1 rows/s\n",
	} {
		var out strings.Builder
		now := time.Unix(0, 0)
		p := newProgress(&out, 10, false)
		p.terminal, p.begin, p.last = terminal, now, now
		p.now = func() time.Time { return now }
		for range 10 {
			now = now.Add(time.Second)
			p.step()
		}
		p.end()
		if out.String() != want {
			t.Errorf("terminal %t: %q", terminal, out.String())
		}
	}
}

func TestQuiet(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, 1, true)
	p.step()
	p.end()
	if out.Len() != 0 {
		t.Errorf("%q", out.String())
	}
}
