package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
)

// logLeaves is the size of the log whose proofs are measured.
const logLeaves = 1_000_000

// inclusionFigures measures what it takes to check on one core that a record
// is in a log of a million, against one SM2 verification on one core: what a
// proof adds to the signature of the record that it is about.
func inclusionFigures(ctx context.Context, s sizes) ([]figure, error) {
	dir, err := scratch()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	tree, err := tlog.OpenTree(durable.OS{}, dir)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	if err := grow(tree); err != nil {
		return nil, err
	}
	root, err := tree.Root(logLeaves)
	if err != nil {
		return nil, err
	}
	checks, err := drawProofs(tree, 1000)
	if err != nil {
		return nil, err
	}
	bare, _, err := verifiers()
	if err != nil {
		return nil, err
	}
	var value, reference []float64
	for range s.pairs {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		start := time.Now()
		for _, c := range checks {
			if err := proof.VerifyInclusion(c.index, logLeaves, proof.LeafHash(c.data), c.path, root); err != nil {
				return nil, err
			}
		}
		value = append(value, perItem(start, len(checks)))
		start = time.Now()
		for range checks {
			if !bare() {
				return nil, fmt.Errorf("a good signature does not verify")
			}
		}
		reference = append(reference, perItem(start, len(checks)))
	}
	return []figure{compare("inclusion_check_us", "us", value, reference)}, nil
}

// perItem is the time since start, in microseconds an item.
func perItem(start time.Time, n int) float64 {
	return time.Since(start).Seconds() * 1e6 / float64(n)
}

// leafData is the data of the i-th leaf: 32 bytes, as a record's id has.
func leafData(i uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24, 32), i) }

// grow appends a million leaves, as blocks bring them.
func grow(tree *tlog.Tree) error {
	block := make([]proof.Hash, 500)
	for n := uint64(0); n < logLeaves; n += uint64(len(block)) {
		for i := range block {
			block[i] = proof.LeafHash(leafData(n + uint64(i)))
		}
		tree.Append(block)
		if n%16_000 == 0 {
			if err := tree.Flush(nil); err != nil {
				return err
			}
		}
	}
	return tree.Flush(nil)
}

// check is a proof as somebody outside receives it.
type check struct {
	index uint64
	data  []byte
	path  []proof.Hash
}

// drawProofs takes the proofs of some leaves, each found by its hash.
func drawProofs(tree *tlog.Tree, n int) ([]check, error) {
	random := rand.New(rand.NewPCG(1, 2))
	checks := make([]check, n)
	for i := range checks {
		c := &checks[i]
		c.data = leafData(random.Uint64N(logLeaves))
		var err error
		if c.index, err = tree.Find(proof.LeafHash(c.data)); err != nil {
			return nil, err
		}
		if c.path, err = tree.Inclusion(c.index, logLeaves); err != nil {
			return nil, err
		}
	}
	return checks, nil
}
