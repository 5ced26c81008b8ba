package network

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

var shortFabric = FabricConfig{Core: []byte(shortCore), Orderer: []byte(shortOrderer)}

func hostFiles(t *testing.T, c *Consortium, kind, org string) map[string][]byte {
	t.Helper()
	files, err := HostFiles(c, kind, org, Hosting{Domain: testDomain}, shortFabric)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestNodesFindTheirFiles: what a rendered configuration names is mounted.
func TestNodesFindTheirFiles(t *testing.T) {
	everyHost(t, func(t *testing.T, c *Consortium, kind, org string) {
		files := hostFiles(t, c, kind, org)
		_, compose := renderCompose(t, c, kind, org, Hosting{})
		for name, want := range map[string][]string{
			"config/orderer0/orderer.yaml": {"General.LocalMSPDir", "General.TLS.Certificate", "FileLedger.Location", "Consensus.WALDir"},
			"config/peer0/core.yaml":       {"peer.mspConfigPath", "peer.tls.cert.file", "peer.fileSystemPath", "chaincode.externalBuilders.0.path"},
		} {
			raw, ok := files[name]
			if !ok {
				continue
			}
			service := compose.Services[filepath.Base(filepath.Dir(name))]
			for _, setting := range want {
				path, _ := at(t, raw, setting).(string)
				under := func(v parsedVolume) bool { return path == v.Target || strings.HasPrefix(path, v.Target+"/") }
				if !slices.ContainsFunc(service.Volumes, under) {
					t.Errorf("%s: %s is %q, which is not mounted", name, setting, path)
				}
			}
		}
	})
}

// TestMountsHaveSources: what is mounted is rendered here or is named in the
// steps for the operator to bring.
func TestMountsHaveSources(t *testing.T) {
	everyHost(t, func(t *testing.T, c *Consortium, kind, org string) {
		files := hostFiles(t, c, kind, org)
		_, compose := renderCompose(t, c, kind, org, Hosting{})
		for name, s := range compose.Services {
			for _, v := range s.Volumes {
				source := strings.TrimPrefix(v.Source, "./")
				rendered := source == "builder" // the command adds its scripts
				for file := range files {
					rendered = rendered || strings.HasPrefix(file, source+"/")
				}
				if !rendered && !strings.Contains(string(files["README.md"]), strings.TrimSuffix(source, "/msp")) {
					t.Errorf("%s: nobody says where %s comes from", name, source)
				}
			}
		}
	})
}

func TestHostProfile(t *testing.T) {
	c := wanted(t)
	raw := hostFiles(t, c, Raft, "depot")["gateway/connection.json"]
	got, err := ReadProfile(writeTest(t, raw))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Peers) != 3 || got.Peers[0].MSP != "DepotMSP" || got.MSP != "DepotMSP" {
		t.Errorf("the organisation's own peer is not the first: %+v", got.Peers)
	}
	for _, p := range got.Peers {
		if !strings.HasSuffix(p.ServerName, "."+testDomain) || p.Address != p.ServerName+":7051" || !strings.Contains(p.Authority, "/channel/orgs/") {
			t.Errorf("peer %+v", p)
		}
	}
	if want := []string{"RegulatorMSP", "DepotMSP"}; !slices.Equal(got.Collections["grain/sealed"], want) {
		t.Errorf("collections %v", got.Collections)
	}
}

// TestSteps: the words that every organisation has to approve alike are alike.
func TestSteps(t *testing.T) {
	c := wanted(t)
	text := func(org string) string { return string(hostFiles(t, c, BFT, org)["README.md"]) }
	for _, want := range []string{"$GRAIN_1_PACKAGE_ID", "--signature-policy \"OutOf(1, 'RegulatorMSP.peer')\"", "osnadmin channel join --channelID grain"} {
		if !strings.Contains(text("regulator"), want) {
			t.Errorf("the regulator's steps have no %s", want)
		}
	}
	if strings.Contains(text("depot"), "$CREDIT_1_PACKAGE_ID") {
		t.Error("the depot approves credit with a package that it does not run")
	}
	if strings.Contains(text("auditor"), "approveformyorg") {
		t.Error("the auditor has no peer to approve with")
	}
	mine, theirs := approvals(text("depot")), approvals(text("ministry"))
	if len(mine) != 2 || !slices.Equal(mine, theirs) {
		t.Errorf("depot approves\n%q, ministry\n%q", mine, theirs)
	}
}

// approvals are the definitions in the lines that approve them.
func approvals(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if _, flags, ok := strings.Cut(line, "approveformyorg "); ok {
			out = append(out, strings.TrimSpace(flags))
		}
	}
	return out
}

// TestPackageScript makes a package as an operator does, and reads it as a
// peer does.
func TestPackageScript(t *testing.T) {
	for _, program := range []string{"sh", "awk", "tar", "sha256sum"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s here", program)
		}
	}
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put("package.sh", string(hostFiles(t, wanted(t), Raft, "depot")["package.sh"]))
	put("chaincode/grain-collections.json", "[]")
	put("crypto/chaincode/client/client.key", "KEY\n+/=\n")
	put("crypto/chaincode/client/client.crt", "CERT\n")
	put("crypto/chaincode/tls/ca.crt", "CA\n")
	put(".env", "OTHER=1\nGRAIN_1_PACKAGE_ID=old\n")
	run := func(label string) (string, error) {
		out, err := exec.Command("sh", filepath.Join(dir, "package.sh"), label).Output()
		return strings.TrimSpace(string(out)), err
	}
	first, err := run("grain_1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := run("grain_1"); err != nil || again != first {
		t.Errorf("a second time it is %q, %v", again, err)
	}
	if _, err := run("credit_1"); err == nil {
		t.Error("the depot makes a package of credit, which it does not run")
	}
	env, _ := os.ReadFile(filepath.Join(dir, ".env"))
	if string(env) != "OTHER=1\nGRAIN_1_PACKAGE_ID="+first+"\n" {
		t.Errorf(".env is %q", env)
	}
	checkPackage(t, filepath.Join(dir, "chaincode", "grain_1.tgz"), first)
}

func checkPackage(t *testing.T, path, id string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(raw); id != "grain_1:"+hex.EncodeToString(sum[:]) {
		t.Errorf("its id is %s", id)
	}
	outer := untar(t, raw)
	if got := strings.TrimSpace(string(outer["metadata.json"])); got != `{"label":"grain_1","type":"ccaas"}` {
		t.Errorf("metadata %s", got)
	}
	var connection map[string]any
	if err := json.Unmarshal(untar(t, outer["code.tar.gz"])["connection.json"], &connection); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"address": "grain-1.chaincode.depot." + testDomain + ":9999", "client_key": "KEY\n+/=\n", "client_cert": "CERT\n",
		"root_cert": "CA\n", "tls_required": true, "client_auth_required": true,
	} {
		if connection[name] != want {
			t.Errorf("%s is %q, not %q", name, connection[name], want)
		}
	}
}

func untar(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for r := tar.NewReader(zip); ; {
		h, err := r.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if out[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}
