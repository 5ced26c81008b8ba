package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/grainledger/grainledger/network"
)

// singles is a round of the plain thing: single CreateAsset calls through the
// official client, each waiting for its commit. It runs in a process of its
// own, so that what the client uses can be told from what this program does.
type singles struct {
	Profile string
	Seconds float64
	Clients int     // callers, each with one call at a time
	Rate    float64 // calls per second, arriving whether or not earlier ones are answered; 0: as fast as the callers can
	Prefix  string  // of the assets' ids
}

// singlesResult is what a round came to.
type singlesResult struct {
	Committed int
	Failed    int
	Seconds   float64
	CPU       float64   // seconds of the client process
	Latency   []float64 // milliseconds, sorted; from when a call was due
	Error     string
}

// run has a child do the round.
func (s singles) run(ctx context.Context) (*singlesResult, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	arg, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "singles-child", string(arg))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("singles: %w", err)
	}
	result := new(singlesResult)
	if err := json.Unmarshal(out, result); err != nil {
		return nil, err
	}
	if result.Error != "" {
		return nil, errors.New("singles: " + result.Error)
	}
	return result, nil
}

func singlesChild(args []string) error {
	var s singles
	if len(args) != 1 {
		return errors.New("singles-child takes one argument")
	}
	if err := json.Unmarshal([]byte(args[0]), &s); err != nil {
		return err
	}
	contract, closeAll, err := s.connect()
	if err != nil {
		return err
	}
	defer closeAll()
	result := s.measure(contract)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	result.CPU = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
	return json.MarshalWrite(os.Stdout, result)
}

func (s singles) connect() (*client.Contract, func(), error) {
	p, err := network.ReadProfile(s.Profile)
	if err != nil {
		return nil, nil, err
	}
	id, sign, err := identityOf(p)
	if err != nil {
		return nil, nil, err
	}
	peer := p.Peers[0]
	raw, err := os.ReadFile(peer.Authority)
	if err != nil {
		return nil, nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(raw)
	conn, err := grpc.NewClient(peer.Address, grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, peer.ServerName)))
	if err != nil {
		return nil, nil, err
	}
	g, err := client.Connect(id, client.WithSign(sign), client.WithHash(hash.SHA256), client.WithClientConnection(conn))
	if err != nil {
		return nil, nil, err
	}
	return g.GetNetwork(p.Channel).GetContract(assetContract), func() { _ = g.Close(); _ = conn.Close() }, nil
}

func identityOf(p *network.Profile) (*identity.X509Identity, identity.Sign, error) {
	raw, err := os.ReadFile(p.Certificate)
	if err != nil {
		return nil, nil, err
	}
	cert, err := identity.CertificateFromPEM(raw)
	if err != nil {
		return nil, nil, err
	}
	if raw, err = os.ReadFile(p.Key); err != nil {
		return nil, nil, err
	}
	key, err := identity.PrivateKeyFromPEM(raw)
	if err != nil {
		return nil, nil, err
	}
	id, err := identity.NewX509Identity(p.MSP, cert)
	if err != nil {
		return nil, nil, err
	}
	sign, err := identity.NewPrivateKeySign(key)
	return id, sign, err
}

// measure calls until the time is over, and then waits for what is under way.
func (s singles) measure(contract *client.Contract) *singlesResult {
	r := new(singlesResult)
	var mu sync.Mutex
	start := time.Now()
	call := func(n int, due time.Time) {
		_, err := contract.SubmitTransaction("CreateAsset", s.Prefix+strconv.Itoa(n), "yellow", "5", "Tom", "1300")
		ms := time.Since(due).Seconds() * 1000
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			r.Failed++
			return
		}
		r.Committed++
		r.Latency = append(r.Latency, ms)
	}
	drive(time.Duration(s.Seconds*float64(time.Second)), s.Clients, s.Rate, call)
	r.Seconds = time.Since(start).Seconds()
	slices.Sort(r.Latency)
	return r
}

// drive makes calls for a time and waits until all have returned: so many at
// a time as there are clients, or, where a rate is given, so many a second,
// each due at its own moment however long the others take.
func drive(length time.Duration, clients int, rate float64, call func(n int, due time.Time)) {
	if rate > 0 {
		driveOpen(length, rate, call)
		return
	}
	var next counter
	var wg sync.WaitGroup
	end := time.Now().Add(length)
	for range clients {
		wg.Go(func() {
			for now := time.Now(); now.Before(end); now = time.Now() {
				call(next.next(), now)
			}
		})
	}
	wg.Wait()
}

func driveOpen(length time.Duration, rate float64, call func(n int, due time.Time)) {
	var wg sync.WaitGroup
	start := time.Now()
	step := time.Duration(float64(time.Second) / rate)
	for n := range int(length / step) {
		due := start.Add(time.Duration(n) * step)
		time.Sleep(time.Until(due))
		wg.Go(func() { call(n, due) })
	}
	wg.Wait()
}

// counter counts calls.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n - 1
}

// percentile of sorted values.
func percentile(sorted []float64, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}
