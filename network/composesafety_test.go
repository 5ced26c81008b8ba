package network

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// runsAs is the user of every container.
const runsAs = "65532:65532"

// TestContainersAreHemmedIn: what holds for every container.
func TestContainersAreHemmedIn(t *testing.T) {
	everyHost(t, func(t *testing.T, c *Consortium, kind, org string) {
		_, got := renderCompose(t, c, kind, org, Hosting{})
		for name, s := range got.Services {
			if s.User != runsAs || !s.ReadOnly || s.Privileged || !slices.Equal(s.CapDrop, []string{"ALL"}) ||
				!slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
				t.Errorf("%s has more rights than it needs: %+v", name, s)
			}
			if s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "" {
				t.Errorf("%s may fill the disk with its log", name)
			}
			if s.Restart != "unless-stopped" && len(s.Profiles) == 0 {
				t.Errorf("%s does not come back: restart %q", name, s.Restart)
			}
			if strings.HasPrefix(s.Image, "hyperledger/") && !strings.HasSuffix(s.Image, ":"+FabricVersion) {
				t.Errorf("%s runs %s", name, s.Image)
			}
			checkMounts(t, name, s)
		}
	})
}

// checkMounts: only data may be written, and what the command line brings back.
func checkMounts(t *testing.T, name string, s parsedService) {
	t.Helper()
	for _, v := range s.Volumes {
		writable := strings.HasPrefix(v.Source, "./data/") || (name == "cli" && v.Source == "./channel")
		if v.ReadOnly == writable {
			t.Errorf("%s: %s read-only is %v", name, v.Source, v.ReadOnly)
		}
	}
}

// TestNoSecretsInEnvironments: an environment holds addresses, names of files
// and package ids, nothing else; whoever may inspect a container reads it.
func TestNoSecretsInEnvironments(t *testing.T) {
	allowed := regexp.MustCompile(`^(/[\w./-]+|warn|error|true|grain|credit|\w+MSP|[\w.-]+:\d+|\$\{\w+_PACKAGE_ID:\?[\w ,.]+\})$`)
	everyHost(t, func(t *testing.T, c *Consortium, kind, org string) {
		_, got := renderCompose(t, c, kind, org, Hosting{})
		for name, s := range got.Services {
			for key, value := range s.Environment {
				if !allowed.MatchString(value) {
					t.Errorf("%s: %s is %q: what is that?", name, key, value)
				}
			}
		}
	})
}

// TestPublishedPorts: others reach the protocol's ports, which want TLS;
// health, metrics and administration stay on the host.
func TestPublishedPorts(t *testing.T) {
	everyHost(t, func(t *testing.T, c *Consortium, kind, org string) {
		_, got := renderCompose(t, c, kind, org, Hosting{})
		h := &Hosting{Domain: testDomain}
		for _, n := range c.Nodes(kind) {
			if n.Org.Name != org {
				continue
			}
			p := h.Places(n)
			want := []string{fmt.Sprintf("%d:%[1]d", p.Port)}
			if p.Admin != 0 {
				want = append(want, fmt.Sprintf("127.0.0.1:%d:%[1]d", p.Admin))
			}
			want = append(want, fmt.Sprintf("127.0.0.1:%d:%[1]d", p.Operations))
			s := got.Services[n.ID()]
			if !slices.Equal(s.Ports, want) {
				t.Errorf("%s publishes %v, not %v", n.ID(), s.Ports, want)
			}
			if alias := s.Networks["default"].Aliases; !slices.Equal(alias, []string{p.Host}) {
				t.Errorf("%s is known as %v, not %s", n.ID(), alias, p.Host)
			}
		}
		for name, s := range got.Services {
			if strings.HasPrefix(name, "grain-") && len(s.Ports) > 0 {
				t.Errorf("%s publishes %v: only the organisation's own peers call it", name, s.Ports)
			}
		}
	})
}

// TestHealthcheckOfNodes runs the command of the health check against a
// server that is healthy, and one that is not.
func TestHealthcheckOfNodes(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash here")
	}
	_, got := renderCompose(t, wanted(t), Raft, "depot", Hosting{})
	check := got.Services["peer0"].Healthcheck.Test
	if len(check) != 4 || check[0] != "CMD" {
		t.Fatalf("the check is %q", check)
	}
	for _, status := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			asked := ""
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r.URL.Path
				w.WriteHeader(status)
			}))
			defer server.Close()
			err := runHealthcheck(t, check, server.URL)
			if (err == nil) != (status == http.StatusOK) || asked != "/healthz" {
				t.Errorf("%d from %q: %v", status, asked, err)
			}
		})
	}
}

func runHealthcheck(t *testing.T, check []string, address string) error {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	script := strings.ReplaceAll(check[3], "$$", "$") // as compose does
	port := fmt.Sprintf("/%d ", hostPeerOperations)
	if !strings.Contains(script, port) {
		t.Fatalf("it does not ask port %d: %s", hostPeerOperations, script)
	}
	return exec.Command(check[1], check[2], strings.Replace(script, port, "/"+u.Port()+" ", 1)).Run()
}

// TestImage: the compiler is go.mod's, and nobody is root.
func TestImage(t *testing.T) {
	read := func(name string) string {
		raw, err := os.ReadFile(path.Clean(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	text, mod := read("image/Dockerfile"), read("../go.mod")
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(mod)[1]
	for _, want := range []string{"FROM golang:" + version + " AS", "FROM scratch\n", "USER " + runsAs + "\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
}
