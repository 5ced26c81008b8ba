package fabric

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// issuer is a certificate authority made for one test.
type issuer struct {
	t           *testing.T
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newIssuer(t *testing.T, name string) *issuer {
	t.Helper()
	i := &issuer{t: t, key: newKey(t)}
	i.certificate = i.sign(&i.key.PublicKey, i.key, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
	return i
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (i *issuer) sign(public *ecdsa.PublicKey, by *ecdsa.PrivateKey, template, parent *x509.Certificate) *x509.Certificate {
	i.t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		i.t.Fatal(err)
	}
	template.SerialNumber = serial
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		i.t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		i.t.Fatal(err)
	}
	return certificate
}

// server is the TLS certificate of a peer with this name.
func (i *issuer) server(name string) tls.Certificate {
	i.t.Helper()
	key := newKey(i.t)
	c := i.sign(&key.PublicKey, i.key, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, i.certificate)
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
}

// user writes a key and its certificate, which holds until then.
func (i *issuer) user(dir, name string, until time.Time) (certificateFile, keyFile string) {
	i.t.Helper()
	key := newKey(i.t)
	c := i.sign(&key.PublicKey, i.key, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
	}, i.certificate)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		i.t.Fatal(err)
	}
	certificateFile, keyFile = filepath.Join(dir, "user.pem"), filepath.Join(dir, "user.key")
	writePEM(i.t, certificateFile, "CERTIFICATE", c.Raw)
	writePEM(i.t, keyFile, "PRIVATE KEY", der)
	return certificateFile, keyFile
}

func (i *issuer) file(dir, name string) string {
	i.t.Helper()
	path := filepath.Join(dir, name)
	writePEM(i.t, path, "CERTIFICATE", i.certificate.Raw)
	return path
}

// changes counts written files: each gets another time, however coarse the
// file system's clock is.
var changes atomic.Int64

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(time.Duration(changes.Add(1)) * time.Second)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}
