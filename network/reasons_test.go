package network

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestEverySettingHasItsReason: a value that nobody can explain is a value
// that nobody dares to change. The reason stands above the setting or beside
// it.
func TestEverySettingHasItsReason(t *testing.T) {
	for file, paths := range map[string][]string{
		"peer.yaml":    {""},
		"orderer.yaml": {""},
		"consortium.yaml": {
			"ordering.raft.raft.", "ordering.bft.bft.", "blocks.", "contracts.*.endorsement",
			"contracts.*.collections.*.requiredPeers", "contracts.*.collections.*.maxPeers", "contracts.*.collections.*.blockToLive",
		},
	} {
		t.Run(file, func(t *testing.T) {
			seen := map[string]int{}
			walkSettings(parsedYAML(t, file), "", func(path string, key, value *yaml.Node) {
				for _, prefix := range paths {
					if !strings.HasPrefix(path, prefix) {
						continue
					}
					seen[prefix]++
					if key.HeadComment+key.LineComment+value.LineComment == "" {
						t.Errorf("line %d: %s has no reason beside it or above", key.Line, path)
					}
				}
			})
			for _, prefix := range paths {
				if seen[prefix] == 0 {
					t.Errorf("there is nothing under %q: the test looks in vain", prefix)
				}
			}
		})
	}
}

func parsedYAML(t *testing.T, file string) *yaml.Node {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(raw, doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

// walkSettings visits every key that has a plain value; items of lists are
// named by a star.
func walkSettings(n *yaml.Node, path string, visit func(path string, key, value *yaml.Node)) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if value.Kind == yaml.ScalarNode {
				visit(path+key.Value, key, value)
				continue
			}
			walkSettings(value, path+key.Value+".", visit)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			walkSettings(item, path+"*.", visit)
		}
	}
}

// TestSettingsAreFabrics: Fabric ignores a setting that it does not know, so a
// slip of the pen would go unseen. It needs Fabric's own files, which lie
// beside its programs once they are built.
func TestSettingsAreFabrics(t *testing.T) {
	for file, base := range map[string]string{"peer.yaml": "core.yaml", "orderer.yaml": "orderer.yaml"} {
		t.Run(file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("..", "bin", "fabric", "config", base))
			if err != nil {
				t.Skip("Fabric's own files are not there (make fabric)")
			}
			doc := new(yaml.Node)
			if err := yaml.Unmarshal(raw, doc); err != nil {
				t.Fatal(err)
			}
			known := map[string]bool{"General.BootstrapMethod": true} // in the program, not in the file
			walkSettings(doc.Content[0], "", func(path string, _, _ *yaml.Node) { known[path] = true })
			walkSettings(parsedYAML(t, file), "", func(path string, key, _ *yaml.Node) {
				if !known[path] {
					t.Errorf("line %d: Fabric has no setting %s", key.Line, path)
				}
			})
		})
	}
}
