package fabric

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
)

// signer is the identity that carries transactions.
type signer struct {
	*identity.X509Identity
	sign        identity.Sign
	certificate *x509.Certificate
}

// identityFiles is the signer of two files, read again when they change, so
// that a renewed certificate needs no restart.
type identityFiles struct {
	msp, certificate, key string

	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	seen  [2]stamp // of the files when they were last read
	last  *signer
	wrong error // of the last reading, nil where it gave last
}

// stamp tells whether a file was changed.
type stamp struct {
	at   time.Time
	size int64
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

// current is the signer as the files have it. While they cannot be read, or
// do not belong together (one of the two was replaced so far), the one before
// serves on. An expired certificate is an error that names the date.
func (f *identityFiles) current() (*signer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.refresh(); err != nil {
		return nil, err
	}
	if until := f.last.certificate.NotAfter; f.now().After(until) {
		return nil, fmt.Errorf("certificate %s (%s) has expired on %s",
			f.certificate, f.last.certificate.Subject.CommonName, until.Format(time.RFC3339))
	}
	return f.last, nil
}

func (f *identityFiles) refresh() error {
	certificate, err1 := stampOf(f.certificate)
	key, err2 := stampOf(f.key)
	seen := [2]stamp{certificate, key}
	err := errors.Join(err1, err2)
	if err == nil && seen == f.seen {
		return f.without()
	}
	var s *signer
	if err == nil {
		s, err = readSigner(f.msp, f.certificate, f.key)
	}
	if err != nil {
		if f.last != nil && (f.wrong == nil || f.wrong.Error() != err.Error()) {
			f.log.Error("the renewed identity cannot be used; the one before serves on", "error", err)
		}
		f.wrong = err
		return f.without()
	}
	if f.last != nil {
		f.log.Info("the identity was renewed", "subject", s.certificate.Subject.CommonName, "until", s.certificate.NotAfter)
	}
	f.seen, f.last, f.wrong = seen, s, nil
	return nil
}

// without is the error of having no signer at all.
func (f *identityFiles) without() error {
	if f.last == nil {
		return f.wrong
	}
	return nil
}

func readSigner(msp, certificateFile, keyFile string) (*signer, error) {
	raw, err := os.ReadFile(certificateFile) //nolint:gosec // named by the operator
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	certificate, err := identity.CertificateFromPEM(raw)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", certificateFile, err)
	}
	if raw, err = os.ReadFile(keyFile); err != nil { //nolint:gosec // named by the operator
		return nil, fmt.Errorf("key: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(raw)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", keyFile, err)
	}
	if !belong(key, certificate) {
		return nil, fmt.Errorf("key %s is not the key of certificate %s", keyFile, certificateFile)
	}
	id, err := identity.NewX509Identity(msp, certificate)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", certificateFile, err)
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", keyFile, err)
	}
	return &signer{X509Identity: id, sign: sign, certificate: certificate}, nil
}

func belong(key crypto.PrivateKey, certificate *x509.Certificate) bool {
	private, ok := key.(crypto.Signer)
	if !ok {
		return false
	}
	public, ok := private.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(certificate.PublicKey)
}
