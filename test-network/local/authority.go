package local

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Lifetimes of what a test network issues. A consortium uses the authorities
// that it has; here they show that renewal works.
const (
	authorityYears  = 15
	DefaultLifetime = 365 * 24 * time.Hour // of a node's or a user's certificate
)

// authority issues certificates of one organisation, for identities or TLS.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pem  []byte
}

// openAuthority reads the authority in dir, or makes it.
func openAuthority(dir, name string) (*authority, error) {
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	key, err := openKey(keyFile)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(certFile)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = selfSign(key, name)
		if err == nil {
			err = writeFile(certFile, raw, 0o644)
		}
	}
	if err != nil {
		return nil, err
	}
	cert, err := readCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", certFile, err)
	}
	return &authority{key: key, cert: cert, pem: raw}, nil
}

func selfSign(key *ecdsa.PrivateKey, name string) ([]byte, error) {
	now := time.Now().UTC()
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name, Organization: []string{name}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, SubjectKeyId: keyID(&key.PublicKey),
		KeyUsage:    x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	return encodePEM("CERTIFICATE", der), err
}

// request is a certificate to be issued.
type request struct {
	name  string
	role  string // organisational unit: peer, orderer, client, admin; empty for TLS
	tls   bool
	from  time.Time
	until time.Time
}

// issue signs a certificate for the key. It never outlives the authority.
func (a *authority) issue(r request, key *ecdsa.PublicKey) ([]byte, error) {
	if r.until.After(a.cert.NotAfter) {
		r.until = a.cert.NotAfter
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: r.name, Organization: a.cert.Subject.Organization},
		NotBefore: r.from, NotAfter: r.until, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: keyID(key),
	}
	if r.role != "" {
		t.Subject.OrganizationalUnit = []string{r.role}
	}
	if r.tls {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		t.DNSNames = []string{r.name, "localhost"}
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate for %s: %w", r.name, err)
	}
	return encodePEM("CERTIFICATE", der), nil
}

func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return new(big.Int).SetBytes(b)
}

func keyID(key *ecdsa.PublicKey) []byte {
	raw, err := key.Bytes()
	if err != nil {
		return nil // no key of ours is off its curve
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// openKey reads a private key, or makes it.
func openKey(path string) (*ecdsa.PrivateKey, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM block", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: not an elliptic-curve key", path)
	}
	return ec, nil
}

func makeKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, writeFile(path, encodePEM("PRIVATE KEY", der), 0o600)
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func readCertificate(raw []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	return x509.ParseCertificate(block.Bytes)
}

// writeFile writes a file that is whole or not there.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
