package proof_test

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Parties of the made season.
const (
	rootUSCC  = "11100000000014276X"
	regulator = "113205820141234563"
	grower    = "93320582COOP000001"
	depotUSCC = "91320582508808129Y"
	millUSCC  = "9132058242815733PW"
	labUSCC   = "12320582315871654G"
	binCode   = "91320582508808129Y001000100101"
	madeLot   = "R-1"
	madeGTIN  = "06901234567809"
	madeBatch = "2026010100"
)

// made is a small season: a ledger's log and a bundle of it.
type made struct {
	t       testing.TB
	keys    map[string]*record.PrivateKey
	leaves  tree
	entries map[string]proof.Entry // by ref
	log     *record.PrivateKey
	witness *record.PrivateKey
}

func (m *made) key(name string) *record.PrivateKey {
	if m.keys[name] == nil {
		m.keys[name] = newKey(m.t)
	}
	return m.keys[name]
}

func head(issuer, ref string) record.Header {
	return record.Header{Issuer: issuer, Ref: ref, OccurredAt: "2025-11-01T08:00:00+08:00"}
}

// add signs a record and puts it into the log.
func (m *made) add(p record.Payload, signers ...string) {
	m.t.Helper()
	var keys []*record.PrivateKey
	for _, s := range signers {
		keys = append(keys, m.key(s))
	}
	e, err := record.Sign(p, keys...)
	if err != nil {
		m.t.Fatal(err)
	}
	m.put(p.Head().Ref, e)
}

func (m *made) put(ref string, e record.Envelope) {
	id, err := hex.DecodeString(e.ID())
	if err != nil {
		m.t.Fatal(err)
	}
	m.entries[ref] = proof.Entry{Envelope: proof.Gather(e), Index: uint64(len(m.leaves))}
	m.leaves = append(m.leaves, id)
}

func (m *made) enterprise(uscc, name, kind, division, by, signer string) {
	m.add(&record.Enterprise{Header: head(by, "org-"+uscc), USCC: uscc, Name: name, Kind: kind, Division: division}, signer)
}

func (m *made) register(uscc, by, signer string) {
	m.add(&record.Key{Header: head(by, "key-"+uscc), Action: record.KeyRegister, Subject: uscc,
		PublicKey: m.key(uscc).Public().Point()}, signer)
}

// newMade makes the season: two growers' harvests go through one bin into a
// retail batch.
func newMade(t testing.TB) *made {
	t.Helper()
	m := &made{t: t, keys: map[string]*record.PrivateKey{}, entries: map[string]proof.Entry{}}
	m.log, m.witness = m.key("log"), m.key("witness")
	m.enterprise(regulator, "张家港市粮食局", record.KindRegulator, "320582", rootUSCC, "root")
	m.register(regulator, rootUSCC, "root")
	for _, e := range [][2]string{{grower, record.KindFarmCoop}, {depotUSCC, record.KindStorage}, {millUSCC, record.KindProcessor}, {labUSCC, record.KindLab}} {
		m.enterprise(e[0], "企业 "+e[0], e[1], "320582", regulator, regulator)
		m.register(e[0], regulator, regulator)
	}
	for i := range 2 {
		h, p := fmt.Sprintf("H-%d", i), fmt.Sprintf("P-%d", i)
		m.add(&record.Harvest{Header: head(grower, h), Lot: h, Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 6_000_000}, grower)
		m.add(&record.Purchase{Header: head(depotUSCC, p), Lot: p, FromLot: h, FromGrams: 5_000_000, Seller: grower, Nature: "200",
			GrossGrams: 6_000_000, TareGrams: 1_000_000, NetGrams: 5_000_000}, depotUSCC, grower)
		m.add(&record.Store{Header: head(depotUSCC, "S"+p), Lot: p, Bin: binCode, Grams: 5_000_000}, depotUSCC)
	}
	m.add(&record.Inspect{Header: head(labUSCC, "JY-1"), Target: binCode, Stage: record.StageOutbound,
		Items: []record.Measured{{Item: "moisture", Value: "14.0"}}}, labUSCC)
	m.add(&record.Withdraw{Header: head(depotUSCC, "W"), Bin: binCode, Lot: "W-1", Grams: 8_000_000, Purpose: record.PurposeFood}, depotUSCC)
	m.add(&record.Sell{Header: head(depotUSCC, "XS"), Lot: "W-1", Buyer: millUSCC, Grams: 8_000_000, Purpose: record.PurposeFood}, depotUSCC)
	m.add(&record.Process{Header: head(millUSCC, "JG"), Inputs: []record.Amount{{Lot: "W-1", Grams: 8_000_000}},
		Outputs:    []record.Product{{Lot: madeLot, Product: "rice", Grams: 5_400_000, GTIN: madeGTIN, Batch: madeBatch}},
		Byproducts: []record.Byproduct{{Name: "米糠", Grams: 2_500_000}}, LossGrams: 100_000}, millUSCC)
	return m
}

