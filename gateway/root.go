package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// openRoot gives a ledger without root its root, and compares one that is given
// with the root that is there. Whether there is one the contract tells: the
// chain of a channel has blocks before its first transaction.
func (n *node) openRoot(ctx context.Context) error {
	root, given, err := n.config.rootFile()
	if err != nil {
		return err
	}
	if !given {
		has, err := hasRoot(ctx, n.ledger)
		if err != nil || has {
			return err
		}
		if !n.config.dev {
			return errors.New("the ledger has no root: --root names the file with the regulator's root, --dev makes one for development")
		}
		if root, err = keys.DevRoot(n.path("keys")); err != nil {
			return err
		}
	}
	return initRoot(ctx, n.ledger, root)
}

// rootFile reads the root that the operator gives, if one is given.
func (c *config) rootFile() (root record.Root, given bool, err error) {
	if c.root == "" {
		return root, false, nil
	}
	root, err = keys.ReadRoot(c.root)
	return root, true, err
}

// initRoot gives a ledger its root. On a ledger that has this root it writes
// nothing; on one with another root the contract's refusal is the error.
func initRoot(ctx context.Context, l ledger.Ledger, root record.Root) error {
	arg, err := json.Marshal(&root)
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	tx := ledger.Tx{Function: record.FnInit, Args: [][]byte{arg}}
	if _, err := l.Evaluate(ctx, tx); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	has, err := hasRoot(ctx, l)
	if err != nil || has {
		return err
	}
	if _, err := l.Submit(ctx, tx); err != nil && !errors.Is(err, ledger.ErrConflict) {
		return fmt.Errorf("init: %w", err)
	}
	return nil
}

func hasRoot(ctx context.Context, l ledger.Ledger) (bool, error) {
	var root *record.Root
	if err := readState(ctx, l, record.RootKey, &root); err != nil {
		return false, fmt.Errorf("init: %w", err)
	}
	return root != nil, nil
}
