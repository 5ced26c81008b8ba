package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emmansun/gmsm/sm2"
	tjfoc "github.com/tjfoc/gmsm/sm2"
)

// verifier checks one and the same good signature over and over.
type verifier func() bool

// verifyFigures measures bare SM2 verification of a record-sized message on
// all cores, by the library in use and by tjfoc/gmsm.
func verifyFigures(ctx context.Context, s sizes) ([]figure, error) {
	ours, theirs, err := verifiers()
	if err != nil {
		return nil, err
	}
	var a, b []float64
	for range s.pairs {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x, err := rate(s.verify, ours)
		if err != nil {
			return nil, err
		}
		y, err := rate(max(s.verify/20, 100), theirs)
		if err != nil {
			return nil, err
		}
		a, b = append(a, x), append(b, y)
	}
	return []figure{compare("sm2_verify_per_s", "1/s", a, b)}, nil
}

func verifiers() (ours, theirs verifier, err error) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	message := make([]byte, 300)
	sig, err := key.Sign(rand.Reader, message, sm2.DefaultSM2SignerOpts)
	if err != nil {
		return nil, nil, err
	}
	other := &tjfoc.PublicKey{Curve: tjfoc.P256Sm2(), X: new(big.Int).Set(key.X), Y: new(big.Int).Set(key.Y)}
	return func() bool { return sm2.VerifyASN1WithSM2(&key.PublicKey, nil, message, sig) },
		func() bool { return other.Verify(message, sig) }, nil
}

// rate runs a verifier n times on all cores and gives verifications per second.
func rate(n int, verify verifier) (float64, error) {
	var next atomic.Int64
	var bad atomic.Bool
	var wg sync.WaitGroup
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				if !verify() {
					bad.Store(true)
				}
			}
		})
	}
	wg.Wait()
	if bad.Load() {
		return 0, fmt.Errorf("a good signature does not verify")
	}
	return float64(n) / time.Since(start).Seconds(), nil
}