// prove gives the entries their proofs under the log as it is now.
func (m *made) prove(refs ...string) []proof.Entry {
	var out []proof.Entry
	for _, ref := range refs {
		e, ok := m.entries[ref]
		if !ok {
			m.t.Fatalf("no record %s", ref)
		}
		e.Path = m.leaves.path(int(e.Index))
		out = append(out, e)
	}
	return out
}

func (m *made) note() *proof.Note {
	n, err := proof.Sign(proof.Checkpoint{Origin: depotUSCC + "/records", Size: uint64(len(m.leaves)), Root: m.leaves.root()}, m.log)
	if err != nil {
		m.t.Fatal(err)
	}
	line, err := n.Cosign("witness/1", m.witness, time.Unix(1_800_000_000, 0))
	if err != nil {
		m.t.Fatal(err)
	}
	if n, err = n.With(line); err != nil {
		m.t.Fatal(err)
	}
	return n
}

func (m *made) bundle() *proof.Bundle {
	note := m.note()
	anchor, err := record.SignBytes("checkpoint", fmt.Appendf(nil, `{"issuer":%q,"ref":"CP-1","occurredAt":"2025-11-01T08:00:00+08:00","note":%q,"keyId":%q}`,
		depotUSCC, base64Of(note.Bytes()), m.log.Public().ID()), m.key(depotUSCC))
	if err != nil {
		m.t.Fatal(err)
	}
	b := &proof.Bundle{
		Form: proof.BundleForm, Subject: proof.Subject{Lot: madeLot, GTIN: madeGTIN, Batch: madeBatch},
		Checkpoint: string(note.Bytes()), Anchor: proof.Anchor{Envelope: proof.Gather(anchor), Tx: record.SM3([]byte("tx")), Block: 12},
		Records: m.prove("H-0", "P-0", "SP-0", "H-1", "P-1", "SP-1", "JY-1", "W", "XS", "JG"),
		Registry: m.prove("org-"+regulator, "key-"+regulator, "org-"+grower, "key-"+grower, "org-"+depotUSCC, "key-"+depotUSCC,
			"org-"+millUSCC, "key-"+millUSCC, "org-"+labUSCC, "key-"+labUSCC),
		Coverage: proof.Coverage{Grams: 5_400_000, Covered: 5_400_000, BasisPoints: 10_000, OriginsTotal: 3, OriginsLeftOut: 1,
			Origins:      []proof.Origin{{Lot: "H-0", Grams: 2_700_001}, {Lot: "H-1", Grams: 2_699_999}},
			RecordsTotal: 13, RecordsLeftOut: 3},
	}
	return b
}

func (m *made) trust() *proof.Trust {
	return &proof.Trust{
		Root:      proof.TrustedRoot{USCC: rootUSCC, Threshold: 1, Keys: []string{m.key("root").Public().Point()}},
		Logs:      []proof.TrustedLog{{Origin: depotUSCC + "/records", Key: m.log.Public().Point()}},
		Witnesses: []proof.TrustedWitness{{Name: "witness/1", Key: m.witness.Public().Point()}}, WitnessesNeeded: 1,
	}
}
