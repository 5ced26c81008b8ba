package web

import (
	"context"
	"net/url"
	"strconv"

	"github.com/grainledger/grainledger/gateway/index"
)

// How many lines a list has on the first page of the desk, and on a page of
// its own.
const (
	deskFirst    = 5
	deskPageSize = 50
)

// deskTable is a list for the page: words only.
type deskTable struct {
	Name  string // of the list, in addresses and texts
	Title string
	None  string
	Heads []string
	Lines []deskLine
	Next  string // address of what follows; empty at the end
}

// deskLine is one line; the first cell heads it.
type deskLine struct {
	Link  string
	Cells []deskCell
}

// deskCell is a cell: Small stands below Text, Badge behind it.
type deskCell struct {
	Label, Text, Small, Badge string
	Code                      bool // Text is a code, to be compared character by character
}

type deskLister func(ctx context.Context, v voice, uscc, cursor string, limit int) (*deskTable, error)

func (s *site) deskLists() map[string]deskLister {
	return map[string]deskLister{
		"stock":        s.lotLister("stock", s.desk.Stock.OwnLots),
		"under-review": s.lotLister("under-review", s.desk.Stock.UnderReview),
		"bins":         s.listBins,
		"shipments":    s.listInbound,
		"jobs":         s.listJobs,
	}
}

// newTable begins a list, with columns by the endings of their text keys.
func (s *site) newTable(v voice, name, next string, heads ...string) *deskTable {
	t := &deskTable{Name: name, Title: v.say("desk.list." + name), None: v.say("desk.none." + name)}
	for _, h := range heads {
		t.Heads = append(t.Heads, v.say("desk.th."+h))
	}
	if next != "" {
		t.Next = s.link("desk", "list", name) + "?" + url.Values{"cursor": {next}}.Encode()
	}
	return t
}

func (t *deskTable) add(link string, cells ...deskCell) {
	for i := range cells {
		cells[i].Label = t.Heads[i]
	}
	t.Lines = append(t.Lines, deskLine{Link: link, Cells: cells})
}

func (s *site) lotLister(name string, read func(ctx context.Context, uscc, cursor string, limit int) (index.OwnLotPage, error)) deskLister {
	return func(ctx context.Context, v voice, uscc, cursor string, limit int) (*deskTable, error) {
		page, err := read(ctx, uscc, cursor, limit)
		if err != nil {
			return nil, err
		}
		t := s.newTable(v, name, page.Next, "lot", "grain", "owned", "held", "made")
		for _, l := range page.Lots {
			grain := v.variety(l.Variety)
			if l.Product != "" {
				grain = v.product(l.Product)
			}
			year := ""
			if l.HarvestYear > 0 {
				year = strconv.Itoa(l.HarvestYear)
			}
			t.add(s.link("lots", l.Lot), deskCell{Text: l.Lot, Code: true, Badge: v.badge(&l.Standing)}, deskCell{Text: grain, Small: year},
				deskCell{Text: v.weight(l.OwnedGrams + l.OwnedNonFood)}, deskCell{Text: v.weight(l.HeldGrams)},
				deskCell{Text: v.day(parseTime(l.OccurredAt)), Small: v.sayOr("desk.type."+string(l.Kind), string(l.Kind))})
		}
		return t, nil
	}
}

func (s *site) listBins(ctx context.Context, v voice, uscc, cursor string, limit int) (*deskTable, error) {
	page, err := s.desk.Stock.Bins(ctx, uscc, cursor, limit)
	if err != nil {
		return nil, err
	}
	var owners []string
	for _, b := range page.Bins {
		owners = append(owners, b.Owner)
	}
	known, err := s.reader.Enterprises(ctx, owners)
	if err != nil {
		return nil, err
	}
	t := s.newTable(v, "bins", page.Next, "bin", "grain", "weight", "owner")
	for _, b := range page.Bins {
		t.add("", deskCell{Text: b.Name, Small: b.Code, Badge: v.badge(&b.Standing)}, deskCell{Text: v.variety(b.Variety), Small: b.Nature},
			deskCell{Text: v.weight(b.Grams)}, deskCell{Text: known[b.Owner].Name, Small: b.Owner})
	}
	return t, nil
}

func (s *site) listInbound(ctx context.Context, v voice, uscc, cursor string, limit int) (*deskTable, error) {
	page, err := s.desk.Stock.Inbound(ctx, uscc, cursor, limit)
	if err != nil {
		return nil, err
	}
	t := s.newTable(v, "shipments", page.Next, "shipment", "from", "lot", "weight", "sent")
	for _, sh := range page.Shipments {
		t.add(s.link("lots", sh.Lot), deskCell{Text: sh.Ref, Code: true}, deskCell{Text: sh.ShipperName, Small: sh.Shipper},
			deskCell{Text: sh.Lot, Code: true}, deskCell{Text: v.weight(sh.Grams)}, deskCell{Text: v.day(parseTime(sh.OccurredAt))})
	}
	return t, nil
}

func (s *site) listJobs(ctx context.Context, v voice, uscc, cursor string, limit int) (*deskTable, error) {
	before := int64(0)
	if cursor != "" {
		n, err := strconv.ParseInt(cursor, 10, 64)
		if err != nil || n <= 0 {
			return nil, index.ErrBadCursor
		}
		before = n
	}
	page, err := s.desk.Jobs.Of(ctx, uscc, before, limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if page.Next > 0 {
		next = strconv.FormatInt(page.Next, 10)
	}
	t := s.newTable(v, "jobs", next, "job", "records", "state", "received")
	for _, j := range page.Jobs {
		name := j.Name
		if name == "" {
			name = j.ID[:8]
		}
		t.add(s.link("desk", "jobs", j.ID), deskCell{Text: name}, deskCell{Text: strconv.Itoa(j.Records)},
			deskCell{Text: v.say("desk.state." + string(j.Status))}, deskCell{Text: v.moment(parseTime(j.Received))})
	}
	return t, nil
}

// badge is the gravest word that stands against grain; none where none does.
func (v voice) badge(s *index.Standing) string {
	switch {
	case s.Recalled:
		return v.say("desk.badge.recalled")
	case s.NonFood != "":
		return v.say("start.nonfood")
	case s.Held:
		return v.say("desk.badge.held")
	case s.UnderReview:
		return v.say("desk.badge.review")
	}
	return ""
}
