package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Recalls reads recalls, and who an enterprise is.
type Recalls interface {
	Recalls(ctx context.Context, cursor string, limit int) (index.RecallPage, error)
	Recall(ctx context.Context, id string) (index.Recall, error)
	RecallHolders(ctx context.Context, id, party, sort, cursor string, limit int) (index.RecallHolders, error)
	RecallSeries(ctx context.Context, id, cursor string, limit int) (index.RecallSeries, error)
	Enterprise(ctx context.Context, uscc, cursor string, limit int) (index.Enterprise, error)
}

var _ Recalls = (*index.Index)(nil)

// deskRecalls lists recalls in force and ended.
func (s *site) deskRecalls(c *gin.Context, v voice, me *deskMe) {
	page, err := s.desk.Recalls.Recalls(c.Request.Context(), c.Query("cursor"), deskPageSize)
	if errors.Is(err, index.ErrBadCursor) {
		s.redirect(c, http.StatusFound, s.link("desk", "recalls"))
		return
	}
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	t := s.newTable(v, "recalls", "", "notice", "level", "state", "began", "by")
	for _, r := range page.Recalls {
		t.add(s.link("desk", "recalls", r.ID), deskCell{Text: r.Notice, Small: r.Ref}, deskCell{Text: v.say("desk.recall.level." + strconv.Itoa(r.Level))},
			deskCell{Text: v.recallState(&r)}, deskCell{Text: v.day(parseTime(r.Began))}, deskCell{Text: r.IssuerName, Small: r.Issuer})
	}
	if page.Next != "" {
		t.Next = s.link("desk", "recalls") + "?" + url.Values{"cursor": {page.Next}}.Encode()
	}
	s.renderDesk(c, v, http.StatusOK, "list", v.say("desk.list.recalls"), me, t)
}

func (v voice) recallState(r *index.ListedRecall) string {
	switch {
	case r.Ended != "":
		return v.say("desk.recall.ended")
	case r.Spreading:
		return v.say("desk.recall.spreading")
	}
	return v.say("desk.recall.open")
}

// recallView is a recall for the page. Who is neither its issuer nor a
// regulator sees its own line alone, and no sums.
type recallView struct {
	index.Recall
	State, Day, End string
	LevelText       string
	All             bool
	Max             int64 // of the progress of spreading
	Sums            []recallSum
	Share           string
	Bar             []barPart
	Chart           *curve
	Sort            string
	Sorts           []sortLink
	Holders         []holderLine
	Next            string
	CSV, XLSX       string
}

type recallSum struct{ Label, Text, Class string }

// sortLink asks for the same table in another order.
type sortLink struct {
	Key, Title, Link string
	Now              bool
}

// holderLine is a party in words.
type holderLine struct {
	Name, USCC, Lots, Located, InTransit, Recovered, Returned, Outstanding string
	Takes, Done                                                            bool
}

func (s *site) deskRecall(c *gin.Context, v voice, me *deskMe) {
	ctx, id := c.Request.Context(), c.Param("id")
	r, err := s.desk.Recalls.Recall(ctx, id)
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	p := recallView{Recall: r, State: v.recallState(&r.ListedRecall), Day: v.moment(parseTime(r.Began)), End: v.moment(parseTime(r.Ended)),
		LevelText: v.say("desk.recall.level." + strconv.Itoa(r.Level)), Max: r.Marked + r.Waiting, Sort: c.Query("sort")}
	if p.All, err = s.seesAll(ctx, &r, me.USCC); err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	here := s.link("desk", "recalls", id)
	if sorts := index.HolderSorts(); !slices.Contains(sorts, p.Sort) {
		p.Sort = sorts[0]
	}
	party := me.USCC
	if p.All {
		party = ""
	}
	holders, err := s.desk.Recalls.RecallHolders(ctx, id, party, p.Sort, c.Query("cursor"), deskPageSize)
	if errors.Is(err, index.ErrBadCursor) {
		s.redirect(c, http.StatusFound, here)
		return
	}
	if err == nil && p.All {
		err = s.sumRecall(ctx, v, &p)
	}
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	p.list(v, here, &holders)
	query := "?" + url.Values{"sort": {p.Sort}}.Encode()
	p.CSV, p.XLSX = s.link("v1", "recalls", id, "sheet.csv")+query, s.link("v1", "recalls", id, "sheet.xlsx")+query
	s.renderDesk(c, v, http.StatusOK, "recall", v.say("desk.recall"), me, &p)
}

// seesAll tells whether an enterprise may see who else has the grain.
func (s *site) seesAll(ctx context.Context, r *index.Recall, uscc string) (bool, error) {
	if r.Issuer == uscc {
		return true, nil
	}
	e, err := s.desk.Recalls.Enterprise(ctx, uscc, "", 1)
	if errors.Is(err, index.ErrNotFound) {
		return false, nil
	}
	return err == nil && e.Kind == record.KindRegulator, err
}

func (p *recallView) list(v voice, here string, holders *index.RecallHolders) {
	for _, key := range []string{"holder", "lots", "located", "recovered", "returned", "outstanding"} {
		p.Sorts = append(p.Sorts, sortLink{Key: key, Title: v.say("desk.recall.th." + key),
			Link: here + "?" + url.Values{"sort": {key}}.Encode() + "#holders", Now: key == p.Sort})
	}
	for i := range holders.Holders {
		h := &holders.Holders[i]
		line := holderLine{Name: h.Name, USCC: h.Party, Lots: strconv.FormatInt(h.Lots, 10), Located: v.weight(h.Located), Recovered: v.weight(h.Recovered),
			Returned: v.weight(h.Returned), Outstanding: v.weight(h.Outstanding), Takes: h.Takes, Done: h.Outstanding == 0}
		if h.InTransit > 0 {
			line.InTransit = v.say("desk.recall.transit", "weight", v.weight(h.InTransit))
		}
		p.Holders = append(p.Holders, line)
	}
	if holders.Next != "" {
		p.Next = here + "?" + url.Values{"sort": {p.Sort}, "cursor": {holders.Next}}.Encode() + "#holders"
	}
}

// sumRecall adds what only those see who see all.
func (s *site) sumRecall(ctx context.Context, v voice, p *recallView) error {
	f := p.Figures
	for _, sum := range []struct {
		key, class string
		grams      int64
	}{{"total", "info", f.Total}, {"located", "info", f.Located}, {"recovered", "good", f.Recovered}, {"outstanding", "warn", f.Outstanding}, {"lost", "none", f.Lost}} {
		p.Sums = append(p.Sums, recallSum{v.say("desk.recall.sum." + sum.key), v.weight(sum.grams), sum.class})
	}
	p.Share, p.Bar = "0%", bars(f)
	if f.Total > 0 && f.Recovered > 0 {
		p.Share = percent(float64(f.Recovered) / float64(f.Total))
	}
	days, err := s.recallDays(ctx, p.ID)
	p.Chart = v.curve(days)
	return err
}

// maxChartDays bounds the days of a chart; more are not told apart in it.
const maxChartDays = 2000

func (s *site) recallDays(ctx context.Context, id string) (days []index.RecallDay, err error) {
	for cursor := ""; len(days) < maxChartDays; {
		page, err := s.desk.Recalls.RecallSeries(ctx, id, cursor, index.MaxLimit)
		if err != nil {
			return nil, err
		}
		days = append(days, page.Days...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return days, nil
}
