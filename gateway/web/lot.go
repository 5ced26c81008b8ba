package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// lotView is a page with what only the address knows.
type lotView struct {
	*page
	URL string // what the QR code holds; empty for lots that have none
	PNG string
	SVG string
}

// batch is the page behind the QR code.
func (s *site) batch(c *gin.Context) {
	v := s.speak(c)
	asked := form{GTIN: typed(c.Param("gtin")), Batch: typed(c.Param("batch"))}
	gtin, fault := codeFault(c.Param("gtin"), c.Param("batch"))
	if fault != "" {
		s.problem(c, v, http.StatusBadRequest, fault, asked)
		return
	}
	if gtin != c.Param("gtin") { // one address per batch
		s.redirect(c, http.StatusMovedPermanently, s.link("01", gtin, "10", c.Param("batch")))
		return
	}
	if key := s.pageKey(c, v); key != "" && s.showKept(c, v, key) {
		return
	}
	id, err := s.reader.LotByBatch(c.Request.Context(), gtin, c.Param("batch"))
	if err != nil {
		s.failed(c, v, err, "unknown", asked)
		return
	}
	s.show(c, v, id, asked)
}

// lot is the page of any lot. A retail batch has its own address.
func (s *site) lot(c *gin.Context) {
	v := s.speak(c)
	asked := form{Lot: typed(c.Param("id"))}
	if !validName(c.Param("id"), maxLot) {
		s.problem(c, v, http.StatusBadRequest, "lot", asked)
		return
	}
	if key := s.pageKey(c, v); key != "" && s.showKept(c, v, key) {
		return
	}
	s.show(c, v, c.Param("id"), asked)
}

// productOnly answers a code that names a product and no batch.
func (s *site) productOnly(c *gin.Context) {
	s.problem(c, s.speak(c), http.StatusBadRequest, "nobatch", form{GTIN: typed(c.Param("gtin"))})
}

func (s *site) show(c *gin.Context, v voice, id string, asked form) {
	key, moment := s.pageKey(c, v), uint64(0)
	if key != "" {
		moment = s.keeper.Moment() // before anything is read
	}
	st, err := gather(c.Request.Context(), s.reader, id)
	if err != nil {
		s.failed(c, v, err, "unknown", asked)
		return
	}
	if st.retail() && c.Param("id") != "" {
		s.redirect(c, http.StatusFound, s.link("01", st.lot.GTIN, "10", st.lot.Batch))
		return
	}
	p := lotView{page: build(st, v)}
	if p.Retail {
		p.URL = s.codeURL(p.GTIN, p.Batch)
		p.PNG = s.link("01", p.GTIN, "10", p.Batch, "qr.png")
		p.SVG = s.link("01", p.GTIN, "10", p.Batch, "qr.svg")
	}
	body := s.render(c, v, http.StatusOK, "lot", p.Title+" "+p.Subtitle, p)
	if key != "" && body != nil {
		s.kept.put(&keptPage{key: key, body: body, tag: tagOf(body), moment: moment, nodes: st.nodesOf()})
	}
}

// redirect keeps the language that the link asked for.
func (s *site) redirect(c *gin.Context, status int, to string) {
	if l, byLink := chooseLanguage(c.Request); byLink {
		to += "?lang=" + string(l)
	}
	c.Header("Cache-Control", "no-cache")
	c.Redirect(status, to)
}
