package local

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/network"
)

// connection is what a peer must know to call a chaincode service.
type connection struct {
	Address            string `json:"address"`
	DialTimeout        string `json:"dial_timeout"`
	TLSRequired        bool   `json:"tls_required"`
	ClientAuthRequired bool   `json:"client_auth_required"`
	ClientKey          string `json:"client_key"`
	ClientCert         string `json:"client_cert"`
	RootCert           string `json:"root_cert"`
}

// pack makes the package of a service. Both sides of the call prove who they
// are: without that, whoever reaches the port could have endorsements made.
func (n *Network) pack(o network.Organisation, s *service, program string) error {
	if !exists(s.Program) {
		raw, err := os.ReadFile(program)
		if err != nil {
			return err
		}
		if err := writeFile(s.Program, raw, 0o755); err != nil {
			return err
		}
	}
	dir := n.serviceDir(s)
	if err := n.tls(o, filepath.Join(dir, "tls"), "chaincode."+o.Name); err != nil {
		return err
	}
	// The peers' side lies in the package, which only an upgrade replaces: it
	// is good for as long as the authority is.
	forLong := n.validity()
	forLong.until = forLong.from.AddDate(authorityYears, 0, 0)
	if err := n.issueTLS(o, filepath.Join(dir, "client"), "peers."+o.Name, forLong); err != nil {
		return err
	}
	c := connection{Address: fmt.Sprintf("%s:%d", loopback, s.Port), DialTimeout: "10s", TLSRequired: true, ClientAuthRequired: true}
	for name, into := range map[string]*string{"client/server.key": &c.ClientKey, "client/server.crt": &c.ClientCert, "tls/ca.crt": &c.RootCert} {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		*into = string(raw)
	}
	pkg, err := chaincodePackage(s.Label, &c)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(pkg)
	s.PackageID = s.Label + ":" + hex.EncodeToString(sum[:])
	return writeFile(n.packageFile(s), pkg, 0o600) // it holds a key
}

// chaincodePackage is what an organisation installs on its peers: where the
// service is, nothing else.
func chaincodePackage(label string, c *connection) ([]byte, error) {
	where, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	code, err := tarball(file{"connection.json", where})
	if err != nil {
		return nil, err
	}
	metadata, err := json.Marshal(map[string]string{"type": "ccaas", "label": label}, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	return tarball(file{"metadata.json", metadata}, file{"code.tar.gz", code})
}

type file struct {
	name string
	data []byte
}

func tarball(files ...file) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	t := tar.NewWriter(zip)
	for _, f := range files {
		err := t.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Typeflag: tar.TypeReg})
		if err == nil {
			_, err = t.Write(f.data)
		}
		if err != nil {
			return nil, err
		}
	}
	err := errors.Join(t.Close(), zip.Close())
	return out.Bytes(), err
}
