package main

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// TestNothingConflicts sends records on one lot and on many from many sides at
// once, with the real contract and ledger behind the packer. No transaction
// may lose to another, and the lot must come out to the gram.
func TestNothingConflicts(t *testing.T) {
	const submitters, each = 16, 30
	n := openNode(t)
	coop := newParty(t, n, 1)
	coop.must(t, n, &record.Harvest{Header: coop.head("h"), Lot: "HOT", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1_000_000})
	var group sync.WaitGroup
	for s := range submitters {
		group.Go(func() {
			for i := range each {
				ref := fmt.Sprintf("%d-%d", s, i)
				coop.must(t, n,
					&record.Split{Header: coop.head("s" + ref), Lot: "HOT", Outputs: []record.Amount{{Lot: "S" + ref, Grams: 100}}},
					&record.Harvest{Header: coop.head("o" + ref), Lot: "O" + ref, Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 5},
				)
			}
		})
	}
	group.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	health, err := n.ledger.Health(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.index.WaitFor(ctx, health.Height); err != nil {
		t.Fatal(err)
	}
	lot, err := n.index.Lot(ctx, "HOT")
	if err != nil || lot.OwnedGrams != 1_000_000-submitters*each*100 {
		t.Errorf("%d grams are left, %v", lot.OwnedGrams, err)
	}
	for b, err := range n.ledger.Blocks(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.Txs {
			if tx.Code != ledger.Valid {
				t.Errorf("block %d: %s", b.Number, tx.Code)
			}
		}
		if b.Number+1 == health.Height {
			break
		}
	}
}

// TestSealedPartIsStored follows a sealed part to the private collection.
func TestSealedPartIsStored(t *testing.T) {
	n := openNode(t)
	buyer := newParty(t, n, 1)
	part, name, err := record.Seal([]byte("sealing key"), buyer.uscc, "p", map[string]string{"person": "张三"})
	if err != nil {
		t.Fatal(err)
	}
	purchase := &record.Purchase{Header: buyer.head("p"), Lot: "P", Nature: "110", Variety: "1110000",
		GrossGrams: 10, NetGrams: 10, Sealed: []string{name}}
	sub := buyer.sign(t, purchase)
	sub.Sealed = [][]byte{part}
	receipts, err := n.packer.Submit(context.Background(), []ledger.Submission{sub})
	if err != nil || receipts[0].Outcome != record.Accepted {
		t.Fatalf("%+v, %v", receipts, err)
	}
	for range 12_000 {
		r, err := n.index.Record(context.Background(), receipts[0].ID)
		if err == nil && len(r.Sealed) == 1 && r.Sealed[0].State == "sealed" {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("the part was not sealed within 60 s")
}

// TestRefusalCanBeProved: the receipt of a refusal leads to the transaction
// whose response says so.
func TestRefusalCanBeProved(t *testing.T) {
	n := openNode(t)
	coop := newParty(t, n, 1)
	sub := coop.sign(t, &record.Split{Header: coop.head("s"), Lot: "NONE", Outputs: []record.Amount{{Lot: "S", Grams: 1}}})
	receipts, err := n.packer.Submit(context.Background(), []ledger.Submission{sub})
	if err != nil || receipts[0].Outcome != record.Rejected || receipts[0].RefusedIn == "" {
		t.Fatalf("%+v, %v", receipts, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := n.index.WaitFor(ctx, receipts[0].Decided+1); err != nil {
		t.Fatal(err)
	}
	proof, err := n.index.Receipt(ctx, receipts[0].RefusedIn)
	if err != nil || proof.Block != receipts[0].Decided || len(proof.Verdicts) != 1 || !reflect.DeepEqual(proof.Verdicts[0], receipts[0].Verdict) {
		t.Errorf("%+v, %v", proof, err)
	}
}

func openNode(t *testing.T) *node {
	t.Helper()
	c, err := parse(t, "--dev", "--data", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	n, err := open(context.Background(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// party is an enterprise with its key.
type party struct {
	uscc string
	key  *record.PrivateKey
}

// newParty registers the i-th enterprise and its key.
func newParty(t *testing.T, n *node, i int) party {
	t.Helper()
	body := fmt.Sprintf("91410000MA%07d", i)
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		t.Fatal(body)
	}
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	p := party{uscc: body + string(c), key: key}
	root := rootParty(t, n)
	root.must(t, n,
		&record.Enterprise{Header: root.head("e" + p.uscc), USCC: p.uscc, Name: "合作社", Kind: record.KindFarmCoop, Division: "410000"},
		&record.Key{Header: root.head("k" + p.uscc), Action: record.KeyRegister, Subject: p.uscc, PublicKey: key.Public().Point()},
	)
	return p
}

// rootParty is the development root.
func rootParty(t *testing.T, n *node) party {
	t.Helper()
	key, _, err := keys.LoadOrCreate(n.path("keys", keys.DevRootUSCC()+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	return party{uscc: keys.DevRootUSCC(), key: key}
}

func (p party) head(ref string) record.Header {
	return record.Header{Issuer: p.uscc, Ref: ref, OccurredAt: "2025-10-01T08:00:00+08:00"}
}

func (p party) sign(t *testing.T, payload record.Payload) ledger.Submission {
	t.Helper()
	env, err := record.Sign(payload, p.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := env.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Submission{Envelope: raw}
}

// must submits records that have to be accepted. It may run in any goroutine.
func (p party) must(t *testing.T, n *node, payloads ...record.Payload) {
	t.Helper()
	subs := make([]ledger.Submission, len(payloads))
	for i, payload := range payloads {
		subs[i] = p.sign(t, payload)
	}
	receipts, err := n.packer.Submit(context.Background(), subs)
	if err != nil {
		t.Error(err)
	}
	for _, r := range receipts {
		if r.Outcome != record.Accepted {
			t.Errorf("receipt %+v", r)
		}
	}
}
