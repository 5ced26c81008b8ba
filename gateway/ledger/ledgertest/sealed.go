package ledgertest

import (
	"bytes"
	"errors"
	"strings"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

const secret = "张大有-4711"

// sealed: a value travels beside its transaction. The block names it by
// hashes, and nothing in it tells the value.
func sealed(w *world) {
	tx, part, name := w.sealedPurchase()
	c, err := w.ledger.Submit(w.soon(), tx)
	if err != nil {
		w.Fatal(err)
	}
	got := w.find(c)
	if len(got.Private) != 1 || len(got.Writes) != 0 {
		w.Fatalf("private writes %+v, public writes %+v", got.Private, got.Writes)
	}
	p := got.Private[0]
	if p.Contract != ledger.GrainContract || p.Collection != record.SealedCollection || p.Purge ||
		!bytes.Equal(p.KeyHash, ledger.KeyHash(name)) || len(p.Hash) != 32 {
		w.Errorf("private write %+v", p)
	}
	for _, text := range append(got.Args, got.Response, got.Event) {
		if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, part) {
			w.Errorf("the block tells the secret: %s", text)
		}
	}
	tx.Transient = map[string][]byte{name: append([]byte(" "), part...)}
	_, err = w.ledger.Submit(w.soon(), tx)
	var refused *ledger.ContractError
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.Message, "GL2003 bad_sealed: ") {
		w.Errorf("a part that is not what its record names: %v", err)
	}
	if strings.Contains(err.Error(), secret) {
		w.Errorf("the refusal tells the secret: %v", err)
	}
}

// sealedPurchase brings a purchase from a person to the ledger, and returns
// the transaction that stores who it was.
func (w *world) sealedPurchase() (tx ledger.Tx, part []byte, name string) {
	w.Helper()
	h := w.head(depotUSCC)
	part, name, err := record.Seal([]byte("sealing key"), h.Issuer, h.Ref, map[string]string{"seller": secret})
	if err != nil {
		w.Fatal(err)
	}
	w.accept(w.sign(w.depot, &record.Purchase{Header: h, Lot: "P-" + h.Ref, Variety: "1132002", Nature: "200",
		GrossGrams: 9, NetGrams: 9, Sealed: []string{name}}))
	tx = call(record.FnSeal, w.encode(&record.SealRequest{Parts: []record.SealName{{Issuer: h.Issuer, Ref: h.Ref, Name: name}}}))
	tx.Transient, tx.Collection = map[string][]byte{name: part}, record.SealedCollection
	return tx, part, name
}
