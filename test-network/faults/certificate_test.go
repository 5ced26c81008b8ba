package faults

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/network"
)

// issuer issues client certificates, as an organisation's authority does.
type issuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issuer is the authority of an organisation of the network.
func (s *scene) issuer(org string) *issuer {
	s.t.Helper()
	dir := filepath.Join(s.net.Dir(), "orgs", org, "ca")
	key, err := x509.ParsePKCS8PrivateKey(readPEM(s.t, filepath.Join(dir, "key.pem")))
	if err != nil {
		s.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(readPEM(s.t, filepath.Join(dir, "cert.pem")))
	if err != nil {
		s.t.Fatal(err)
	}
	return &issuer{s.t, cert, key.(*ecdsa.PrivateKey)}
}

func readPEM(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		t.Fatalf("%s holds no PEM block", path)
	}
	return block.Bytes
}

// pair is a certificate and its key, in PEM.
type pair struct {
	cert, key []byte
	until     string // as errors name it
}

// client issues a certificate for a client that is good until a time.
func (i *issuer) client(name string, until time.Time) pair {
	i.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	until = until.UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: i.cert.NotBefore.Add(time.Minute), NotAfter: until,
		Subject:               pkix.Name{CommonName: name, Organization: i.cert.Subject.Organization, OrganizationalUnit: []string{"client"}},
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, i.cert, &key.PublicKey, i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		i.t.Fatal(err)
	}
	return pair{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), until.Format(time.RFC3339)}
}

// ownIdentity lets the gateway read its certificate from files of the test.
func ownIdentity(p *pair) func(*scene) {
	return func(s *scene) {
		s.t.Helper()
		dir := s.t.TempDir()
		if p.cert == nil {
			*p = s.issuer(ours).client("gateway.depot", time.Now().Add(20*time.Hour))
		}
		s.profile.Certificate, s.profile.Key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		s.install(*p)
	}
}

// install puts a pair in place as a careful operator does: each file whole.
func (s *scene) install(p pair) {
	s.t.Helper()
	for path, data := range map[string][]byte{s.profile.Certificate: p.cert, s.profile.Key: p.key} {
		put(s.t, path+".new", data)
		if err := os.Rename(path+".new", path); err != nil {
			s.t.Fatal(err)
		}
	}
}

// A gateway that could never carry a transaction does not start, and says
// which certificate is at fault and until when it holds.
func TestGatewayDoesNotStartWithAWrongCertificate(t *testing.T) {
	var good pair
	s := newScene(t, network.Raft, ownIdentity(&good))
	expired := s.issuer(ours).client("gateway.depot", time.Now().Add(-10*time.Minute))
	foreign := s.issuer("ministry").client("gateway.ministry", time.Now().Add(time.Hour))
	s.gateway.kill()
	for name, c := range map[string]struct {
		pair  pair
		words []string
	}{
		"expired":                {expired, []string{s.profile.Certificate, "has expired on " + expired.until}},
		"of a foreign authority": {foreign, []string{"gateway.ministry", "DepotMSP", foreign.until, "is not accepted"}},
		"with another key":       {pair{cert: good.cert, key: foreign.key}, []string{s.profile.Key, "is not the key of certificate", s.profile.Certificate}},
	} {
		s.install(c.pair)
		s.gateway.launch()
		within(t, "the gateway ends: "+name, s.gateway.ended)
		if code := s.gateway.cmd.ProcessState.ExitCode(); code != 1 {
			t.Errorf("%s: it ended with code %d", name, code)
		}
		if s.gateway.out.count(c.words...) == 0 {
			t.Errorf("%s: it does not say %q", name, c.words)
		}
	}
	s.install(good)
	s.gateway.start()
	s.serves("with its own certificate")
	s.check()
}

// A certificate that ends, and every wrong one that is put in its place, stops
// the service and nothing else; the right one lets it go on, without a start.
func TestCertificateEndsUnderLoad(t *testing.T) {
	var first pair
	s := newScene(t, network.Raft, ownIdentity(&first))
	authority := s.issuer(ours)
	foreign := s.issuer("ministry").client("gateway.ministry", time.Now().Add(time.Hour))
	s.underLoad("a", func(l *load) {
		s.install(pair{cert: first.cert, key: foreign.key})
		s.serves("with a key that does not match, by the identity before")
		l.goesOn(1)
		if s.gateway.out.count("level=ERROR", "is not the key of certificate", s.profile.Certificate) == 0 {
			t.Error("the log does not tell of the key that does not match")
		}
		ending := authority.client("gateway.depot", time.Now().Add(5*time.Second))
		s.install(ending)
		s.standsStill("certificate "+s.profile.Certificate, "has expired on "+ending.until)
		s.install(foreign)
		s.standsStill("the certificate of gateway.ministry in DepotMSP", foreign.until, "is not accepted")
		s.install(authority.client("gateway.depot", time.Now().Add(time.Hour)))
		s.serves("with a new certificate")
		within(t, "the gateway is ready", s.gateway.ready)
		l.goesOn(1)
	})
	s.check()
}

// standsStill waits until the gateway is not ready and says why, and wants it
// to commit nothing.
func (s *scene) standsStill(words ...string) {
	s.t.Helper()
	within(s.t, "the gateway is not ready", func() bool {
		return !s.gateway.ready() && s.gateway.out.count(words...) > 0
	})
	ctx, cancel := soon()
	defer cancel()
	still := s.gateway.signers().harvest("still")
	// What was under way when the certificate ended may come a moment later.
	within(s.t, "nothing more is committed", func() bool {
		before := s.height(ctx)
		_, err := s.client().Submit(ctx, still)
		if refused, ok := err.(*client.Error); !ok || !refused.Temporary() {
			s.t.Errorf("a record was answered with %v", err)
			return true
		}
		return s.height(ctx) == before
	})
}

func (s *scene) height(ctx context.Context) uint64 {
	s.t.Helper()
	h, err := s.net.Height(ctx, s.peer("regulator"))
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// A peer that proves itself by a certificate of nobody known is left out, and
// named; the others serve. Once its authority is known it is taken back.
func TestPeerOfAForeignTLSAuthority(t *testing.T) {
	var right []byte
	var file, own string
	s := newScene(t, network.Raft, func(s *scene) {
		first := &s.profile.Peers[0]
		var err error
		if right, err = os.ReadFile(first.Authority); err != nil {
			t.Fatal(err)
		}
		wrong, err := os.ReadFile(s.profile.Peers[1].Authority)
		if err != nil || bytes.Equal(right, wrong) {
			t.Fatalf("the peers have one authority: %v", err)
		}
		file, own = filepath.Join(t.TempDir(), "authority.pem"), first.Address
		put(t, file, wrong)
		first.Authority = file
	})
	s.serves("without the peer")
	if s.gateway.out.count("a peer does not answer", own, "unknown authority") == 0 {
		t.Error("the log does not name the peer")
	}
	s.underLoad("a", func(l *load) {
		put(t, file, right)
		within(t, "the peer is taken back", func() bool {
			return s.gateway.out.count("a peer answers again", own) > 0
		})
		l.goesOn(1)
	})
	s.check()
}
