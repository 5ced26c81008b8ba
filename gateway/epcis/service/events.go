package service

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

const simpleQuery = "SimpleEventQuery"

// asked is a query with the page of it that is wanted.
type asked struct {
	query   *epcis.Query
	after   int64 // number of the last record that was looked at
	perPage int
	params  url.Values // without the token
}

// ask reads a query; false when the request has been answered.
func ask(c *gin.Context, params url.Values) (asked, bool) {
	a := asked{perPage: epcis.DefaultPerPage, params: url.Values{}}
	conditions := url.Values{}
	for name, values := range params {
		switch name {
		case "nextPageToken":
			n, err := strconv.ParseInt(values[0], 36, 64)
			if err != nil || n < 0 {
				fail(c, http.StatusBadRequest, "QueryParameterException", "nextPageToken: was not given out by this repository")
				return a, false
			}
			a.after = n
			continue
		case "perPage":
			n, err := strconv.Atoi(values[0])
			if err != nil || n < 1 || n > epcis.MaxPerPage {
				fail(c, http.StatusBadRequest, "QueryParameterException", "perPage: is a number from 1 to "+strconv.Itoa(epcis.MaxPerPage))
				return a, false
			}
			a.perPage = n
		default:
			conditions[name] = values
		}
		a.params[name] = values
	}
	var err error
	a.query, err = epcis.ParseQuery(conditions)
	var q *epcis.QueryError
	if errors.As(err, &q) {
		status := http.StatusBadRequest
		if q.Unsupported {
			status = http.StatusNotImplemented
		}
		fail(c, status, "QueryParameterException", q.Error())
		return a, false
	}
	return a, true
}

func (s *Service) getEvents(c *gin.Context) {
	s.answerQuery(c, simpleQuery, "/epcis/events", c.Request.URL.Query())
}

// answerQuery answers one page of a query. Events come in ledger order, so
// that a page stays what it is while the ledger grows.
func (s *Service) answerQuery(c *gin.Context, name, path string, params url.Values) {
	a, ok := ask(c, params)
	if !ok || !s.fresh(c) {
		return
	}
	select {
	case s.scans <- struct{}{}:
		defer func() { <-s.scans }()
	default:
		fail(c, http.StatusServiceUnavailable, "ServiceUnavailable", "too many queries are being answered")
		return
	}
	page, err := s.page(c.Request.Context(), a)
	if err != nil {
		failInside(c, err)
		return
	}
	if page.more {
		next := a.params
		next.Set("nextPageToken", strconv.FormatInt(page.last, 36))
		c.Header("Link", "<"+s.base+path+"?"+next.Encode()+">; rel=\"next\"")
	}
	media := "application/ld+json"
	if strings.HasPrefix(c.GetHeader("Accept"), "application/json") {
		media = "application/json"
	}
	write(c, http.StatusOK, media, epcis.NewQueryDocument(name, "", now(), page.events))
}

// page is a page of events.
type page struct {
	events []*epcis.Event
	last   int64 // number of the last record that was looked at
	more   bool  // there may be more behind it
}

// page looks at records until the page is full, none is left or the budget is
// used up; then a page may be short, or empty, and still have a next one.
func (s *Service) page(ctx context.Context, a asked) (page, error) {
	p := page{last: a.after}
	lots, err := s.narrow(ctx, a.query)
	if err != nil || lots != nil && len(lots) == 0 {
		return p, err
	}
	for looked := 0; looked < scanBudget; {
		list, err := s.opt.Records.Events(ctx, p.last, index.MaxLimit, lots)
		if err != nil {
			return p, err
		}
		events, err := s.describe(ctx, list)
		if err != nil {
			return p, err
		}
		for i, e := range events {
			p.last = list[i].Num
			if e == nil || !a.query.Matches(e) {
				continue
			}
			if p.events = append(p.events, e); len(p.events) == a.perPage {
				p.more = i+1 < len(list) || len(list) == index.MaxLimit
				return p, nil
			}
		}
		if len(list) < index.MaxLimit {
			return p, nil
		}
		looked += len(list)
	}
	p.more = true
	return p, nil
}

