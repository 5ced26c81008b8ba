package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

// Stop ends all processes. The network's files stay, and Up goes on from
// there.
func (n *Network) Stop(ctx context.Context) error {
	var errs []error
	processes := n.processes()
	slices.Reverse(processes) // peers and services before orderers
	for _, p := range processes {
		errs = append(errs, p.stop(ctx))
	}
	return errors.Join(errs...)
}

// Remove ends all processes and deletes the network with all that it holds.
func (n *Network) Remove(ctx context.Context) error {
	if err := n.Stop(ctx); err != nil {
		return err
	}
	if !exists(n.path(stateFile)) {
		if exists(n.opt.Dir) {
			return fmt.Errorf("%s holds no network: nothing is deleted", n.opt.Dir)
		}
		return nil
	}
	if n.ports != nil {
		_ = n.ports.Close() // nothing was written
	}
	return os.RemoveAll(n.opt.Dir)
}

// processes are all processes of the network, orderers first.
func (n *Network) processes() []process {
	var out []process
	for _, node := range n.Nodes() {
		out = append(out, n.process(node))
	}
	for _, s := range n.state.Services {
		out = append(out, n.serviceProcess(s))
	}
	return out
}
