package proof_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// wrong is a bundle whose every part is genuine and that must fail all the
// same: what somebody makes who holds good records and wants to tell a story.
type wrong struct {
	name       string
	change     func(m *made, b *proof.Bundle, trust *proof.Trust)
	check, why string
}

// entriesWith adds records to a bundle, in the order of the log, and proves
// all of them anew under the log as it is now.
func (m *made) again(b *proof.Bundle, records, registry []string) {
	fresh := m.bundle()
	*b = *fresh
	b.Records = m.prove(records...)
	b.Registry = m.prove(registry...)
	for _, list := range [][]proof.Entry{b.Records, b.Registry} {
		slices.SortFunc(list, func(x, y proof.Entry) int { return int(x.Index) - int(y.Index) })
	}
	b.Coverage.RecordsTotal = int64(len(b.Records)) + b.Coverage.RecordsLeftOut
}

var (
	allRecords  = []string{"H-0", "P-0", "SP-0", "H-1", "P-1", "SP-1", "JY-1", "W", "XS", "JG"}
	allRegistry = []string{"org-" + regulator, "key-" + regulator, "org-" + grower, "key-" + grower, "org-" + depotUSCC, "key-" + depotUSCC,
		"org-" + millUSCC, "key-" + millUSCC, "org-" + labUSCC, "key-" + labUSCC}
)

func without(list []string, leave ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(leave, s) })
}

// anchored gives a bundle another checkpoint record, with something before its
// payload.
func (m *made) anchored(b *proof.Bundle, issuer, before string, note []byte, signer string) {
	payload := fmt.Sprintf(`{"issuer":%q,"ref":"CP-1","occurredAt":"2025-11-01T08:00:00+08:00","note":%q,"keyId":%q}`, issuer, base64Of(note), m.log.Public().ID())
	if strings.HasPrefix(before, "{") { // members before the others
		payload = payload[1:]
	}
	a, err := record.SignBytes("checkpoint", []byte(before+payload), m.key(signer))
	if err != nil {
		m.t.Fatal(err)
	}
	b.Anchor.Envelope = proof.Gather(a)
}

// merged is a bundle of a lot of a million grams, of which the shown input gave
// some and the other, which is not shown, the rest; it claims grams of the
// shown origin.
func (m *made) merged(b *proof.Bundle, shown, claimed, leftOut int64) {
	m.add(&record.Merge{Header: head(millUSCC, "MG"), Inputs: []record.Amount{{Lot: "P-0", Grams: shown}, {Lot: "P-1", Grams: 1_000_000 - shown}},
		Output: record.Amount{Lot: "MX", Grams: 1_000_000}}, millUSCC)
	m.again(b, []string{"H-0", "P-0", "MG"}, without(allRegistry, "org-"+labUSCC, "key-"+labUSCC))
	b.Subject = proof.Subject{Lot: "MX"}
	b.Coverage = proof.Coverage{Grams: 1_000_000, Covered: claimed, BasisPoints: claimed / 100, OriginsTotal: 2, OriginsLeftOut: 1,
		Origins: []proof.Origin{{Lot: "H-0", Grams: claimed}}, RecordsTotal: 3 + leftOut, RecordsLeftOut: leftOut}
}

// TestShares: without a bin the share of an origin is proved, through a bin it
// is the gateway's word.
func TestShares(t *testing.T) {
	m := newMade(t)
	b := new(proof.Bundle)
	m.merged(b, 250_000, 250_000, 2)
	m2 := newMade(t)
	questions := []question{{"a merge", encode(t, b), m.trust()}, {"a bin", encode(t, m2.bundle()), m2.trust()}}
	for i, outcome := range []string{proof.Holds, proof.NotChecked} {
		q := questions[i]
		if r := proof.VerifyBundle(q.raw, q.trust); !r.Holds || r.Find(proof.CheckCoverage).Outcome != outcome {
			t.Errorf("%s: want %s\n%s", q.name, outcome, show(t, r))
		}
	}
	agree(t, questions)
}

