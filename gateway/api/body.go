package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// readBody reads a JSON body within the limits; false when the request has
// been answered with a problem.
func (a *API) readBody(c *gin.Context) ([]byte, bool) {
	if media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err != nil ||
		media != "application/json" || c.GetHeader("Content-Encoding") != "" {
		fail(c, problemMediaType)
		return nil, false
	}
	return a.readBytes(c)
}

// readBytes is readBody for a body of any kind.
func (a *API) readBytes(c *gin.Context) ([]byte, bool) {
	size := c.Request.ContentLength
	if size > a.opt.MaxBody {
		fail(c, a.tooLarge())
		return nil, false
	}
	if size < 0 {
		size = a.opt.MaxBody
	}
	if !a.budget.take(size) {
		fail(c, problemBusy)
		return nil, false
	}
	defer a.budget.give(size)
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, a.opt.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return body, true
	case errors.As(err, &tooLarge):
		fail(c, a.tooLarge())
	case errors.Is(err, os.ErrDeadlineExceeded):
		fail(c, problemSlow)
	default:
		fail(c, problemBadRequest.withDetail("the body did not arrive whole"))
	}
	return nil, false
}

func (a *API) tooLarge() Problem {
	return problemTooLarge.withDetail("a body has at most " + strconv.FormatInt(a.opt.MaxBody, 10) + " bytes")
}

// splitList splits a body into its submissions: one object, or a list of
// them. What an element looks like inside is not looked at: it is refused
// alone.
func splitList(body []byte) (parts [][]byte, list bool, err error) {
	switch body = bytes.TrimLeft(body, " \t\r\n"); {
	case bytes.HasPrefix(body, []byte("{")):
		parts, err = record.DecodeBatch(slices.Concat([]byte("["), body, []byte("]")))
		if err == nil && len(parts) != 1 {
			err = errors.New("more than one object")
		}
		return parts, false, err
	case bytes.HasPrefix(body, []byte("[")):
		parts, err = record.DecodeBatch(body)
		return parts, true, err
	}
	return nil, false, errors.New("neither an object nor a list")
}

// splitSubmission takes the sealed parts out of a submission. What is left is
// the envelope, members as they came, for the ledger's own strict reader, which
// also refuses a second list of sealed parts. The part is JSON at least.
func splitSubmission(part []byte) (ledger.Submission, error) {
	if jsontext.Value(part).Kind() != '{' {
		return ledger.Submission{Envelope: part}, nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(part), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := d.ReadToken(); err != nil {
		return ledger.Submission{}, err
	}
	s := ledger.Submission{Envelope: append(make([]byte, 0, len(part)), '{')}
	for seen := false; d.PeekKind() == '"'; {
		name, err := d.ReadValue()
		if err != nil {
			return s, err
		}
		sealed := string(name) == `"sealed"` && !seen
		seen = seen || sealed
		if !sealed {
			s.Envelope = append(append(comma(s.Envelope), name...), ':')
		}
		value, err := d.ReadValue()
		switch {
		case err != nil:
			return s, err
		case sealed:
			s.Sealed = sealedParts(value)
		default:
			s.Envelope = append(s.Envelope, value...)
		}
	}
	s.Envelope = append(s.Envelope, '}')
	return s, nil
}

func comma(b []byte) []byte {
	if len(b) > 1 {
		return append(b, ',')
	}
	return b
}

// sealedParts reads the sealed member. What is no list of base64 strings is
// handed on as a part, which its record does not name, so that this record
// alone is refused.
func sealedParts(value jsontext.Value) [][]byte {
	var parts [][]byte
	if err := json.Unmarshal(value, &parts); err != nil {
		return [][]byte{bytes.Clone(value)}
	}
	return parts
}
