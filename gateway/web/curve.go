package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
)

// The drawing area of a curve and its frame, in units of the SVG.
const (
	curveWidth, curveHeight         = 480, 200
	curveLeft, curveRight           = 8, 472
	curveTop, curveBottom   float64 = 24, 170
)

// curve is recovered and outstanding weight over time, drawn as steps: a
// figure holds until the day on which it changes.
type curve struct {
	Recovered, Outstanding string // points of the lines
	First, Last, Top       string // words at the axes
	Told                   string // the same in a sentence
}

// curve draws a series; nil where there is none.
func (v voice) curve(days []index.RecallDay) *curve {
	if len(days) == 0 {
		return nil
	}
	var top int64 = 1
	for i := range days {
		top = max(top, days[i].Recovered, days[i].Outstanding)
	}
	first, last := dayOf(&days[0]), dayOf(&days[len(days)-1])
	span := max(last.Sub(first).Hours()/24, 1)
	x := func(t time.Time) float64 {
		return curveLeft + (curveRight-curveLeft)*t.Sub(first).Hours()/24/span
	}
	y := func(grams int64) float64 {
		return curveBottom - (curveBottom-curveTop)*float64(max(grams, 0))/float64(top)
	}
	line := func(of func(*index.RecallDay) int64) string {
		var b strings.Builder
		for i := range days {
			at, level := x(dayOf(&days[i])), y(of(&days[i]))
			if i > 0 {
				fmt.Fprintf(&b, "%.1f,%.1f ", at, y(of(&days[i-1])))
			}
			fmt.Fprintf(&b, "%.1f,%.1f ", at, level)
		}
		if first.Equal(last) {
			fmt.Fprintf(&b, "%d,%.1f", curveRight, y(of(&days[len(days)-1])))
		}
		return strings.TrimSpace(b.String())
	}
	end := &days[len(days)-1]
	c := &curve{First: v.day(first), Last: v.day(last), Top: v.weight(top),
		Recovered:   line(func(d *index.RecallDay) int64 { return d.Recovered }),
		Outstanding: line(func(d *index.RecallDay) int64 { return d.Outstanding }),
		Told: v.say("desk.recall.chart.told", "first", v.day(first), "last", v.day(last), "was", v.weight(days[0].Recovered),
			"recovered", v.weight(end.Recovered), "outstanding", v.weight(end.Outstanding))}
	if first.Equal(last) {
		c.Last = ""
	}
	return c
}

func dayOf(d *index.RecallDay) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, d.Day, beijing)
	if err != nil {
		return time.Time{}
	}
	return t
}

// barPart is a part of the bar, in hundredths of its width.
type barPart struct{ X, Width, Class string }

// bars divides the whole of a recall.
func bars(f *index.RecallFigures) (parts []barPart) {
	if f.Total <= 0 {
		return nil
	}
	at := 0.0
	for _, p := range []struct {
		class string
		grams int64
	}{{"recovered", f.Recovered}, {"lost", f.Lost}, {"outstanding", f.Outstanding}} {
		width := 100 * float64(max(p.grams, 0)) / float64(f.Total)
		if width > 0 {
			parts = append(parts, barPart{fmt.Sprintf("%.2f", at), fmt.Sprintf("%.2f", width), p.class})
		}
		at += width
	}
	return parts
}
