package network

import (
	_ "embed"
	"fmt"
	"path"
	"text/template"
)

//go:embed steps.md.tmpl
var stepsText string

//go:embed package.sh.tmpl
var packageText string

var (
	stepsTemplate   = template.Must(template.New("README.md").Funcs(composeWords).Parse(stepsText))
	packageTemplate = template.Must(template.New("package.sh").Parse(packageText))
)

// FabricConfig is Fabric's own configuration, over which ours is laid.
type FabricConfig struct{ Core, Orderer []byte }

// HostFiles are all files that an organisation's host needs, by path beneath
// one directory; keys and certificates apart, which come from the
// organisation's own authority. Scripts end in .sh.
func HostFiles(c *Consortium, kind, org string, h Hosting, base FabricConfig) (map[string][]byte, error) {
	d, err := c.deployment(kind, org, h)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, add := range []func(map[string][]byte, FabricConfig) error{d.addNodes, d.addChannel, d.addContracts, d.addTexts} {
		if err := add(files, base); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func (d *deployment) addNodes(files map[string][]byte, base FabricConfig) (err error) {
	for _, n := range d.Nodes {
		dir := path.Join("config", n.ID())
		if n.IsPeer() {
			files[path.Join(dir, "core.yaml")], err = PeerConfig(base.Core, n.Node, n.Place, inBuilder)
		} else {
			files[path.Join(dir, "orderer.yaml")], err = OrdererConfig(base.Orderer, n.Node, n.Place)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *deployment) addChannel(files map[string][]byte, _ FabricConfig) (err error) {
	files["channel/configtx.yaml"], err = d.Configtx(d.Kind, d.shared, sharedMSP)
	return err
}

// addContracts: whoever approves a definition needs its collections, whether
// it runs the chaincode or not.
func (d *deployment) addContracts(files map[string][]byte, _ FabricConfig) error {
	if d.Gateway == "" {
		return nil
	}
	for _, contract := range d.Consortium.Contracts {
		raw, err := d.CollectionsConfig(&contract)
		if err != nil {
			return err
		}
		if raw != nil {
			files[collectionsFile(contract.Name)] = raw
		}
	}
	raw, err := d.profile().Encode()
	files["gateway/connection.json"] = raw
	return err
}

func collectionsFile(contract string) string {
	return fmt.Sprintf("chaincode/%s-collections.json", contract)
}

func (d *deployment) addTexts(files map[string][]byte, _ FabricConfig) (err error) {
	texts := map[string]*template.Template{"compose.yaml": composeTemplate, "README.md": stepsTemplate}
	if len(d.Services) > 0 {
		texts["package.sh"] = packageTemplate
	}
	for name, t := range texts {
		if files[name], err = d.render(t); err != nil {
			return err
		}
	}
	return nil
}
