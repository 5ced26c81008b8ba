package resolver

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/gs1"
)

// vocabulary is the namespace of GS1's link types.
const vocabulary = "https://ref.gs1.org/voc/"

// target is where a link type leads.
type target struct {
	Href     string   `json:"href"`
	Title    string   `json:"title"`
	Type     string   `json:"type"`
	Hreflang []string `json:"hreflang,omitempty"`
}

// relation is a link type with its targets, the default first.
type relation struct {
	name    string // without prefix
	targets []target
}

// relations are what this resolver leads to from a product or a batch. A
// product alone leads nowhere: what the ledger knows it knows of batches.
func (v *Resolver) relations(l *gs1.Link) []relation {
	batch, ok := l.Value(gs1.AIBatch)
	if !ok {
		return nil
	}
	gtin := l.Key.Value
	page := v.public + "/01/" + gtin + "/10/" + gs1.Escape(batch)
	data := v.public + "/v1/batches/" + gtin + "/" + gs1.Escape(batch)
	events := v.public + "/epcis/events?MATCH_anyEPCClass=" + url.QueryEscape(gs1.BatchClass(gtin, batch))
	return []relation{
		{"pip", []target{
			{page + "?lang=zh", "产品信息与全程追溯", "text/html", []string{"zh-CN", "zh"}},
			{page + "?lang=en", "Product and its path", "text/html", []string{"en"}},
		}},
		{"traceability", []target{
			{events, "EPCIS 2.0 events of this batch", "application/ld+json", nil},
			{page + "?lang=zh", "全程追溯", "text/html", []string{"zh-CN", "zh"}},
			{page + "?lang=en", "Path of this batch", "text/html", []string{"en"}},
		}},
		{"certificationInfo", []target{{data + "/inspections", "Inspections and their verdicts", "application/json", nil}}},
		{"recallStatus", []target{{data + "/recall", "Whether a recall is active", "application/json", nil}}},
	}
}

// linkTypeOf is the link type that is asked for; empty for none.
func linkTypeOf(c *gin.Context) string {
	if kind := c.Query("linkType"); kind != "" {
		return kind
	}
	return c.Query("linktype")
}

// asksLinks tells whether something else than the page is asked for.
func asksLinks(c *gin.Context) bool {
	return linkTypeOf(c) != "" || accepts(c.GetHeader("Accept"), linksetType)
}

const linksetType = "application/linkset+json"

// negotiate answers a link in the form that pages use.
func (v *Resolver) negotiate(c *gin.Context, l *gs1.Link) {
	if !asksLinks(c) {
		return // the page
	}
	kind, accept := linkTypeOf(c), c.GetHeader("Accept")
	wantsSet := kind == "" || kind == "all" || kind == "linkset"
	if !v.known(c, l) {
		return
	}
	relations := v.relations(l)
	if wantsSet {
		v.linkset(c, l, relations)
		return
	}
	name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(kind, "gs1:"), vocabulary), "https://gs1.org/voc/")
	if name == "defaultLink" {
		name = "pip"
	}
	i := slices.IndexFunc(relations, func(r relation) bool { return r.name == name })
	if i < 0 {
		fail(c, http.StatusNotFound, "not_found", "this resolver has no link of type "+strconv.Quote(kind)+" for this code")
		return
	}
	chosen := choose(relations[i].targets, accept, c.GetHeader("Accept-Language"))
	rest := gs1.Link{Attributes: l.Attributes}
	for _, p := range l.Other {
		if !strings.EqualFold(p.Name, "linkType") && p.Name != "lang" {
			rest.Other = append(rest.Other, p)
		}
	}
	location := chosen.Href
	if q := rest.Query(); q != "" && chosen.Type == "text/html" { // an interface refuses what it does not know
		location += "&" + q
	}
	c.Header("Vary", "Accept, Accept-Language")
	c.Header("Cache-Control", "no-cache")
	c.Header("Link", "<"+v.public+l.Path()+"?linkType=linkset>; rel=\"linkset\"; type=\"application/linkset+json\"")
	c.Header("Location", location)
	c.AbortWithStatus(http.StatusTemporaryRedirect)
}

// known tells whether the ledger has the batch; false when the request has
// been answered.
func (v *Resolver) known(c *gin.Context, l *gs1.Link) bool {
	batch, ok := l.Value(gs1.AIBatch)
	if !ok {
		fail(c, http.StatusNotFound, "not_found", "the code names a product and no batch (10); what the ledger knows it knows of batches")
		return false
	}
	_, ok = v.lot(c, l.Key.Value, batch)
	return ok
}

// choose takes the target that fits best what the asker accepts: first its
// media type, then its language, the first of equals.
func choose(targets []target, accept, languages string) target {
	best, score := targets[0], -1.0
	for _, t := range targets {
		s := 4*weight(accept, func(r string) bool { return covers(r, t.Type) }) + 2*named(accept, t.Type)
		if len(t.Hreflang) == 0 { // data speaks no language
			s++
		} else {
			s += weight(languages, func(r string) bool {
				return r == "*" || slices.ContainsFunc(t.Hreflang, func(h string) bool { return sameLanguage(r, h) })
			})
		}
		if s > score {
			best, score = t, s
		}
	}
	return best
}

// named is 1 where the header names the media type itself and not by a
// wildcard.
func named(accept, media string) float64 {
	if weight(accept, func(r string) bool { return r == media }) > 0 && accept != "" {
		return 1
	}
	return 0
}

// weight is the highest weight of the ranges of a header that fit; 1 where
// there is no header.
func weight(header string, fits func(r string) bool) float64 {
	if header == "" {
		return 1
	}
	best := 0.0
	for part := range strings.SplitSeq(header, ",") {
		r, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !fits(strings.ToLower(strings.TrimSpace(r))) {
			continue
		}
		q := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(s, 64); err != nil || q < 0 || q > 1 {
				q = 0
			}
		}
		best = max(best, q)
	}
	return best
}

func covers(r, media string) bool {
	prefix, any := strings.CutSuffix(r, "*")
	return r == media || any && strings.HasPrefix(media, prefix) || r == "*/*"
}

// accepts tells whether a header names a media type itself.
func accepts(accept, media string) bool {
	return accept != "" && weight(accept, func(r string) bool { return r == media }) > 0
}

func sameLanguage(a, b string) bool {
	first, _, _ := strings.Cut(strings.ToLower(a), "-")
	second, _, _ := strings.Cut(strings.ToLower(b), "-")
	return first == second
}
