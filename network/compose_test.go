package network

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

const testDomain = "grain.example.org"

// parsedCompose is what the tests ask of a compose file, its anchors resolved.
type parsedCompose struct {
	Services map[string]parsedService `yaml:"services"`
}

type parsedService struct {
	Image       string            `yaml:"image"`
	User        string            `yaml:"user"`
	Restart     string            `yaml:"restart"`
	ReadOnly    bool              `yaml:"read_only"`
	Privileged  bool              `yaml:"privileged"`
	CapDrop     []string          `yaml:"cap_drop"`
	SecurityOpt []string          `yaml:"security_opt"`
	Environment map[string]string `yaml:"environment"`
	Command     []string          `yaml:"command"`
	Ports       []string          `yaml:"ports"`
	Profiles    []string          `yaml:"profiles"`
	Volumes     []parsedVolume    `yaml:"volumes"`
	Logging     struct {
		Options map[string]string `yaml:"options"`
	} `yaml:"logging"`
	Healthcheck struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
	Networks map[string]struct {
		Aliases []string `yaml:"aliases"`
	} `yaml:"networks"`
}

type parsedVolume struct {
	Source   string `yaml:"source"`
	Target   string `yaml:"target"`
	ReadOnly bool   `yaml:"read_only"`
}

func renderCompose(t *testing.T, c *Consortium, kind, org string, h Hosting) ([]byte, *parsedCompose) {
	t.Helper()
	if h.Domain == "" {
		h.Domain = testDomain
	}
	raw, err := Compose(c, kind, org, h)
	if err != nil {
		t.Fatal(err)
	}
	out := new(parsedCompose)
	if err := yaml.Unmarshal(raw, out); err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return raw, out
}

// everyHost calls f for each organisation that runs something under a kind of
// ordering.
func everyHost(t *testing.T, f func(t *testing.T, c *Consortium, kind, org string)) {
	c := wanted(t)
	for _, kind := range []string{Raft, BFT} {
		for _, o := range c.Organisations {
			if kind == Raft && o.Name == "auditor" {
				continue
			}
			t.Run(kind+" "+o.Name, func(t *testing.T) { f(t, c, kind, o.Name) })
		}
	}
}

// TestComposeMeetsTheSchema: no container engine reads it here, so at least
// its own specification does.
func TestComposeMeetsTheSchema(t *testing.T) {
	file, err := os.Open("testdata/compose-spec.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("compose-spec.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("compose-spec.json")
	if err != nil {
		t.Fatal(err)
	}
	everyHost(t, func(t *testing.T, c *Consortium, kind, org string) {
		raw, _ := renderCompose(t, c, kind, org, Hosting{})
		var inst any
		if err := yaml.Unmarshal(raw, &inst); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(inst); err != nil {
			t.Error(err)
		}
		if err := schema.Validate(map[string]any{"services": map[string]any{"a": map[string]any{"imagge": "b"}}}); err == nil {
			t.Error("the schema takes anything: it proves nothing")
		}
	})
}

func TestComposeServices(t *testing.T) {
	for _, test := range []struct{ kind, org, want string }{
		{Raft, "regulator", "cli credit-1 gateway grain-1 orderer0 peer0"},
		{Raft, "depot", "cli gateway grain-1 orderer0 peer0"},
		{BFT, "ministry", "cli gateway grain-1 orderer0 peer0"},
		{BFT, "auditor", "orderer0"},
	} {
		t.Run(test.kind+" "+test.org, func(t *testing.T) {
			_, got := renderCompose(t, wanted(t), test.kind, test.org, Hosting{})
			if names := serviceNames(got); names != test.want {
				t.Errorf("services %s, not %s", names, test.want)
			}
		})
	}
}

func serviceNames(c *parsedCompose) string {
	var out []string
	for name := range c.Services {
		out = append(out, name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestComposeDuringUpgrade: the old package serves until the new one is
// committed.
func TestComposeDuringUpgrade(t *testing.T) {
	h := Hosting{Packages: []string{"grain_1", "grain_2", "credit_1"}}
	_, got := renderCompose(t, wanted(t), Raft, "depot", h)
	if names := serviceNames(got); names != "cli gateway grain-1 grain-2 orderer0 peer0" {
		t.Errorf("services %s", names)
	}
	second := got.Services["grain-2"]
	if !strings.HasPrefix(second.Environment["CHAINCODE_ID"], "${GRAIN_2_PACKAGE_ID:?") {
		t.Errorf("its id is %q", second.Environment["CHAINCODE_ID"])
	}
	if alias := second.Networks["default"].Aliases; !slices.Equal(alias, []string{"grain-2.chaincode.depot." + testDomain}) {
		t.Errorf("its names are %v", alias)
	}
}

func TestComposeOfManyPeers(t *testing.T) {
	c := wanted(t)
	c.Organisations[1].Peers = 3
	_, got := renderCompose(t, c, Raft, "depot", Hosting{})
	published := map[string]string{}
	for name, s := range got.Services {
		for _, port := range s.Ports {
			host := port[:strings.LastIndexByte(port, ':')]
			if other := published[host]; other != "" {
				t.Errorf("%s and %s both publish %s", name, other, host)
			}
			published[host] = name
		}
	}
	if published["9051"] != "peer2" {
		t.Errorf("peer2 does not publish 9051: %v", published)
	}
}

func TestComposeRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		kind, org string
		h         Hosting
		want      string
	}{
		"unknown ordering":     {"solo", "depot", Hosting{Domain: testDomain}, `no ordering "solo"`},
		"unknown organisation": {Raft, "nobody", Hosting{Domain: testDomain}, `no organisation "nobody"`},
		"nothing to run":       {Raft, "auditor", Hosting{Domain: testDomain}, "auditor runs nothing under raft"},
		"no domain":            {Raft, "depot", Hosting{}, "domain: "},
		"domain with a space":  {Raft, "depot", Hosting{Domain: "a b"}, "domain: "},
		"domain with a dot":    {Raft, "depot", Hosting{Domain: ".org"}, "domain: "},
		"image with a line":    {Raft, "depot", Hosting{Domain: testDomain, Image: "a\nb"}, "image: "},
		"package unnumbered":   {Raft, "depot", Hosting{Domain: testDomain, Packages: []string{"grain"}}, "package: "},
		"package of nobody":    {Raft, "depot", Hosting{Domain: testDomain, Packages: []string{"rice_1"}}, `no contract "rice"`},
		"package twice":        {Raft, "depot", Hosting{Domain: testDomain, Packages: []string{"grain_1", "grain_1"}}, "grain_1 twice"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, func() error { _, err := Compose(wanted(t), test.kind, test.org, test.h); return err }, test.want)
		})
	}
}
