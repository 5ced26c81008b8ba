package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/test-network/local"
)

// rig is a network with the plain asset contract and our contract under the
// same policy, and our gateway in front, all as real processes.
type rig struct {
	dir     string
	net     *local.Network
	profile *network.Profile // of the organisation that runs the gateway
	file    string           // the profile as a file
	gateway *exec.Cmd
	url     string
	http    *http.Client
	load    *load
	lots    int // made so far
}

// assetContract is the definition of the plain contract.
const assetContract = "asset"

func newRig(ctx context.Context) (*rig, error) {
	dir, err := scratch()
	if err != nil {
		return nil, err
	}
	r := &rig{dir: dir, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096}}}
	for _, step := range []func(context.Context) error{r.build, r.startNetwork, r.startGateway, r.register} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return r, nil
}

// build builds what is measured from this tree.
func (r *rig) build(ctx context.Context) error {
	if err := local.BuildPrograms(ctx, "test-network/tools", "bin/fabric"); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", r.dir+"/bin/", "./gateway", "./chaincode", "./test-network/asset")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

func (r *rig) program(name string) string { return filepath.Join(r.dir, "bin", name) }

func (r *rig) startNetwork(ctx context.Context) error {
	var err error
	r.net, err = local.Open(local.Options{
		Dir: filepath.Join(r.dir, "network"), Programs: "bin/fabric", Chaincode: r.program("chaincode"),
		Tied: true, Progress: io.Discard, Consensus: os.Getenv("CONSENSUS"),
	})
	if err != nil {
		return err
	}
	if err := r.net.Up(ctx); err != nil {
		return err
	}
	if err := r.net.DeployAs(ctx, assetContract, "grain", r.program("asset")); err != nil {
		return err
	}
	org, err := r.net.Consortium().Organisation("depot")
	if err != nil {
		return err
	}
	r.profile = r.net.Profile(*org)
	r.profile.Contracts[assetContract] = assetContract
	raw, err := r.profile.Encode()
	if err != nil {
		return err
	}
	r.file = filepath.Join(r.dir, "profile.json")
	return os.WriteFile(r.file, raw, 0o600)
}

// startGateway starts the gateway as an operator does, with its defaults.
func (r *rig) startGateway(ctx context.Context) (err error) {
	if r.load, err = newLoad(); err != nil {
		return err
	}
	root, err := r.load.genesis()
	if err != nil {
		return err
	}
	rootFile := filepath.Join(r.dir, "root.json")
	if err := os.WriteFile(rootFile, root, 0o600); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(r.dir, "gateway.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	r.url = "http://" + address
	r.gateway = exec.Command(r.program("gateway"), append([]string{"--listen", address, "--data", filepath.Join(r.dir, "gateway"),
		"--ledger", "fabric", "--fabric-profile", r.file, "--root", rootFile, "--log-level", "warn"}, gatewayFlags()...)...)
	r.gateway.Stdout, r.gateway.Stderr = log, log
	if err := r.gateway.Start(); err != nil {
		return err
	}
	return r.await(ctx)
}

// gatewayFlags are more flags for the gateway, to try out.
func gatewayFlags() []string {
	return strings.Fields(os.Getenv("BENCH_GATEWAY_FLAGS"))
}

func (r *rig) await(ctx context.Context) error {
	for range 600 {
		resp, err := r.http.Get(r.url + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	log, _ := os.ReadFile(filepath.Join(r.dir, "gateway.log"))
	return fmt.Errorf("the gateway does not become ready: %s", log)
}

func (r *rig) register(ctx context.Context) error {
	records, err := r.load.registry()
	if err != nil {
		return err
	}
	return r.post(ctx, records)
}

// post sends records as one request and wants each to be committed and
// accepted.
func (r *rig) post(ctx context.Context, records [][]byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/v1/records", requestBody(records))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, raw)
	}
	return allAccepted(raw, len(records))
}

func allAccepted(raw []byte, want int) error {
	var answer struct {
		Results []struct {
			Verdict string `json:"verdict"`
			Reason  string `json:"reason"`
			Detail  string `json:"detail"`
			Ref     string `json:"ref"`
		} `json:"results"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return err
	}
	if len(answer.Results) != want {
		return fmt.Errorf("%d answers to %d records", len(answer.Results), want)
	}
	for _, r := range answer.Results {
		if r.Verdict != "accepted" {
			return fmt.Errorf("record %s: %s %s %s", r.Ref, r.Verdict, r.Reason, r.Detail)
		}
	}
	return nil
}

func (r *rig) close() error {
	if r.gateway != nil && r.gateway.Process != nil {
		_ = r.gateway.Process.Signal(syscall.SIGTERM)
		_ = r.gateway.Wait()
	}
	var err error
	if r.net != nil {
		err = r.net.Stop(context.Background())
	}
	if os.Getenv("BENCH_KEEP") != "" {
		return err
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}

// chain opens the channel for reading blocks.
func (r *rig) chain(ctx context.Context) (*fabric.Ledger, error) {
	p, err := network.ReadProfile(r.file)
	if err != nil {
		return nil, err
	}
	return fabric.Open(ctx, p, fabric.Options{})
}

// requestBody is the body of one POST.
func requestBody(records [][]byte) io.Reader {
	body := []byte{'['}
	for i, rec := range records {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, rec...)
	}
	return bytes.NewReader(append(body, ']'))
}
