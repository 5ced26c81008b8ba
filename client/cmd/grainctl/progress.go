package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress says on standard error how far an import is: one line that is
// written over on a terminal, a plain line now and then elsewhere.
type progress struct {
	w        io.Writer
	total    int
	done     int
	terminal bool
	every    time.Duration
	begin    time.Time
	last     time.Time
	now      func() time.Time
}

func newProgress(w io.Writer, total int, quiet bool) *progress {
	if quiet {
		w = io.Discard
	}
	p := &progress{w: w, total: total, terminal: isTerminal(w), every: 5 * time.Second, now: time.Now}
	if p.terminal {
		p.every = 200 * time.Millisecond
	}
	p.begin = p.now()
	p.last = p.begin
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// step counts one decided row.
func (p *progress) step() {
	p.done++
	if now := p.now(); now.Sub(p.last) >= p.every {
		p.last = now
		p.show(now)
	}
}

// end writes the last line.
func (p *progress) end() {
	p.show(p.now())
	if p.terminal {
		fmt.Fprintln(p.w)
	}
}

func (p *progress) show(now time.Time) {
	line := fmt.Sprintf("%d/%d rows decided, %s", p.done, p.total, rate(p.done, now.Sub(p.begin)))
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.w, line)
}

func rate(rows int, d time.Duration) string {
	if d <= 0 {
		return "0 rows/s"
	}
	return fmt.Sprintf("%.0f rows/s", float64(rows)/d.Seconds())
}
