package web

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
)

// site is the pages, ready to serve. Nothing in it but the cache changes
// after Register.
type site struct {
	reader Reader
	wait   func(context.Context) error
	log    *slog.Logger
	public string // PublicURL without a slash at its end
	base   string // path part of public: every link begins with it
	secure bool   // the cookie travels over https only
	voices map[language]voice
	pages  map[language]pageSet
	assets map[string]asset
	opt    Options
	robots robots
	cache  *pageCache

	desk      *Desk // nil: there is none
	deskPages map[language]pageSet
}

// Register adds the pages to the routes of r:
//
//	GET /                           start page: enter a code, latest batches
//	GET /01/{gtin}/10/{batch}       a retail batch (GS1 Digital Link)
//	GET /01/{gtin}/10/{batch}/qr.png, qr.svg   its QR code
//	GET /lots/{id}                  any lot
//	GET /lots/{id}/records          the records that its page is made of, in pages
//	GET /desk, /desk/list/{list}, /desk/jobs/{id}   企业工作台, where there is one
//	GET /web/{file}                 style sheets, scripts and icon
//
// It fails only on options or files that can never work.
func Register(r gin.IRouter, opt Options) error {
	s, err := newSite(opt)
	if err != nil {
		return err
	}
	for path, h := range map[string]gin.HandlerFunc{
		"/":                          s.fresh(s.start),
		"/01/:gtin":                  s.productOnly,
		"/01/:gtin/10/:batch":        s.fresh(s.batch),
		"/01/:gtin/10/:batch/qr.png": s.qrPNG,
		"/01/:gtin/10/:batch/qr.svg": s.qrSVG,
		"/lots/:id":                  s.fresh(s.lot),
		"/lots/:id/records":          s.fresh(s.records),
		"/web/:file":                 s.asset,
	} {
		r.Match([]string{http.MethodGet, http.MethodHead}, path, h)
	}
	if s.desk != nil {
		s.routeDesk(r)
	}
	return nil
}

// fresh lets a page wait until the read model has what was answered before.
func (s *site) fresh(page gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := s.wait(c.Request.Context()); err != nil {
			s.failed(c, s.speak(c), err, "", form{})
			return
		}
		page(c)
	}
}

func newSite(opt Options) (*site, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	public, err := opt.publicBase()
	if err != nil {
		return nil, err
	}
	s := &site{
		reader: opt.Reader, log: opt.Log, public: public.String(), base: public.EscapedPath(),
		secure: public.Scheme == "https", voices: map[language]voice{}, pages: map[language]pageSet{},
		desk: opt.Desk, deskPages: map[language]pageSet{},
		opt: opt,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.wait = opt.Fresh; s.wait == nil {
		s.wait = func(context.Context) error { return nil }
	}
	if s.opt.Keeper == nil {
		s.opt.Keeper = byHeight{s.reader}
	}
	s.cache = newPageCache(s.opt.Keeper)
	if s.robots, err = loadRobots(); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	return s, s.loadVoices()
}

func (s *site) loadVoices() error {
	texts, err := loadCatalogue()
	if err != nil {
		return err
	}
	names, err := loadReference()
	if err != nil {
		return err
	}
	for _, l := range languages {
		v := voice{language: l, texts: texts, names: names}
		s.voices[l] = v
		if s.pages[l], err = s.parsePages(v); err != nil {
			return err
		}
		if s.desk == nil {
			continue
		}
		if s.deskPages[l], err = s.parseDesk(v); err != nil {
			return err
		}
	}
	return nil
}
