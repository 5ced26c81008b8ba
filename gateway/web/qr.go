package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/skip2/go-qrcode"
)

// Width of a PNG in pixels: ?size= is held between the bounds.
const (
	defaultSize = 480
	minSize     = 120
	maxSize     = 2000
)

// codeURL is what the code of a batch holds, for ever.
func (s *site) codeURL(gtin, batch string) string {
	return s.public + "/01/" + gtin + "/10/" + batch
}

// code makes the QR code that the address asks for. It asks the form of GTIN
// and batch alone: a mill prints its codes before the batch is on the ledger.
func (s *site) code(c *gin.Context) (*qrcode.QRCode, bool) {
	v := s.speak(c)
	gtin, fault := codeFault(c.Param("gtin"), c.Param("batch"))
	if fault != "" {
		s.problem(c, v, http.StatusBadRequest, fault, form{GTIN: typed(c.Param("gtin")), Batch: typed(c.Param("batch"))})
		return nil, false
	}
	// Level M survives a wrinkled bag and stays coarse enough for cheap print.
	q, err := qrcode.New(s.codeURL(gtin, c.Param("batch")), qrcode.Medium)
	if err != nil {
		s.log.ErrorContext(c.Request.Context(), "make QR code", "error", err)
		s.problem(c, v, http.StatusInternalServerError, "unavailable", form{})
		return nil, false
	}
	return q, true
}

func (s *site) qrPNG(c *gin.Context) {
	size, ok := imageSize(c.Query("size"))
	if !ok {
		s.problem(c, s.speak(c), http.StatusBadRequest, "size", form{})
		return
	}
	q, ok := s.code(c)
	if !ok {
		return
	}
	// Whole pixels per module keep the edges sharp, so the image is the widest
	// that fits into the size. A negative size means pixels per module.
	png, err := q.PNG(-max(1, size/len(q.Bitmap())))
	if err != nil {
		s.log.ErrorContext(c.Request.Context(), "draw QR code", "error", err)
		s.problem(c, s.speak(c), http.StatusInternalServerError, "unavailable", form{})
		return
	}
	s.image(c, "image/png", png)
}

func (s *site) qrSVG(c *gin.Context) {
	if q, ok := s.code(c); ok {
		s.image(c, "image/svg+xml", drawSVG(q.Bitmap()))
	}
}

// image answers with a code. It changes only when PublicURL does.
func (s *site) image(c *gin.Context, kind string, body []byte) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=86400")
	h.Del("Set-Cookie") // a stored image must not carry somebody's choice
	if sameAsBefore(c, body) {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, kind, body)
}

// imageSize reads ?size=; ok is false where it is no number.
func imageSize(s string) (size int, ok bool) {
	if s == "" {
		return defaultSize, true
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, false
	}
	return min(max(n, minSize), maxSize), true
}

// drawSVG draws the modules, quiet zone included, one stroke for each run of
// dark modules in a row. It has no size of its own: the page gives it one.
func drawSVG(modules [][]bool) []byte {
	n := len(modules)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, n, n)
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, n, n)
	for y, row := range modules {
		for x := 0; x < n; x++ {
			run := 0
			for x+run < n && row[x+run] {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}