// narrow gives classes their names in events, and tells which lots a query is
// about: nil where it is about none in particular, empty where there are no
// such lots.
func (s *Service) narrow(ctx context.Context, q *epcis.Query) ([]string, error) {
	lots, named := []string{}, map[string]string{}
	all := len(q.Classes()) > 0
	for _, class := range q.Classes() {
		lot, isLot := epcis.LotOf(class)
		if gtin, batch, ok := gs1.ParseBatchClass(class); ok {
			named[class] = gs1.BatchClass(gtin, batch)
			found, err := s.opt.Records.LotByBatch(ctx, gtin, batch)
			if errors.Is(err, index.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			lot, isLot = found, true
		}
		if !isLot {
			all = false
			continue
		}
		lots = append(lots, lot)
	}
	batches, err := s.opt.Records.Batches(ctx, lots)
	if err != nil {
		return nil, err
	}
	q.Rename(func(class string) string {
		if n := named[class]; n != "" {
			return n
		}
		if lot, ok := epcis.LotOf(class); ok {
			if b, ok := batches[lot]; ok {
				return gs1.BatchClass(b.GTIN, b.Batch)
			}
		}
		return class
	})
	if !all {
		return nil, nil
	}
	return lots, nil
}

// describe makes the events of records; nil where a record has none.
func (s *Service) describe(ctx context.Context, list []index.LedgerRecord) ([]*epcis.Event, error) {
	payloads := make([]record.Payload, len(list))
	var lots []string
	for i := range list {
		p, err := record.NewPayload(list[i].Type)
		if err != nil {
			continue // a type that came after this program
		}
		if err := json.Unmarshal(list[i].Payload, p); err != nil {
			return nil, err
		}
		payloads[i] = p
		lots = append(lots, epcis.Lots(p)...)
	}
	batches, err := s.opt.Records.Batches(ctx, lots)
	if err != nil {
		return nil, err
	}
	batch := func(lot string) (string, string, bool) {
		b, ok := batches[lot]
		return b.GTIN, b.Batch, ok
	}
	events := make([]*epcis.Event, len(list))
	for i, p := range payloads {
		if p != nil {
			events[i] = epcis.Describe(p, factsOf(&list[i]), batch)
		}
	}
	return events, nil
}

func factsOf(r *index.LedgerRecord) epcis.Facts {
	return epcis.Facts{Record: r.ID, Issuer: r.Issuer, Time: r.Place.Time, Tx: r.Place.Tx, Block: r.Place.Block, Index: r.Place.Index,
		Flags: r.Flags, Cosigned: r.Cosigned, Epoch: r.Epoch}
}

// getEvent shows one event, as a document of its own.
func (s *Service) getEvent(c *gin.Context) {
	id, ok := epcis.RecordOf(c.Param("id"))
	if !ok {
		fail(c, http.StatusNotFound, "NoSuchResourceException", "an event's id is ni:///sm3;<record id>, percent-encoded in an address")
		return
	}
	if !s.fresh(c) {
		return
	}
	e, err := s.event(c.Request.Context(), id)
	switch {
	case errors.Is(err, index.ErrNotFound) || err == nil && e == nil:
		fail(c, http.StatusNotFound, "NoSuchResourceException", "the ledger has no such event")
	case err != nil:
		failInside(c, err)
	default:
		e.Context = epcis.Context()
		write(c, http.StatusOK, "application/ld+json", e)
	}
}

// event is the event of a record; where it was taken back, the restatement
// with the error declaration, which is the event of what took it back.
func (s *Service) event(ctx context.Context, id string) (*epcis.Event, error) {
	r, err := s.opt.Records.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Voided != nil {
		if r, err = s.opt.Records.Event(ctx, r.Voided.By); err != nil {
			return nil, err
		}
	}
	events, err := s.describe(ctx, []index.LedgerRecord{r})
	if err != nil {
		return nil, err
	}
	return events[0], nil
}
