package web

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// chart is the map of a route: a drawing without any map underneath, with a
// graticule, a scale and north for orientation. Lengths are units of the
// drawing, about a pixel on a phone.
type chart struct {
	Width, Height int
	Lines         []gridLine
	Legs          []string // path data, in order of the way
	Marks         []mark
	Labels        []label
	Scale         scaleBar
	Alone         string // the division, where all lies in one
	NorthX        int
}

type gridLine struct {
	Path string
	X, Y string // of its label
	Text string
	Side bool // a parallel: its label stands at the left edge
}

type mark struct {
	X, Y  string
	Left  string // of the pill behind the numbers
	Wide  string
	Text  string
	Title string
	Top   string
	Base  string // line of the numbers
	Class string
	kind  stationKind
	at    point
	half  float64
	sites []siteCode
	nos   []int
}

type label struct {
	X, Y   string
	Anchor string
	Text   string
	Region bool // names a division
}

type scaleBar struct {
	X1, X2, Y string
	TextY     string
	Text      string
}

// point in the drawing.
type point struct{ x, y float64 }

// Measures of the drawing.
const (
	chartWidth  = 360
	chartLeast  = 190 // height
	chartMost   = 330
	chartMargin = 34
	chartHead   = 24 // above all marks: for scale and north
	markHalf    = 10 // half the height of a mark
	textHeight  = 13
	maxMarks    = 60
	nearest     = 19 // marks closer than this are drawn as one
)

// precision is how exactly the page tells where something is, in degrees:
// about two kilometres. It shows the township and not the gate of a depot.
const precision = 0.02

// minSpan is the least that a map shows, in degrees.
const minSpan = 0.12

// spot is where a site lies, in degrees, no more exact than precision.
type spot struct{ lon, lat float64 }

// spotOf is where a site lies, false where nobody has registered it or where
// it must not be told.
func (c cast) spotOf(s *story, code siteCode) (spot, bool) {
	if c.hidden[code.uscc()] || code == "" {
		return spot{}, false
	}
	if f, ok := s.facilities[string(code)]; ok {
		if at, ok := parseSpot(string(f.Lon), string(f.Lat)); ok {
			return at, true
		}
	}
	e := s.enterprises[code.uscc()]
	return parseSpot(string(e.Lon), string(e.Lat))
}

func parseSpot(lon, lat string) (spot, bool) {
	x, errX := strconv.ParseFloat(lon, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	if errX != nil || errY != nil || math.Abs(y) > 85 {
		return spot{}, false
	}
	round := func(v float64) float64 { return math.Round(v/precision) * precision }
	return spot{round(x), round(y)}, true
}

// drawing makes a chart.
type drawing struct {
	cast
	story *story
	route *route
	spots map[siteCode]spot
	min   spot
	unit  float64 // drawing units of a degree of latitude
	cos   float64 // how much shorter a degree of longitude is
	out   chart
	boxes []box // what is drawn already
	lines []box // points of the legs, which names keep clear of where they can
}

// chart draws the route; nil where fewer than two sites have a known position.
func (c cast) chart(s *story, r *route) *chart {
	d := &drawing{cast: c, story: s, route: r, spots: map[siteCode]spot{}}
	for _, st := range r.stations {
		for _, code := range st.Sites {
			if at, ok := c.spotOf(s, code); ok && len(d.spots) < maxMarks {
				d.spots[code] = at
			}
		}
	}
	if len(d.spots) < 2 {
		return nil
	}
	d.frame()
	d.graticule()
	d.marks()
	d.legs()
	d.labels()
	d.scale()
	return &d.out
}

// frame fits all sites between the margins.
func (d *drawing) frame() {
	lo, hi := spot{math.Inf(1), math.Inf(1)}, spot{math.Inf(-1), math.Inf(-1)}
	for _, at := range d.spots {
		lo = spot{math.Min(lo.lon, at.lon), math.Min(lo.lat, at.lat)}
		hi = spot{math.Max(hi.lon, at.lon), math.Max(hi.lat, at.lat)}
	}
	d.cos = math.Cos((lo.lat + hi.lat) / 2 * math.Pi / 180)
	wide := math.Max((hi.lon-lo.lon)*d.cos, minSpan)
	high := math.Max(hi.lat-lo.lat, minSpan/2)
	room := float64(chartWidth - 2*chartMargin)
	d.unit = math.Min(room/wide, float64(chartMost-2*chartMargin-chartHead)/high)
	height := math.Max(high*d.unit+2*chartMargin+chartHead, chartLeast)
	// What the sites do not fill is shared by both sides.
	d.min.lon = (lo.lon+hi.lon)/2 - float64(chartWidth)/2/d.unit/d.cos
	d.min.lat = (lo.lat+hi.lat)/2 - (height-chartHead)/2/d.unit
	d.out.Width, d.out.Height, d.out.NorthX = chartWidth, int(height), chartWidth-16
}

func (d *drawing) project(at spot) point {
	return point{
		(at.lon - d.min.lon) * d.cos * d.unit,
		float64(d.out.Height) - (at.lat-d.min.lat)*d.unit,
	}
}

// graticule draws meridians and parallels at round degrees.
func (d *drawing) graticule() {
	width, height := float64(d.out.Width), float64(d.out.Height)
	step := gridStep(width / d.unit / d.cos)
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	for i := math.Ceil(d.min.lon / step); i*step < d.min.lon+width/d.unit/d.cos; i++ {
		x := d.project(spot{i * step, 0}).x
		d.out.Lines = append(d.out.Lines, gridLine{
			Path: "M" + num(x) + " 0V" + num(height), X: num(x), Y: num(height - 4),
			Text: degrees(i*step, digits, "E", "W"),
		})
	}
	for i := math.Ceil(d.min.lat / step); i*step < d.min.lat+height/d.unit; i++ {
		y := d.project(spot{0, i * step}).y
		if y < 34 || y > height-24 {
			continue // its label would lie on another
		}
		d.out.Lines = append(d.out.Lines, gridLine{
			Path: "M0 " + num(y) + "H" + num(width), X: "3", Y: num(y - 3),
			Text: degrees(i*step, digits, "N", "S"), Side: true,
		})
		d.boxes = append(d.boxes, box{0, y - 14, 42, y})
	}
	d.boxes = append(d.boxes, box{0, height - 16, width, height}, box{width*2/3 - 50, 0, width, 32})
}

// gridStep is a round step that gives three or four lines over a span.
func gridStep(span float64) float64 {
	for _, step := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30} {
		if span/step <= 4.5 {
			return step
		}
	}
	return 60
}

