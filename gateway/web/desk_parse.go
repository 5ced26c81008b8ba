package web

import (
	"encoding/json"
	"html/template"
	"strings"
)

// parseDesk reads the templates of the desk for one language.
func (s *site) parseDesk(v voice) (pageSet, error) {
	funcs := template.FuncMap{
		"t": v.say, "link": s.link, "script": s.script,
		"asset":   func(name string) string { return s.link("web", s.assets[name].name) },
		"gateway": func() string { return s.desk.Sessions.Gateway() },
	}
	out := pageSet{}
	for _, name := range deskPages {
		t, err := template.New("layout.html").Funcs(funcs).ParseFS(files, "templates/desk/layout.html", "templates/desk/"+name+".html")
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// deskData is what the script knows of the page, as JSON that no text in it
// can end: < and > are escaped.
func (s *site) deskData(v voice) (template.JS, error) {
	texts := map[string]string{}
	for key := range v.texts {
		if strings.HasPrefix(key, "desk.") || strings.HasPrefix(key, "flag.") {
			texts[key] = v.say(key)
		}
	}
	data, err := json.Marshal(map[string]any{"base": s.base, "gateway": s.desk.Sessions.Gateway(), "texts": texts})
	return template.JS(data), err //nolint:gosec // our own catalogue, escaped by encoding/json
}
