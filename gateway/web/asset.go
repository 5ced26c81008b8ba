package web

import (
	"io/fs"
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

// loadAssets reads the static files and the scripts that `make pages` built
// out of src, by their plain name.
func loadAssets() (map[string]asset, error) {
	out := map[string]asset{}
	for _, pattern := range []string{"static/*", "built/*.js"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			body, err := files.ReadFile(name)
			if err != nil {
				return nil, err
			}
			out[path.Base(name)] = newAsset(path.Base(name), body)
		}
	}
	return out, nil
}

func newAsset(name string, body []byte) asset {
	ext := path.Ext(name)
	return asset{
		name: strings.TrimSuffix(name, ext) + "." + record.SM3(body)[:12] + ext,
		kind: mime.TypeByExtension(ext),
		body: body,
	}
}

// script is the address of a built script, and empty where this gateway was
// built without: the page then says that nothing was checked.
func (s *site) script(name string) string {
	a, ok := s.assets[name]
	if !ok {
		return ""
	}
	return s.link("web", a.name)
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
