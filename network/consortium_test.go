package network

import (
	"reflect"
	"strings"
	"testing"
)

// wanted is a consortium in which tests change one thing.
func wanted(t *testing.T) *Consortium {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaultIsReadBack(t *testing.T) {
	c := wanted(t)
	raw, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, again) {
		t.Errorf("what was written is read back as\n%+v\nnot\n%+v", again, c)
	}
}

// TestParseNamesTheField: a refusal that does not say where is of no use to
// whoever edits the file.
func TestParseNamesTheField(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Consortium)
		want   string
	}{
		"no channel":        {func(c *Consortium) { c.Channel = "" }, "channel is missing"},
		"name in capitals":  {func(c *Consortium) { c.Organisations[1].Name = "Depot" }, "organisations[1].name"},
		"name empty":        {func(c *Consortium) { c.Organisations[1].Name = "" }, "organisations[1].name"},
		"name twice":        {func(c *Consortium) { c.Organisations[2].Name = "depot" }, "organisations[2].name: depot is there already"},
		"MSP empty":         {func(c *Consortium) { c.Organisations[3].MSP = "" }, "organisations[3].msp"},
		"MSP with a quote":  {func(c *Consortium) { c.Organisations[3].MSP = "A'B" }, "organisations[3].msp"},
		"MSP twice":         {func(c *Consortium) { c.Organisations[2].MSP = "DepotMSP" }, "organisations[2].msp: DepotMSP is there already"},
		"too many peers":    {func(c *Consortium) { c.Organisations[0].Peers = 5 }, "organisations[0].peers"},
		"fewer than none":   {func(c *Consortium) { c.Organisations[0].Peers = -1 }, "organisations[0].peers"},
		"no regulator":      {func(c *Consortium) { c.Organisations[0].Regulator = false }, "no regulator"},
		"regulator idle":    {func(c *Consortium) { c.Organisations[0].Peers = 0 }, "no regulator"},
		"unknown ordering":  {func(c *Consortium) { c.Ordering["solo"] = c.Ordering[Raft] }, "ordering.solo"},
		"two raft orderers": {orderers(Raft, "depot", "ministry"), "ordering.raft: orderers: 2"},
		"three for BFT":     {orderers(BFT, "depot", "ministry", "auditor"), "ordering.bft: orderers: 3"},
		"orderer unknown":   {orderers(Raft, "depot", "ministry", "nobody"), `ordering.raft: orderers: no organisation "nobody"`},
		"orderer twice":     {orderers(Raft, "depot", "ministry", "depot"), "ordering.raft: orderers: depot twice"},
		"endorsement":       {func(c *Consortium) { c.Contracts[0].Endorsement = "any" }, `contract grain: endorsement: "any"`},
		"collection alone":  {members(), "contract grain: collection sealed: members: none"},
		"member unknown":    {members("nobody"), `contract grain: collection sealed: members: no organisation "nobody"`},
		"member twice":      {members("depot", "depot"), "contract grain: collection sealed: members: depot twice"},
	} {
		t.Run(name, func(t *testing.T) {
			c := wanted(t)
			test.change(c)
			raw, err := c.Encode()
			if err != nil {
				t.Fatal(err)
			}
			refused(t, func() error { _, err := Parse(raw); return err }, test.want)
		})
	}
}

func orderers(kind string, names ...string) func(*Consortium) {
	return func(c *Consortium) { c.Ordering[kind] = Ordering{Orderers: names} }
}

func members(names ...string) func(*Consortium) {
	return func(c *Consortium) { c.Contracts[0].Collections[0].Members = names }
}

func refused(t *testing.T, do func() error, want string) {
	t.Helper()
	if err := do(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, not one with %q", err, want)
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	refused(t, func() error { _, err := Parse([]byte("chanel: grain")); return err }, "chanel")
	refused(t, func() error { _, err := Parse([]byte("channel: [grain]")); return err }, "consortium: ")
	refused(t, func() error { _, err := Parse(nil); return err }, "consortium: ")
}

func TestAdd(t *testing.T) {
	c := wanted(t)
	if err := c.Add(Organisation{Name: "lab", MSP: "LabMSP", Peers: 1}); err != nil {
		t.Fatal(err)
	}
	if o, err := c.Organisation("lab"); err != nil || o.MSP != "LabMSP" {
		t.Errorf("lab is %+v, %v", o, err)
	}
	before := len(c.Organisations)
	refused(t, func() error { return c.Add(Organisation{Name: "lab", MSP: "OtherMSP"}) }, "lab is there already")
	refused(t, func() error { return c.Add(Organisation{Name: "other", MSP: "LabMSP"}) }, "LabMSP is there already")
	if len(c.Organisations) != before {
		t.Errorf("a refused organisation stays: %+v", c.Organisations)
	}
}

func TestRemove(t *testing.T) {
	c := wanted(t)
	if err := c.Add(Organisation{Name: "lab", MSP: "LabMSP", Peers: 1}); err != nil {
		t.Fatal(err)
	}
	if err := c.Remove("lab"); err != nil {
		t.Fatal(err)
	}
	refused(t, func() error { return c.Remove("lab") }, `no organisation "lab"`)
	refused(t, func() error { return c.Remove("ministry") }, "ministry is an orderer under")
	delete(c.Ordering, Raft)
	delete(c.Ordering, BFT)
	refused(t, func() error { return c.Remove("depot") }, "depot is a member of collection sealed of grain")
	if err := c.Remove("ministry"); err != nil {
		t.Errorf("ministry orders nothing and holds nothing: %v", err)
	}
	refused(t, func() error { return c.Remove("regulator") }, "regulator")
}
