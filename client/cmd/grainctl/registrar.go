package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

// registrar makes and registers the keys of enterprises.
type registrar struct {
	client  *client.Client
	ring    *client.Keyring
	root    record.Root
	newKeys bool
	warn    func(string)

	made, registered int
}

// haveRootKey wants the key directory to hold a key of the root.
func (r *registrar) haveRootKey() error {
	_, err := r.rootKey()
	return err
}

func (r *registrar) rootKey() (*record.PrivateKey, error) {
	key, err := r.ring.Key(r.root.USCC)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(r.root.Keys, key.Public().Point()) {
		return nil, fmt.Errorf("%s.pem in %s is not a key of this ledger's root", r.root.USCC, r.ring.Dir())
	}
	return key, nil
}

// signsAlone tells whether one key signs for the root.
func (r *registrar) signsAlone() bool { return r.root.Threshold <= 1 }

// sayWhatNeedsMore warns of what an import cannot do where the root's records
// need several signatures: it has one key of the root at most.
func (r *registrar) sayWhatNeedsMore() {
	if r.signsAlone() {
		return
	}
	r.warn(fmt.Sprintf("this import cannot register enterprises, facilities or keys: records of the root %s need the signatures "+
		"of %d of its %d keys, and import signs with one. Rows of enterprise.csv and facility.csv will be refused (too_few_signed), "+
		"and enterprises without a registered key stop the import. Sign such records with “grainctl sign”, let the others "+
		"add theirs with “grainctl sign --add”, submit them, and then import the rest",
		r.root.USCC, r.root.Threshold, len(r.root.Keys)))
}

// ensure sees to it that the keys of enterprises are registered: of those that
// were just registered themselves, and of those that sign rows.
func (r *registrar) ensure(ctx context.Context, enterprises []string, signers map[string]bool) error {
	all := map[string]bool{}
	for _, u := range enterprises {
		all[u] = true
	}
	for u := range signers {
		all[u] = true
	}
	delete(all, r.root.USCC)
	found, err := r.lookUp(ctx, all)
	if err != nil {
		return err
	}
	if err := r.held(found, signers); err != nil {
		return err
	}
	var missing []string
	for uscc, state := range found {
		if state == keyMissing || (state == keyElsewhere && r.newKeys) {
			missing = append(missing, uscc)
		}
	}
	slices.Sort(missing)
	return r.register(ctx, missing)
}

// keyState is how an enterprise's key on the ledger and in the directory match.
type keyState int

const (
	keyUnregistered keyState = iota // there is no such enterprise on the ledger
	keyGood                         // the directory's key is registered
	keyMissing                      // the ledger has no good key of the enterprise
	keyElsewhere                    // the ledger has one that the directory lacks
)

// lookUps is how many enterprises are asked about at once.
const lookUps = 8

func (r *registrar) lookUp(ctx context.Context, usccs map[string]bool) (map[string]keyState, error) {
	var (
		mu    sync.Mutex
		wait  sync.WaitGroup
		slots = make(chan struct{}, lookUps)
		found = make(map[string]keyState, len(usccs))
		first error
	)
	for uscc := range usccs {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			state, err := r.state(ctx, uscc)
			mu.Lock()
			defer mu.Unlock()
			found[uscc] = state
			if first == nil {
				first = err
			}
		})
	}
	wait.Wait()
	return found, first
}

func (r *registrar) state(ctx context.Context, uscc string) (keyState, error) {
	e, err := r.client.Enterprise(ctx, uscc)
	if client.IsNotFound(err) {
		return keyUnregistered, nil
	}
	if err != nil {
		return 0, fmt.Errorf("keys of %s: %w", uscc, err)
	}
	own, err := r.ring.Key(uscc)
	if err != nil && !errors.Is(err, client.ErrNoKey) {
		return 0, err
	}
	state := keyMissing
	for _, k := range e.Keys {
		switch {
		case own != nil && k.ID == own.Public().ID():
			if k.Revoked {
				r.warn(fmt.Sprintf("the key of %s in %s is revoked; the ledger will refuse what it signs", uscc, r.ring.Dir()))
			}
			return keyGood, nil
		case !k.Revoked:
			state = keyElsewhere
		}
	}
	return state, nil
}

// held wants the directory to hold the keys of those that sign rows. Giving an
// enterprise that has a key another one behind its back is nothing to do
// unasked.
func (r *registrar) held(found map[string]keyState, signers map[string]bool) error {
	if r.newKeys {
		return nil
	}
	var elsewhere []string
	for uscc, state := range found {
		if state == keyElsewhere && signers[uscc] {
			elsewhere = append(elsewhere, uscc)
		}
	}
	if len(elsewhere) == 0 {
		return nil
	}
	slices.Sort(elsewhere)
	return fmt.Errorf("the ledger has keys of %s that are not in %s: put their .pem and .seal files there, "+
		"or give --new-keys to register further keys, signed by the root", strings.Join(elsewhere, ", "), r.ring.Dir())
}

// register makes the keys that the directory lacks and puts them on the
// ledger, signed by the root.
func (r *registrar) register(ctx context.Context, usccs []string) error {
	if len(usccs) == 0 {
		return nil
	}
	if !r.signsAlone() {
		return fmt.Errorf("%s: no registered key, and import cannot register one: that takes the signatures of %d of the root's keys "+
			"(“grainctl keygen”, then a key record with “grainctl sign” and “grainctl sign --add”)", strings.Join(usccs, ", "), r.root.Threshold)
	}
	root, err := r.rootKey()
	if err != nil {
		return fmt.Errorf("the keys of %s must be registered by the root: %w", strings.Join(usccs, ", "), err)
	}
	records := make([]client.Submission, len(usccs))
	for i, uscc := range usccs {
		if records[i], err = r.keyRecord(uscc, root); err != nil {
			return err
		}
	}
	receipts, err := r.client.Submit(ctx, records...)
	if err != nil {
		return err
	}
	for i, receipt := range receipts {
		if err := receipt.Err(); err != nil {
			return fmt.Errorf("register the key of %s: %w", usccs[i], err)
		}
		r.registered++
	}
	return nil
}

// keyRecord registers the enterprise's key. Its ref is the key's id and its
// time a constant, so that the same key is the same record at every import.
func (r *registrar) keyRecord(uscc string, root *record.PrivateKey) (client.Submission, error) {
	key, made, err := r.ring.EnsureKey(uscc)
	if err != nil {
		return client.Submission{}, err
	}
	if made {
		r.made++
	}
	if _, err := r.ring.EnsureSealingKey(uscc); err != nil {
		return client.Submission{}, err
	}
	return client.Sign(&record.Key{
		Header: record.Header{
			Issuer:     r.root.USCC,
			Ref:        key.Public().ID(),
			OccurredAt: season.RegistryTime().Format(time.RFC3339),
		},
		Action:    record.KeyRegister,
		Subject:   uscc,
		PublicKey: key.Public().Point(),
	}, root)
}
