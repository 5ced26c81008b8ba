package web

import "time"

// page is what a template shows about a lot: words only, no rules left.
type page struct {
	Title    string
	Subtitle string
	Verdict  *badge
	Alarm    bool // recalled or held
	Banners  []banner
	Facts    []fact
	Origins  origins
	Path     timeline
	Chart    *chart
	Stations []station
	Reports  certificates
	Gaps     []string
	Parties  parties
	Quality  *quality // of the lot itself
	Raw      *quality // of the grain that it was made from
	Proof    proof
	Updated  string
	Cut      bool
	Retail   bool
	GTIN     string
	Batch    string
	Lot      string
}

// fact is one line of what there is to know at a glance.
type fact struct {
	Label string
	Value string
	Name  bool // Value is a name in Chinese, whatever the page's language
	Code  bool // Value is a code, to be compared character by character
}

// build makes the page of a story. It is pure: the same story in the same
// language is the same page.
func build(s *story, v voice) *page {
	s.ownNode()
	c := newCast(s, v)
	events := s.events()
	p := &page{
		Title: c.title(s), Subtitle: c.subtitle(s),
		Alarm: s.lot.Recalled || s.lot.Held, Banners: c.banners(s), Facts: c.facts(s),
		Proof: c.proof(s, events), Reports: c.certificates(events), Parties: c.parties(s, events),
		Updated: c.moment(lastUpdate(s)), Cut: s.cut,
		Retail: s.retail(), GTIN: s.lot.GTIN, Batch: s.lot.Batch, Lot: s.lot.Lot,
	}
	if len(s.origins) > 0 || !s.cut { // else nothing is known, which is not "no origin"
		p.Origins = c.origins(s.origins)
	}
	groups := groupEvents(events)
	route := c.routeOf(s, groups)
	p.Path, p.Stations, p.Chart = fold(c.steps(s, groups, route)), route.stations, c.chart(s, route)
	own := s.verdictReport()
	p.Gaps = c.gaps(s, events, route, own)
	if own != nil {
		p.Quality = c.quality(own)
		p.Verdict = p.Quality.Verdict
	}
	switch { // no passed test outweighs these
	case s.lot.Recalled:
		p.Verdict = &badge{c.say("banner.recall"), bad}
	case s.lot.Held:
		p.Verdict = &badge{c.say("banner.hold"), bad}
	case s.lot.NonFood != "":
		p.Verdict = &badge{c.say("banner.nonfood"), bad}
	}
	if raw := s.rawReport(events); raw != nil {
		p.Raw = c.quality(raw)
	}
	return p
}

func (c cast) title(s *story) string {
	if s.lot.Product != "" {
		return c.product(s.lot.Product)
	}
	if name := c.variety(s.lot.Variety); name != "" {
		return name
	}
	return c.say("grain")
}

func (c cast) subtitle(s *story) string {
	if s.retail() {
		return c.say("subtitle.batch", "batch", s.lot.Batch)
	}
	return c.say("subtitle.lot", "lot", s.lot.Lot)
}

// lastUpdate is when the ledger last took in something about the lot.
func lastUpdate(s *story) time.Time {
	last := parseTime(s.lot.RecordPlace.Time)
	for _, n := range s.nodes {
		for _, r := range n.Records {
			if t := parseTime(r.Place.Time); t.After(last) {
				last = t
			}
		}
	}
	return last
}
