package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grainledger/grainledger/network"
)

// StartService starts an organisation's service of a definition, unless it
// runs, and waits until it listens.
func (n *Network) StartService(ctx context.Context, o network.Organisation, definition string) error {
	s, err := n.serviceUnder(o, definition)
	if err != nil {
		return err
	}
	return n.startService(ctx, *s)
}

// StopService ends it in good order.
func (n *Network) StopService(ctx context.Context, o network.Organisation, definition string) error {
	s, err := n.serviceUnder(o, definition)
	if err != nil {
		return err
	}
	return n.serviceProcess(*s).stop(ctx)
}

// KillService ends it at once, as a crash does.
func (n *Network) KillService(ctx context.Context, o network.Organisation, definition string) error {
	s, err := n.serviceUnder(o, definition)
	if err != nil {
		return err
	}
	return n.serviceProcess(*s).kill(ctx)
}

// RunService lets one organisation run another program under the same
// definition. Nothing on the channel changes by it: a package says where the
// service is and not what it does. The other organisations run what they ran.
func (n *Network) RunService(ctx context.Context, o network.Organisation, definition, program string) error {
	s, err := n.serviceUnder(o, definition)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	if err := n.serviceProcess(*s).stop(ctx); err != nil {
		return err
	}
	// A directory of its own: the other organisations' services share one copy.
	s.Program = filepath.Join(n.serviceDir(s), "program")
	if err := writeFile(s.Program, raw, 0o755); err != nil {
		return err
	}
	if err := n.save(); err != nil {
		return err
	}
	return n.startService(ctx, *s)
}

// serviceUnder is what an organisation's peers call for a definition.
func (n *Network) serviceUnder(o network.Organisation, definition string) (*service, error) {
	d, ok := n.definition(definition)
	if !ok {
		return nil, fmt.Errorf("chaincode %s is not deployed", definition)
	}
	s := n.serviceOf(o, d.Package)
	if s == nil {
		return nil, fmt.Errorf("%s runs no service for chaincode %s", o.Name, definition)
	}
	return s, nil
}
