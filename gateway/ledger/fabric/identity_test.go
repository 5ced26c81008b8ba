package fabric

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"

	"github.com/grainledger/grainledger/gateway/ledger"
)

func TestOpenFails(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w *world)
		word  string
	}{
		"no certificate": {func(w *world) { w.profile.Certificate += ".gone" }, "user.pem.gone"},
		"no key":         {func(w *world) { w.profile.Key += ".gone" }, "user.key.gone"},
		"no authority":   {func(w *world) { w.profile.Peers[0].Authority += ".gone" }, "tls.pem.gone"},
		"not a certificate": {func(w *world) {
			w.profile.Certificate = w.profile.Key
		}, "user.key"},
		"an empty authority": {func(w *world) {
			if err := os.WriteFile(w.profile.Peers[0].Authority, nil, 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, "holds no certificate"},
		"another one's key": {func(w *world) {
			other := filepath.Join(w.dir, "other")
			if err := os.Mkdir(other, 0o700); err != nil {
				w.t.Fatal(err)
			}
			_, w.profile.Key = w.ca.user(other, "other", time.Now().Add(time.Hour))
		}, "is not the key of"},
		"an expired certificate": {func(w *world) {
			w.ca.user(w.dir, "gateway", time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC))
		}, "has expired on 2024-05-06T07:08:09Z"},
		"no peers":              {func(w *world) { w.profile.Peers = nil }, "no peer"},
		"two names of one code": {func(w *world) { w.profile.Contracts["credit"] = "grain-cc" }, "one chaincode"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			c.spoil(w)
			if l, err := Open(t.Context(), w.profile, Options{}); err == nil || !strings.Contains(err.Error(), c.word) {
				t.Errorf("got %v, %v", l, err)
			}
		})
	}
	if _, err := Open(t.Context(), newWorld(t, 1).profile, Options{InFlight: -1}); err == nil {
		t.Error("a negative limit is taken")
	}
}

// Peers need not be there when a gateway starts.
func TestOpenWithoutPeers(t *testing.T) {
	w := newWorld(t, 2)
	for _, p := range w.peers {
		p.stop()
	}
	l := w.open()
	if _, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"}); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestCertificateExpiresAndIsRenewed(t *testing.T) {
	w := newWorld(t, 1)
	var later atomic.Int64
	var log logged
	l := w.open(func(o *Options) {
		o.now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	submit := func() error {
		_, err := l.Submit(t.Context(), ledger.Tx{Function: "Submit"})
		return err
	}
	if err := submit(); err != nil {
		t.Fatal(err)
	}
	later.Store(int64(48 * time.Hour))
	if err := submit(); !errors.Is(err, ledger.ErrUnavailable) || !strings.Contains(err.Error(), "has expired on") {
		t.Fatalf("expired: %v", err)
	}
	go func() {
		log.await("level=ERROR")
		w.ca.user(w.dir, "renewed", time.Now().Add(96*time.Hour))
	}()
	follow(t, l, 0, 2, nil) // waits until it may read again
	if err := submit(); err != nil {
		t.Fatalf("renewed: %v", err)
	}
	p := w.peers[0]
	if len(p.creators) != 2 || bytes.Equal(p.creators[0], p.creators[1]) {
		t.Error("the new certificate was not used")
	}
}

// Between the writing of the two files, the old pair serves.
func TestHalfRenewed(t *testing.T) {
	w := newWorld(t, 1)
	l := w.open()
	old, err := os.ReadFile(w.profile.Key)
	if err != nil {
		t.Fatal(err)
	}
	before, err := l.id.current()
	if err != nil {
		t.Fatal(err)
	}
	w.ca.user(w.dir, "renewed", time.Now().Add(time.Hour))
	renewed, err := os.ReadFile(w.profile.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.profile.Key, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := l.id.current(); err != nil || got != before {
		t.Errorf("half renewed: %v", err)
	}
	if err := os.WriteFile(w.profile.Key, renewed, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := l.id.current(); err != nil || got.certificate.Subject.CommonName != "renewed" {
		t.Errorf("renewed: %v", err)
	}
}

// A peer gets a TLS certificate of a new authority, and the profile's file
// names it.
func TestRenewedAuthority(t *testing.T) {
	w := newWorld(t, 1)
	l := w.open()
	if _, err := l.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := w.peers[0]
	p.stop()
	other := newIssuer(t, "other")
	p.tls = credentials.NewServerTLSFromCert(new(other.server("peer.test")))
	p.start(p.address)
	_, err := l.Evaluate(t.Context(), ledger.Tx{Function: "State"})
	for end := time.Now().Add(bound); err != nil && !strings.Contains(err.Error(), "its TLS certificate is not accepted") && time.Now().Before(end); {
		_, err = l.Evaluate(t.Context(), ledger.Tx{Function: "State"})
	}
	if !errors.Is(err, ledger.ErrUnavailable) || !strings.Contains(err.Error(), "tls.pem") {
		t.Fatalf("under an unknown authority: %v", err)
	}
	other.file(w.dir, "tls.pem")
	for end := time.Now().Add(bound); err != nil && time.Now().Before(end); {
		_, err = l.Evaluate(t.Context(), ledger.Tx{Function: "State"})
	}
	if err != nil {
		t.Errorf("under the new authority: %v", err)
	}
}
