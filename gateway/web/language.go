package web

import (
	"net/http"
	"strconv"
	"strings"
)

// language is one of the languages that pages speak.
type language string

const (
	chinese language = "zh"
	english language = "en"
)

// languages, the default first.
var languages = [...]language{chinese, english}

// tag is the language as the lang attribute names it.
func (l language) tag() string {
	if l == chinese {
		return "zh-CN"
	}
	return string(l)
}

// other is the language that the switch leads to.
func (l language) other() language {
	if l == chinese {
		return english
	}
	return chinese
}

func parseLanguage(s string) (language, bool) {
	for _, l := range languages {
		if s == string(l) {
			return l, true
		}
	}
	return chinese, false
}

const languageCookie = "lang"

// chooseLanguage: what the link says, else what an earlier link said, else
// what the browser asks for, else Chinese. It also tells whether the link
// said so, because then the choice is worth remembering.
func chooseLanguage(r *http.Request) (l language, byLink bool) {
	if l, ok := parseLanguage(r.URL.Query().Get("lang")); ok {
		return l, true
	}
	if c, err := r.Cookie(languageCookie); err == nil {
		if l, ok := parseLanguage(c.Value); ok {
			return l, false
		}
	}
	return acceptedLanguage(r.Header.Get("Accept-Language")), false
}

// acceptedLanguage takes the language of the highest weight, the first of
// equals. Somebody who asks for neither is better served in English.
func acceptedLanguage(header string) language {
	best, weight := chinese, 0.0
	named := false
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if primary == "" || primary == "*" {
			continue
		}
		named = true
		l, ok := parseLanguage(primary)
		if q := qualityOf(params); ok && q > weight {
			best, weight = l, q
		}
	}
	if named && weight == 0 {
		return english
	}
	return best
}

func qualityOf(params string) float64 {
	s, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}

// rememberLanguage keeps the choice for a year. The cookie holds two letters
// and nothing about the person.
func rememberLanguage(w http.ResponseWriter, l language, path string, secure bool) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: path, MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}
