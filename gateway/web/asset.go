package web

import (
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/record"
)

// asset is a file that pages name with the hash of its content, so that it
// can be kept for ever.
type asset struct {
	name string // style.<hash>.css
	kind string
	body []byte
}

// loadAssets reads the static files, by their plain name.
func loadAssets() (map[string]asset, error) {
	entries, err := files.ReadDir("static")
	if err != nil {
		return nil, err
	}
	out := make(map[string]asset, len(entries))
	for _, e := range entries {
		body, err := files.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, err
		}
		ext := path.Ext(e.Name())
		out[e.Name()] = asset{
			name: strings.TrimSuffix(e.Name(), ext) + "." + record.SM3(body)[:12] + ext,
			kind: mime.TypeByExtension(ext),
			body: body,
		}
	}
	return out, nil
}

// asset serves a static file. A name with another hash belongs to another
// version of the gateway: it gets the current file, which must not be kept.
func (s *site) asset(c *gin.Context) {
	stem, _, _ := strings.Cut(c.Param("file"), ".")
	a, ok := s.assets[stem+path.Ext(c.Param("file"))]
	if !ok {
		s.problem(c, s.speak(c), http.StatusNotFound, "page", form{})
		return
	}
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if a.name == c.Param("file") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	c.Data(http.StatusOK, a.kind, a.body)
}
