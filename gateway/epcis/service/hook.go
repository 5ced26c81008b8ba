package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/grainledger/grainledger/record"
)

// Limits of a delivery.
const (
	hookTimeout   = 15 * time.Second
	maxDest       = 2000    // characters of a destination
	maxHookAnswer = 4 << 10 // bytes that are read of an answer
)

var errTarget = errors.New("leads to an address that is not public")

// checkDest tells whether a destination may be subscribed. Where its name
// leads is checked again at every connection.
func (s *Service) checkDest(dest string) error {
	u, err := url.Parse(dest)
	switch {
	case err != nil || u.Host == "" || len(dest) > maxDest:
		return errors.New("dest: is not an address")
	case u.User != nil || u.Fragment != "":
		return errors.New("dest: has a user or a fragment")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && s.opt.InsecureHooks && loopback(u.Hostname()):
		return nil
	}
	return errors.New("dest: is not https")
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// newHookClient makes the client of deliveries: no proxy, no redirects, and no
// connection to addresses that only this machine or its network can reach,
// whatever name leads there.
func newHookClient(insecure bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !public(at.Addr()) && !(insecure && at.Addr().Unmap().IsLoopback()) {
			return errTarget
		}
		return nil
	}}
	return &http.Client{
		Timeout:       hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
			MaxIdleConns: 20, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true},
	}
}

// reserved are networks that netip has no word for: shared addresses, tests,
// documentation, benchmarks, relays, and the future.
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

// unicast is all of IPv6 that has been given out to the world. Whatever else
// there is translates, stays inside, or is not routed.
var unicast = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) (out []netip.Prefix) {
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if ip.Is6() && !unicast.Contains(ip) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast()
}

// signRequest signs a delivery in the manner of HTTP Message Signatures (RFC
// 9421), with an algorithm that its registry does not have: SM2 with SM3 over
// the signature base, DER. The body is covered by its digest (RFC 9530).
func signRequest(r *http.Request, body []byte, key *record.PrivateKey, created time.Time) error {
	digest := sha256.Sum256(body)
	r.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":")
	components := []struct{ name, value string }{
		{"@method", r.Method}, {"@target-uri", r.URL.String()},
		{"content-digest", r.Header.Get("Content-Digest")}, {"content-type", r.Header.Get("Content-Type")},
	}
	var base strings.Builder
	names := make([]string, len(components))
	for i, c := range components {
		names[i] = `"` + c.name + `"`
		fmt.Fprintf(&base, "%s: %s\n", names[i], c.value)
	}
	params := fmt.Sprintf(`(%s);created=%d;keyid="%s";alg="sm2-sm3"`, strings.Join(names, " "), created.Unix(), key.Public().ID())
	base.WriteString(`"@signature-params": ` + params)
	sig, err := key.Sign([]byte(base.String()))
	if err != nil {
		return err
	}
	r.Header.Set("Signature-Input", "gl="+params)
	r.Header.Set("Signature", "gl=:"+base64.StdEncoding.EncodeToString(sig)+":")
	return nil
}

// post delivers a document. Its error says nothing of the destination beyond
// what went wrong, since an address may hold a secret.
func (s *Service) post(ctx context.Context, client *http.Client, dest string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, dest, bytes.NewReader(body))
	if err != nil {
		return errors.New("the destination is not an address")
	}
	r.Header.Set("Content-Type", "application/ld+json")
	r.Header.Set("GS1-EPCIS-Version", "2.0.0")
	r.Header.Set("User-Agent", "GrainLedger")
	if err := signRequest(r, body, s.opt.Key, time.Now()); err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err // without the address
		}
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxHookAnswer))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("the destination answered %d", answer.StatusCode)
	}
	return err
}