var wrongs = []wrong{
	{"a log that nobody trusts", func(m *made, b *proof.Bundle, trust *proof.Trust) { trust.Logs[0].Origin = millUSCC + "/records" },
		proof.CheckCheckpoint, "unknown_log"},
	{"another key of the log", func(m *made, b *proof.Bundle, trust *proof.Trust) { trust.Logs[0].Key = m.key("x").Public().Point() },
		proof.CheckCheckpoint, "bad_signature"},
	{"too few witnesses", func(m *made, b *proof.Bundle, trust *proof.Trust) {
		trust.Witnesses = append(trust.Witnesses, proof.TrustedWitness{Name: "w/2", Key: m.key("y").Public().Point()})
		trust.WitnessesNeeded = 2
	}, proof.CheckWitnesses, "too_few_witnesses"},
	{"another root", func(m *made, b *proof.Bundle, trust *proof.Trust) {
		trust.Root.Keys[0] = m.key("x").Public().Point()
	}, proof.CheckRegistry, "unknown_key"},
	{"too few of the root's keys", func(m *made, b *proof.Bundle, trust *proof.Trust) {
		trust.Root.Keys = append(trust.Root.Keys, m.key("x").Public().Point())
		trust.Root.Threshold = 2
	}, proof.CheckRegistry, "not_signed_by_issuer"},
	{"an issuer's key is missing", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.again(b, allRecords, without(allRegistry, "key-"+millUSCC))
	}, proof.CheckSignatures, "unknown_key"},
	{"an issuer is missing", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.again(b, allRecords, without(allRegistry, "org-"+labUSCC))
	}, proof.CheckRegistry, "unknown_enterprise"},
	{"a registry record that nothing needs", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.again(b, without(allRecords, "JY-1"), allRegistry)
	}, proof.CheckAnchor, "unneeded"},
	{"a grain record in the registry", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.again(b, without(allRecords, "XS"), append([]string{"XS"}, allRegistry...))
	}, proof.CheckRegistry, "not_registry"},
	{"a key revoked before it signed", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.add(&record.Key{Header: head(regulator, "REV"), Action: record.KeyRevoke, Subject: depotUSCC, KeyID: m.key(depotUSCC).Public().ID()}, regulator)
		m.add(&record.Sell{Header: head(depotUSCC, "XS-2"), Lot: "W-1", Buyer: millUSCC, Grams: 1, Purpose: record.PurposeFood}, depotUSCC)
		m.again(b, append([]string{"XS-2"}, allRecords...), append([]string{"REV"}, allRegistry...))
	}, proof.CheckSignatures, "revoked_key"},
	{"a key registered after it signed", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.add(&record.Sell{Header: head(depotUSCC, "XS-3"), Lot: "W-1", Buyer: millUSCC, Grams: 1, Purpose: record.PurposeFood}, "second")
		m.add(&record.Key{Header: head(regulator, "KEY-2"), Action: record.KeyRegister, Subject: depotUSCC, PublicKey: m.key("second").Public().Point()}, regulator)
		m.again(b, append([]string{"XS-3"}, allRecords...), append([]string{"KEY-2"}, allRegistry...))
	}, proof.CheckSignatures, "unknown_key"},
	{"signed by somebody else than the issuer", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.add(&record.Sell{Header: head(depotUSCC, "XS-4"), Lot: "W-1", Buyer: millUSCC, Grams: 1, Purpose: record.PurposeFood}, millUSCC)
		m.again(b, append([]string{"XS-4"}, allRecords...), allRegistry)
	}, proof.CheckSignatures, "not_signed_by_issuer"},
	{"a key registered by who may not", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.add(&record.Key{Header: head(millUSCC, "KEY-5"), Action: record.KeyRegister, Subject: depotUSCC, PublicKey: m.key("fifth").Public().Point()}, millUSCC)
		m.again(b, allRecords, append([]string{"KEY-5"}, allRegistry...))
	}, proof.CheckRegistry, "no_authority"},
	{"a regulator of another place", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		const far, mill2 = "11430000000000000X", "91430000000000000M"
		m.enterprise(far, "别省粮食局", record.KindRegulator, "430000", rootUSCC, "root")
		m.register(far, rootUSCC, "root")
		m.add(&record.Key{Header: head(far, "KEY-6"), Action: record.KeyRegister, Subject: depotUSCC, PublicKey: m.key("sixth").Public().Point()}, far)
		m.again(b, allRecords, append([]string{"org-" + far, "key-" + far, "KEY-6"}, allRegistry...))
	}, proof.CheckRegistry, "no_authority"},
	{"a record of another lot's path", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.add(&record.Harvest{Header: head(grower, "H-9"), Lot: "H-9", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1}, grower)
		m.again(b, append([]string{"H-9"}, allRecords...), allRegistry)
	}, proof.CheckPath, "unconnected"},
	{"grain stored after it was withdrawn", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.add(&record.Store{Header: head(depotUSCC, "S-LATE"), Lot: "P-1", Bin: binCode, Grams: 1}, depotUSCC)
		m.again(b, append([]string{"S-LATE"}, without(allRecords, "SP-1", "P-1", "H-1")...), allRegistry)
	}, proof.CheckPath, "unconnected"},
	{"the making of the lot left out", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.again(b, without(allRecords, "JG"), without(allRegistry, "org-"+millUSCC, "key-"+millUSCC))
	}, proof.CheckPath, "no_maker"},
	{"the batch of another packing", func(m *made, b *proof.Bundle, _ *proof.Trust) { b.Subject.Batch = "2026010199" },
		proof.CheckPath, "another_batch"},
	{"more grain than there is", func(m *made, b *proof.Bundle, _ *proof.Trust) { b.Coverage.Grams++ },
		proof.CheckCoverage, "another_weight"},
	{"an origin left out of the list", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		b.Coverage.Origins = b.Coverage.Origins[:1]
	}, proof.CheckCoverage, "harvest_not_listed"},
	{"an origin that gives more than it had", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		b.Coverage.Origins = []proof.Origin{{Lot: "H-0", Grams: 6_000_002}, {Lot: "H-1", Grams: 0}}
	}, proof.CheckCoverage, "more_than_harvested"},
	{"a share that is better than the sum", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		b.Coverage.Origins[0].Grams -= 5_000
		slices.Reverse(b.Coverage.Origins)
		b.Coverage.Covered -= 5_000
	}, proof.CheckCoverage, "wrong_sum"},
	{"an input of a merge that is not shown and said to be nothing", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.merged(b, 100, 1_000_000, 0)
	}, proof.CheckCoverage, "more_than_came"},
	{"a merge of which nothing is said to be left out", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.merged(b, 100, 100, 0)
	}, proof.CheckCoverage, "nothing_missing"},
	{"an origin whose share is nearly all, of a lot that is not all shown", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.merged(b, 1_000_000-1, 1_000_000, 1)
	}, proof.CheckCoverage, "nothing_missing"},
	{"a checkpoint that somebody else anchored", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		e, _ := record.SignBytes("checkpoint", b.Anchor.Envelope.Payload, m.key(millUSCC))
		b.Anchor.Envelope = e
	}, proof.CheckAnchor, "not_signed_by_issuer"},
	{"a checkpoint anchored by another enterprise in its own name", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		m.anchored(b, millUSCC, "", m.note().Bytes(), millUSCC)
	}, proof.CheckAnchor, "not_by_owner"},
	{"an anchor of an older checkpoint", func(m *made, b *proof.Bundle, _ *proof.Trust) {
		old := m.bundle()
		m.add(&record.Sell{Header: head(depotUSCC, "XS-7"), Lot: "W-1", Buyer: millUSCC, Grams: 1, Purpose: record.PurposeFood}, depotUSCC)
		m.again(b, allRecords, allRegistry)
		b.Anchor = old.Anchor
	}, proof.CheckAnchor, "another_checkpoint"},
}

// wrongs are the questions of the table above.
func (m *made) wrongs() (out []question) {
	for _, w := range wrongs {
		m := newMade(m.t)
		b, trust := m.bundle(), m.trust()
		w.change(m, b, trust)
		out = append(out, question{w.name, encode(m.t, b), trust})
	}
	return out
}

func TestWrongBundles(t *testing.T) {
	for i, q := range newMade(t).wrongs() {
		w := wrongs[i]
		r := proof.VerifyBundle(q.raw, q.trust)
		if c := r.Find(w.check); r.Holds || c.Outcome != proof.Fails || c.Why != w.why {
			t.Errorf("%s: want %s %s\n%s", w.name, w.check, w.why, show(t, r))
		}
	}
}
