package api

import (
	"bytes"
	"fmt"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/client/season/workbook"
	"github.com/grainledger/grainledger/gateway/draft"
	"github.com/grainledger/grainledger/record"
)

// maxFileName bounds a file's name, in bytes.
const maxFileName = 200

// fileName is the name that a file is to be called by; false when the request
// has been answered with a problem.
func fileName(c *gin.Context) (string, bool) {
	name := c.Query("file")
	if len(name) > maxFileName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		fail(c, problemBadRequest.withDetail("file is a name of at most 200 bytes"))
		return "", false
	}
	return name, true
}

// tableNamed is the table of a type that enterprises fill; nil for an empty name.
func tableNamed(name string) (*season.Table, bool) {
	if name == "" {
		return nil, true
	}
	for _, t := range draft.Types() {
		if t.Type == record.Type(name) {
			return t, true
		}
	}
	return nil, false
}

// postDraft takes a table as CSV or XLSX and tells what would become of its
// rows. Nothing of it is kept.
func (d *desk) postDraft(c *gin.Context) {
	name, ok := fileName(c)
	if !ok {
		return
	}
	only, known := tableNamed(c.Query("type"))
	switch {
	case !known:
		fail(c, problemBadRequest.withDetail("type is not that of a table that an enterprise fills"))
		return
	case !d.drafts.Allow(who(c).USCC):
		fail(c, problemOften)
		return
	}
	data, ok := d.api.readFile(c)
	if !ok || !d.api.fresh.ready(c) {
		return
	}
	made, err := d.Drafts.Make(c.Request.Context(), draft.Table{Issuer: who(c).USCC, File: name, Only: only, Data: data})
	if err != nil {
		failSubmit(c, err)
		return
	}
	answer(c, &made)
}

// readFile reads a body of any kind within the limits; false when the request
// has been answered with a problem.
func (a *API) readFile(c *gin.Context) ([]byte, bool) {
	if c.GetHeader("Content-Encoding") != "" {
		fail(c, problemMediaType)
		return nil, false
	}
	return a.readBytes(c)
}

// getTemplate is an empty table: <type>.csv, <type>.xlsx, or all.xlsx.
func (d *desk) getTemplate(c *gin.Context) {
	file := c.Param("file")
	ext := path.Ext(file)
	tables := draft.Types()
	if name := strings.TrimSuffix(file, ext); name != "all" {
		t, ok := tableNamed(name)
		if !ok || t == nil {
			fail(c, problemNotFound)
			return
		}
		tables = []*season.Table{t}
	}
	o := season.TemplateOptions{Chinese: c.Query("lang") != "en", Example: c.Query("example") == "1", BOM: true}
	if templateKinds[ext] == "" || ext == ".csv" && len(tables) > 1 {
		fail(c, problemNotFound)
		return
	}
	data, err := d.template(file, ext, tables, o)
	if err != nil {
		_ = c.Error(err)
		fail(c, problemInternal)
		return
	}
	attach(c, file, templateKinds[ext], data)
}

// templateKinds are the media types of templates, by the ending of their names.
var templateKinds = map[string]string{
	".csv":  "text/csv; charset=utf-8",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// template makes a template once: there are some dozens, and a workbook costs
// milliseconds that a stranger may ask for.
func (d *desk) template(file, ext string, tables []*season.Table, o season.TemplateOptions) ([]byte, error) {
	key := fmt.Sprint(file, o)
	if made, ok := d.templates.Load(key); ok {
		return made.([]byte), nil
	}
	var out bytes.Buffer
	var err error
	if ext == ".xlsx" {
		err = workbook.WriteTemplate(&out, tables, o)
	} else {
		err = season.WriteTemplate(&out, tables[0], o)
	}
	if err != nil {
		return nil, err
	}
	d.templates.Store(key, out.Bytes())
	return out.Bytes(), nil
}

// attach ends a request with a file to keep.
func attach(c *gin.Context, name, kind string, data []byte) {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, kind, data)
}
