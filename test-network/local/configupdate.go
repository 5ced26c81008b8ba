package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/network"
)

// tree is a channel's configuration as JSON.
type tree = map[string]any

// updateConfig changes the channel's configuration: it is fetched, edited,
// signed by the administrators of a majority of the members, and sent.
func (n *Network) updateConfig(ctx context.Context, members []network.Organisation, edit func(config tree) error) error {
	dir, err := os.MkdirTemp(n.path("channel"), "update-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // scratch
	u := &configUpdate{Network: n, dir: dir}
	envelope, err := u.make(ctx, edit)
	if err != nil {
		return fmt.Errorf("change the channel's configuration: %w", err)
	}
	for _, o := range members[:len(members)/2+1] {
		if _, err := n.peerCLI(ctx, o, "channel", "signconfigtx", "-f", envelope); err != nil {
			return err
		}
	}
	args := append([]string{"channel", "update", "-f", envelope, "-c", n.consortium.Channel}, n.ordererFlags()...)
	_, err = n.peerCLI(ctx, members[0], args...)
	return err
}

// configUpdate is a change under way, its files in a directory of its own.
type configUpdate struct {
	*Network
	dir string
}

func (u *configUpdate) file(name string) string { return filepath.Join(u.dir, name) }

// make returns the file with the envelope that asks for the change.
func (u *configUpdate) make(ctx context.Context, edit func(tree) error) (string, error) {
	config, err := u.fetch(ctx)
	if err != nil {
		return "", err
	}
	if err := u.encode(ctx, "common.Config", config, "before.pb"); err != nil {
		return "", err
	}
	if err := edit(config); err != nil {
		return "", err
	}
	if err := u.encode(ctx, "common.Config", config, "after.pb"); err != nil {
		return "", err
	}
	channel := u.consortium.Channel
	if _, err := u.tool(ctx, "configtxlator", "compute_update", "--channel_id", channel,
		"--original", u.file("before.pb"), "--updated", u.file("after.pb"), "--output", u.file("update.pb")); err != nil {
		return "", err
	}
	update, err := u.decode(ctx, "common.ConfigUpdate", "update.pb")
	if err != nil {
		return "", err
	}
	const configUpdateType = 2 // common.HeaderType_CONFIG_UPDATE
	envelope := tree{"payload": tree{
		"header": tree{"channel_header": tree{"channel_id": channel, "type": configUpdateType}},
		"data":   tree{"config_update": update},
	}}
	return u.file("envelope.pb"), u.encode(ctx, "common.Envelope", envelope, "envelope.pb")
}

// fetch is the channel's configuration as it is now.
func (u *configUpdate) fetch(ctx context.Context) (tree, error) {
	args := append([]string{"channel", "fetch", "config", u.file("block.pb"), "-c", u.consortium.Channel}, u.ordererFlags()...)
	if _, err := u.peerCLI(ctx, u.consortium.PeerOrganisations()[0], args...); err != nil {
		return nil, err
	}
	block, err := u.decode(ctx, "common.Block", "block.pb")
	if err != nil {
		return nil, err
	}
	data, _ := branch(block, "data")["data"].([]any)
	if len(data) != 1 {
		return nil, errors.New("the configuration block cannot be read")
	}
	envelope, _ := data[0].(tree)
	config := branch(envelope, "payload", "data", "config")
	if config == nil {
		return nil, errors.New("the configuration block holds no configuration")
	}
	return config, nil
}

func (u *configUpdate) decode(ctx context.Context, kind, name string) (tree, error) {
	if _, err := u.tool(ctx, "configtxlator", "proto_decode", "--type", kind,
		"--input", u.file(name), "--output", u.file(name+".json")); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(u.file(name + ".json"))
	if err != nil {
		return nil, err
	}
	var out tree
	return out, json.Unmarshal(raw, &out)
}

func (u *configUpdate) encode(ctx context.Context, kind string, in tree, name string) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if err := writeFile(u.file(name+".in"), raw, 0o600); err != nil {
		return err
	}
	_, err = u.tool(ctx, "configtxlator", "proto_encode", "--type", kind, "--input", u.file(name+".in"), "--output", u.file(name))
	return err
}

// branch goes down a tree; nil where there is no such branch.
func branch(t tree, names ...string) tree {
	for _, name := range names {
		t, _ = t[name].(tree)
	}
	return t
}

// organisationGroup is an organisation as the channel's configuration has it.
func (n *Network) organisationGroup(ctx context.Context, o network.Organisation) (tree, error) {
	raw, err := n.consortium.Configtx(n.state.Consensus, n.place, n.mspDir)
	if err != nil {
		return nil, err
	}
	if err := writeFile(n.path("channel", "configtx.yaml"), raw, 0o644); err != nil {
		return nil, err
	}
	out, err := n.tool(ctx, "configtxgen", "-printOrg", o.MSP)
	if err != nil {
		return nil, err
	}
	var group tree
	if err := json.Unmarshal([]byte(out), &group); err != nil {
		return nil, fmt.Errorf("configtxgen -printOrg: %w", err)
	}
	var anchors []any
	for i := range o.Peers {
		at := n.place(network.Node{Kind: network.Peer, Org: o, Number: i})
		anchors = append(anchors, tree{"host": at.Host, "port": at.Port})
	}
	branch(group, "values")["AnchorPeers"] = tree{"mod_policy": "Admins", "version": "0", "value": tree{"anchor_peers": anchors}}
	return group, nil
}
