package session

import (
	"net/http"
	"net/url"
	"strings"
)

// CookieName is the name of the cookie that holds a browser's token. Under
// TLS the name itself keeps other hosts and paths from setting it.
func (k *Keeper) CookieName() string {
	if k.secure() {
		return "__Host-grainledger"
	}
	return "grainledger"
}

func (k *Keeper) secure() bool { return strings.HasPrefix(k.opt.Gateway, "https://") }

// SetCookie hands a token to a browser, out of reach of scripts and of other
// sites. An empty token takes it away.
func (k *Keeper) SetCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: k.CookieName(), Value: token, Path: "/", MaxAge: int(k.opt.Life.Seconds()),
		HttpOnly: true, Secure: k.secure(), SameSite: http.SameSiteStrictMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Token is the token of a request: of a program in the Authorization header,
// else of a browser in the cookie. It is empty where there is none.
//
// A request that changes something and goes by the cookie must come from a
// page of this gateway: a browser sends cookies along whoever made the page.
// One that does not has no token.
func (k *Keeper) Token(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	c, err := r.Cookie(k.CookieName())
	if err != nil || !safe(r.Method) && !k.FromOwnPage(r) {
		return ""
	}
	return c.Value
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// FromOwnPage tells whether a browser says that a page of this gateway made
// the request. A request that does not say where it comes from was not made
// by a page of a browser of the last years.
func (k *Keeper) FromOwnPage(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == k.opt.Gateway {
		return true
	}
	// The gateway may be reached by another name than its own, but not in a
	// weaker way: a page that came without TLS may be anybody's.
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == r.Host && (u.Scheme == "https" || u.Scheme == "http" && !k.secure())
}
