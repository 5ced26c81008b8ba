package web

import (
	"math"
	"slices"
	"unicode"
)

// box is a room in the drawing that something has taken.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}

// textWidth is about how wide a text is drawn: a Chinese character takes its
// height, a Latin letter somewhat more than half.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		if r > unicode.MaxLatin1 {
			w += 12
		} else {
			w += 6.8
		}
	}
	return w
}

// longestLabel is how many characters of a name stand on the map.
const longestLabel = 12

func shorten(s string) string {
	r := []rune(s)
	if textWidth(s) <= longestLabel*12 {
		return s
	}
	for len(r) > 0 && textWidth(string(r)) > (longestLabel-1)*12 {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

// labels names the marks where there is room. A name without room is left out:
// its number stands in the table.
func (d *drawing) labels() {
	order := make([]int, len(d.out.Marks))
	for i := range order {
		order[i] = i
	}
	// The stations on the way are named before the growers, who may be many.
	slices.SortStableFunc(order, func(a, b int) int {
		rank := func(i int) int {
			if d.out.Marks[i].kind == sourceStop {
				return 1
			}
			return 0
		}
		return rank(a) - rank(b)
	})
	for _, i := range order {
		m := &d.out.Marks[i]
		if text := d.markName(m); text != "" {
			d.put(text, m.at, m.half, false)
		}
	}
	d.regions()
}

func (d *drawing) markName(m *mark) string {
	var names []string
	for _, code := range m.sites {
		names = once(names, d.siteName(d.story, code))
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return shorten(names[0])
	case m.kind == sourceStop:
		return d.say("map.growers", "n", len(names))
	}
	return shorten(names[0]) + " +" + num(float64(len(names)-1))
}

// put places a text beside a point: the first of the places around it that is
// free; nothing where none is.
func (d *drawing) put(text string, at point, half float64, region bool) {
	if !d.tryPut(text, at, half, region, d.lines) {
		d.tryPut(text, at, half, region, nil)
	}
}

// tryPut is put where some more boxes must stay free.
func (d *drawing) tryPut(text string, at point, half float64, region bool, also []box) bool {
	w, near := textWidth(text), half+4
	for _, o := range []struct {
		x, y   float64
		anchor string
	}{
		{near, 4, "start"}, {-near, 4, "end"}, {0, -markHalf - 4, "middle"}, {0, markHalf + textHeight + 1, "middle"},
		{near - 4, -markHalf, "start"}, {-near + 4, -markHalf, "end"},
		{near - 4, markHalf + 8, "start"}, {-near + 4, markHalf + 8, "end"},
	} {
		x, y := at.x+o.x, at.y+o.y
		left := x
		switch o.anchor {
		case "end":
			left = x - w
		case "middle":
			left = x - w/2
		}
		b := box{left - 1, y - textHeight, left + w + 1, y + 3}
		if b.left < 2 || b.right > float64(d.out.Width)-2 || b.top < 2 || b.bottom > float64(d.out.Height)-2 ||
			slices.ContainsFunc(d.boxes, b.meets) || slices.ContainsFunc(also, b.meets) {
			continue
		}
		d.boxes = append(d.boxes, b)
		d.out.Labels = append(d.out.Labels, label{X: num(x), Y: num(y), Anchor: o.anchor, Text: text, Region: region})
		return true
	}
	return false
}

// regions names the divisions: in the caption where it is one, else in the
// midst of their sites.
func (d *drawing) regions() {
	sum, count := map[string]point{}, map[string]float64{}
	var names []string
	for _, m := range d.out.Marks {
		for _, code := range m.sites {
			name := d.siteDivision(d.story, code)
			if name == "" {
				continue
			}
			names = once(names, name)
			sum[name] = point{sum[name].x + m.at.x, sum[name].y + m.at.y}
			count[name]++
		}
	}
	if len(names) == 1 {
		d.out.Alone = names[0]
		return
	}
	for _, name := range names {
		n := count[name]
		d.put(name, point{sum[name].x / n, sum[name].y / n}, 0, true)
	}
}

// kilometres of a degree of latitude.
const degreeKM = 111.2

// scale draws a bar of a round length, at most a third of the width.
func (d *drawing) scale() {
	perKM := d.unit / degreeKM
	length := 0.1
	for _, km := range []float64{0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000} {
		if km*perKM <= float64(d.out.Width)/3 {
			length = km
		}
	}
	right := float64(d.out.Width) - 40
	y := 14.0
	d.out.Scale = scaleBar{
		X1: num(right - length*perKM), X2: num(right), Y: num(y), TextY: num(y + 12),
		Text: num(math.Round(length*10)/10) + " km",
	}
}
