package network

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func TestMajorityOfRegulators(t *testing.T) {
	want := []string{
		"OutOf(1, 'R1.peer')",
		"OutOf(2, 'R1.peer', 'R2.peer')",
		"OutOf(2, 'R1.peer', 'R2.peer', 'R3.peer')",
		"OutOf(3, 'R1.peer', 'R2.peer', 'R3.peer', 'R4.peer')",
		"OutOf(3, 'R1.peer', 'R2.peer', 'R3.peer', 'R4.peer', 'R5.peer')",
	}
	c := &Consortium{Channel: "grain", Organisations: []Organisation{{Name: "idle", MSP: "Idle", Regulator: true}}}
	credit, grain := &Contract{Name: "credit", Endorsement: EndorsedByRegulators}, &Contract{Name: "grain", Endorsement: EndorsedByMajority}
	for i, policy := range want {
		o := Organisation{Name: fmt.Sprintf("r%d", i+1), MSP: fmt.Sprintf("R%d", i+1), Peers: 1, Regulator: true}
		if err := c.Add(o); err != nil {
			t.Fatal(err)
		}
		t.Run(fmt.Sprintf("%d regulators", i+1), func(t *testing.T) {
			if got := c.SignaturePolicy(credit); got != policy {
				t.Errorf("policy of credit: %s, not %s", got, policy)
			}
			if got := c.SignaturePolicy(grain); got != "" {
				t.Errorf("grain has a policy of its own, %s: it would not follow when somebody joins", got)
			}
		})
	}
}

func TestEndorsers(t *testing.T) {
	c := wanted(t)
	for contract, want := range map[string]string{"grain": "regulator depot ministry", "credit": "regulator"} {
		of, err := c.Contract(contract)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names(c.Endorsers(of)), " "); got != want {
			t.Errorf("%s is endorsed by %s, not %s", contract, got, want)
		}
	}
	refused(t, func() error { _, err := c.Contract("other"); return err }, `no contract "other"`)
}

func names(orgs []Organisation) []string {
	var out []string
	for _, o := range orgs {
		out = append(out, o.Name)
	}
	return out
}

func TestCollectionEndorsers(t *testing.T) {
	c := wanted(t)
	for _, test := range []struct{ members, want []string }{
		{[]string{"depot"}, []string{"DepotMSP"}},
		{[]string{"regulator", "depot"}, []string{"RegulatorMSP", "DepotMSP"}},
		{[]string{"regulator", "depot", "ministry"}, []string{"RegulatorMSP", "DepotMSP"}},
		{[]string{"regulator", "depot", "ministry", "auditor"}, []string{"RegulatorMSP", "DepotMSP", "MinistryMSP"}},
	} {
		if got := c.CollectionEndorsers(&Collection{Members: test.members}); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, not %v", test.members, got, test.want)
		}
	}
}

// TestCollectionsConfig reads the file as Fabric's lifecycle does.
func TestCollectionsConfig(t *testing.T) {
	c := wanted(t)
	for _, contract := range c.Contracts {
		raw, err := c.CollectionsConfig(&contract)
		if err != nil {
			t.Fatal(err)
		}
		var got []collectionConfig
		if err := json.Unmarshal(raw, &got, json.RejectUnknownMembers(true)); err != nil {
			t.Fatal(err)
		}
		for i, coll := range contract.Collections {
			checkCollection(t, c, got[i], &coll)
		}
	}
	if raw, err := c.CollectionsConfig(&Contract{Name: "plain"}); raw != nil || err != nil {
		t.Errorf("a contract without collections has the file %q, %v", raw, err)
	}
}

func checkCollection(t *testing.T, c *Consortium, got collectionConfig, want *Collection) {
	t.Helper()
	members := c.members(want)
	if got.Name != want.Name || got.RequiredPeerCount != want.RequiredPeers || got.MaxPeerCount != want.MaxPeers || got.BlockToLive != want.BlockToLive {
		t.Errorf("%+v is not %+v", got, want)
	}
	if got.EndorsementPolicy.SignaturePolicy != majority(members) {
		t.Errorf("%s is endorsed by %s", got.Name, got.EndorsementPolicy.SignaturePolicy)
	}
	for _, o := range c.Organisations {
		isMember := slices.Contains(want.Members, o.Name)
		if strings.Contains(got.Policy, "'"+o.MSP+".member'") != isMember {
			t.Errorf("%s: member %s of %s is %v", got.Policy, o.Name, want.Name, isMember)
		}
	}
	if !got.MemberOnlyRead || got.MemberOnlyWrite {
		t.Errorf("%s: only members read, and anybody may carry a seal; not %+v", got.Name, got)
	}
}
