package web

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// located is a season whose places are registered with positions.
func located(t testing.TB, coops, truckloads int) *world {
	w := season(t, coops, truckloads)
	w.enterprises, w.facilities = map[string]record.RegisteredEnterprise{}, map[string]record.RegisteredFacility{}
	place := func(uscc, kind string, lon, lat float64) {
		w.enterprises[uscc] = record.RegisteredEnterprise{USCC: uscc, Name: w.names[uscc], Kind: kind, Division: "320582",
			Lon: record.Decimal(fmt.Sprintf("%.4f", lon)), Lat: record.Decimal(fmt.Sprintf("%.4f", lat))}
	}
	for i := range coops {
		place(coop(i), record.KindFarmCoop, 120.5+0.013*float64(i%17), 31.95+0.0171*float64(i%11))
	}
	place(depot, record.KindStorage, 120.5466, 31.9954)
	place(mill, record.KindProcessor, 120.5526, 31.8268)
	place(carrier, record.KindLogistics, 120.5992, 32.0144)
	place(shopA, record.KindRetail, 120.7274, 32.0577)
	place(shopB, record.KindRetail, 120.6943, 31.8464)
	w.facilities[bin[:21]] = record.RegisteredFacility{Code: bin[:21], Name: "主库区", USCC: depot, Kind: record.FacilityDepot,
		Lon: "120.5751", Lat: "31.9345"}
	return w
}

func pageOf(t testing.TB, w *world) *page {
	return build(storyOf(t, w, retailLot), testSite(t, w).voices[chinese])
}

func TestStations(t *testing.T) {
	p := pageOf(t, located(t, 8, 24))
	var got []string
	for _, st := range p.Stations {
		got = append(got, fmt.Sprintf("%d %s: %s", st.No, st.Names, st.Stages))
	}
	want := []string{
		"1 第1合作社、第5合作社、第2合作社等 8 家: 收获、收购",
		"2 张家港第1粮库有限公司 主库区: 收购、入库、出库、运输",
		"3 江南第1米厂: 运输、加工、销售",
		"4 第1超市、第2超市: 销售",
	}
	if !slices.Equal(got, want) {
		t.Errorf("stations:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	stops := map[string]string{}
	for _, st := range p.Path.all() {
		stops[string(st.Stage)] = st.Stops
	}
	for stage, want := range map[string]string{"harvest": "1", "purchase": "1 → 2", "store": "2", "check-out": "",
		"trade": "", "transport": "2 → 3", "process": "3", "sell": "3 → 4"} {
		if stops[stage] != want {
			t.Errorf("%s at %q, want %q", stage, stops[stage], want)
		}
	}
}

// No position on a page is more exact than precision says.
func TestPositionsAreRounded(t *testing.T) {
	w := located(t, 8, 24)
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, `class="marks"`, "约 2 千米")
	mustLack(t, page, "120.5751", "31.9345", "120.5466", "120.57", "31.93")
	rapid.Check(t, func(t *rapid.T) {
		lon, lat := rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")
		at, ok := parseSpot(fmt.Sprintf("%.6f", lon), fmt.Sprintf("%.6f", lat))
		if !ok || math.Abs(at.lon-lon) > precision/2+1e-6 || math.Abs(at.lat-lat) > precision/2+1e-6 {
			t.Fatalf("%v %v: %+v", lon, lat, at)
		}
		if steps := at.lon / precision; math.Abs(steps-math.Round(steps)) > 1e-6 {
			t.Fatalf("%v is no step of %v", at.lon, precision)
		}
	})
	for _, bad := range [][2]string{{"", ""}, {"120.5", ""}, {"x", "31"}, {"120", "89.9"}} {
		if _, ok := parseSpot(bad[0], bad[1]); ok {
			t.Errorf("%v is a position", bad)
		}
	}
}

// Wherever places lie, the drawing stays in its frame, marks do not cover one
// another, and no name covers a mark or a name.
func TestDrawingHasRoom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := located(t, rapid.IntRange(1, 40).Draw(rt, "coops"), 40)
		span := rapid.SampledFrom([]float64{0, 0.01, 0.3, 3, 25}).Draw(rt, "span")
		for code, e := range w.enterprises {
			e.Lon = record.Decimal(fmt.Sprintf("%.4f", 110+span*rapid.Float64Range(-1, 1).Draw(rt, "lon")))
			e.Lat = record.Decimal(fmt.Sprintf("%.4f", 35+span/2*rapid.Float64Range(-1, 1).Draw(rt, "lat")))
			w.enterprises[code] = e
		}
		delete(w.facilities, bin[:21])
		c := pageOf(t, w).Chart
		if c == nil {
			rt.Fatal("no drawing")
		}
		number := func(s string) float64 { v, _ := strconv.ParseFloat(s, 64); return v }
		var boxes []box
		for _, m := range c.Marks {
			boxes = append(boxes, box{m.at.x - m.half, m.at.y - markHalf, m.at.x + m.half, m.at.y + markHalf})
		}
		for _, b := range boxes {
			if b.left < 0 || b.top < 0 || b.right > float64(c.Width) || b.bottom > float64(c.Height) {
				rt.Fatalf("a mark at %+v sticks out of %d x %d", b, c.Width, c.Height)
			}
		}
		for i := range c.Marks {
			for j := range i {
				if d := math.Hypot(c.Marks[i].at.x-c.Marks[j].at.x, c.Marks[i].at.y-c.Marks[j].at.y); d < nearest {
					rt.Fatalf("marks %d and %d are %v apart", i, j, d)
				}
			}
		}
		for _, l := range c.Labels {
			x, wide := number(l.X), textWidth(l.Text)
			switch l.Anchor {
			case "end":
				x -= wide
			case "middle":
				x -= wide / 2
			}
			b := box{x, number(l.Y) - textHeight + 2, x + wide, number(l.Y) + 2}
			if slices.ContainsFunc(boxes, b.meets) {
				rt.Fatalf("%s at %+v covers something", l.Text, b)
			}
			boxes = append(boxes, b)
		}
		for _, path := range c.Legs {
			if strings.Contains(path, "NaN") || strings.Contains(path, "Inf") {
				rt.Fatal(path)
			}
		}
	})
}

// Who must not be named is neither named nor shown on the map.
func TestReserveDepotIsOnNoMap(t *testing.T) {
	w := located(t, 4, 8)
	for i := range w.traces[retailLot].Nodes {
		if l := w.traces[retailLot].Nodes[i].Lot; l != nil && l.Nature != "" {
			l.Nature = "110"
		}
	}
	p := pageOf(t, w)
	for _, m := range p.Chart.Marks {
		if slices.Contains(m.sites, siteCode(bin[:21])) {
			t.Errorf("mark %s", m.Title)
		}
	}
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, "储备粮承储企业", "1 个地点没有公开的位置")
	mustLack(t, page, depot, "主库区", "张家港第1粮库")
}

// Without positions there is a table and no map.
func TestWithoutPositions(t *testing.T) {
	w := season(t, 4, 8)
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, "各站一览", "个地点没有公开的位置")
	mustLack(t, page, `class="marks"`)
}