func degrees(v float64, digits int, plus, minus string) string {
	if v < 0 {
		plus, v = minus, -v
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + "°" + plus
}

// marks puts a numbered mark on every site; sites that would lie on one
// another share one.
func (d *drawing) marks() {
	var all []*mark
	for _, st := range d.route.stations {
		for _, code := range st.Sites {
			at, ok := d.spots[code]
			if !ok {
				continue
			}
			p := d.project(at)
			i := slices.IndexFunc(all, func(m *mark) bool { return math.Hypot(m.at.x-p.x, m.at.y-p.y) < nearest })
			if i < 0 {
				i = len(all)
				all = append(all, &mark{at: p, kind: st.kind})
			}
			m := all[i]
			m.sites = append(m.sites, code)
			if !slices.Contains(m.nos, st.No) {
				m.nos = append(m.nos, st.No)
			}
		}
	}
	for _, m := range all {
		d.out.Marks = append(d.out.Marks, d.finish(m))
	}
}

func (d *drawing) finish(m *mark) mark {
	words := make([]string, len(m.nos))
	for i, n := range m.nos {
		words[i] = strconv.Itoa(n)
	}
	m.Text = strings.Join(words, "·")
	m.half = math.Max(markHalf, textWidth(m.Text)/2+5)
	m.X, m.Y = num(m.at.x), num(m.at.y)
	m.Left, m.Wide = num(m.at.x-m.half), num(2*m.half)
	m.Top, m.Base = num(m.at.y-markHalf), num(m.at.y+4)
	m.Class = [...]string{sourceStop: "source", middleStop: "middle", lastStop: "last"}[m.kind]
	var names []string
	for _, code := range m.sites {
		names = once(names, d.siteName(d.story, code))
	}
	m.Title = m.Text + " " + d.list("party", names)
	d.boxes = append(d.boxes, box{m.at.x - m.half, m.at.y - markHalf, m.at.x + m.half, m.at.y + markHalf})
	return *m
}

// legs draws the way from mark to mark, bent a little so that there and back
// do not lie on one another.
func (d *drawing) legs() {
	var done [][2]int
	for _, leg := range d.route.legs {
		a, b := d.markOf(leg[0]), d.markOf(leg[1])
		if a < 0 || b < 0 || a == b || slices.Contains(done, [2]int{a, b}) {
			continue
		}
		done = append(done, [2]int{a, b})
		path, points := bend(d.out.Marks[a], d.out.Marks[b])
		d.out.Legs = append(d.out.Legs, path)
		for _, p := range points {
			d.lines = append(d.lines, box{p.x - 2, p.y - 2, p.x + 2, p.y + 2})
		}
	}
}

func (d *drawing) markOf(code siteCode) int {
	return slices.IndexFunc(d.out.Marks, func(m mark) bool { return slices.Contains(m.sites, code) })
}

// bend gives the path of a leg, and points on it.
func bend(a, b mark) (string, []point) {
	dx, dy := b.at.x-a.at.x, b.at.y-a.at.y
	length := math.Hypot(dx, dy)
	ux, uy := dx/length, dy/length
	mid := point{(a.at.x+b.at.x)/2 - uy*length*0.1, (a.at.y+b.at.y)/2 + ux*length*0.1}
	// The line ends at the rim of the mark, where the arrow's head is seen.
	ex, ey := mid.x-b.at.x, mid.y-b.at.y
	e := math.Hypot(ex, ey)
	gap := math.Max(b.half, markHalf) + 3
	end := point{b.at.x + ex/e*gap, b.at.y + ey/e*gap}
	var points []point
	for i := range 24 {
		t := float64(i) / 23
		p, q, r := (1-t)*(1-t), 2*t*(1-t), t*t
		points = append(points, point{p*a.at.x + q*mid.x + r*end.x, p*a.at.y + q*mid.y + r*end.y})
	}
	return fmt.Sprintf("M%s %sQ%s %s %s %s", num(a.at.x), num(a.at.y), num(mid.x), num(mid.y), num(end.x), num(end.y)), points
}

func num(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
