package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/scans"
)

// lotView is a page with what only the address knows.
type lotView struct {
	*page
	URL     string // what the QR code holds; empty for lots that have none
	PNG     string
	SVG     string
	Records string // address of the list of all records
	Credits bool
}

// batch is the page behind the QR code.
func (s *site) batch(c *gin.Context) {
	v := s.speak(c)
	gtin, fault := codeFault(c.Param("gtin"), c.Param("batch"))
	if fault != "" {
		s.problem(c, v, http.StatusBadRequest, fault, s.asked(c))
		return
	}
	if gtin != c.Param("gtin") { // one address per batch
		s.redirect(c, http.StatusMovedPermanently, s.link("01", gtin, "10", c.Param("batch")))
		return
	}
	code := scans.Code{GTIN: gtin, Batch: c.Param("batch")}
	s.show(c, v, pageKey{"batch", gtin + "/" + code.Batch, v.language}, func(ctx context.Context) (*made, error) {
		id, err := s.reader.LotByBatch(ctx, gtin, code.Batch)
		if err != nil {
			return nil, err
		}
		m, err := s.make(ctx, v, id)
		if err == nil {
			m.code = code
		}
		return m, err
	})
}

// lot is the page of any lot. A retail batch has its own address.
func (s *site) lot(c *gin.Context) {
	v, id := s.speak(c), c.Param("id")
	if !validName(id, maxLot) {
		s.problem(c, v, http.StatusBadRequest, "lot", s.asked(c))
		return
	}
	s.show(c, v, pageKey{"lot", id, v.language}, func(ctx context.Context) (*made, error) {
		lot, err := s.reader.Lot(ctx, id)
		if err != nil {
			return nil, err
		}
		if lot.GTIN != "" && lot.Batch != "" {
			return &made{redirect: s.link("01", lot.GTIN, "10", lot.Batch), nodes: []string{id}}, nil
		}
		return s.make(ctx, v, id)
	})
}

// productOnly answers a code that names a product and no batch.
func (s *site) productOnly(c *gin.Context) {
	s.problem(c, s.speak(c), http.StatusBadRequest, "nobatch", form{GTIN: typed(c.Param("gtin"))})
}

func (s *site) asked(c *gin.Context) form {
	return form{GTIN: typed(c.Param("gtin")), Batch: typed(c.Param("batch")), Lot: typed(c.Param("id"))}
}

// show answers with a page out of the cache, or makes it.
func (s *site) show(c *gin.Context, v voice, key pageKey, build func(context.Context) (*made, error)) {
	m, err := s.cache.get(c.Request.Context(), key, build)
	if err != nil {
		s.failed(c, v, err, "unknown", s.asked(c))
		return
	}
	s.serve(c, v, m)
}

// make reads the story of a lot and makes its page.
func (s *site) make(ctx context.Context, v voice, id string) (*made, error) {
	st, err := gather(ctx, s.reader, s.opt.Credits, id)
	if err != nil {
		return nil, err
	}
	p := lotView{page: build(st, v), Records: s.link("lots", id, "records"), Credits: s.opt.Credits != nil}
	if p.Retail {
		p.URL = s.codeURL(p.GTIN, p.Batch)
		p.PNG = s.link("01", p.GTIN, "10", p.Batch, "qr.png")
		p.SVG = s.link("01", p.GTIN, "10", p.Batch, "qr.svg")
	}
	body, err := s.write(v, "lot", p.Title+" "+p.Subtitle, "?lang="+string(v.other()), p)
	if err != nil {
		return nil, err
	}
	m := split(body, v.language)
	m.grams, m.nodes = st.lot.Grams, st.nodesOf()
	m.passing = s.opt.Credits != nil // which changes by itself, if only with the date
	return m, nil
}

// redirect keeps the language that the link asked for.
func (s *site) redirect(c *gin.Context, status int, to string) {
	if l, byLink := chooseLanguage(c.Request); byLink {
		to += "?lang=" + string(l)
	}
	c.Header("Cache-Control", "no-cache")
	c.Redirect(status, to)
}
