package faults

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// Parties of the load, and the bin into which all of it goes.
const (
	coop   = "9332058226100911H2"
	depot  = "91320582508808129Y"
	hotBin = depot + "001000100101"
)

// Weights of one lot, in grams: what is harvested, sold of it, deducted, and
// stored of what was bought.
const (
	harvested = 30_000_000
	sold      = 20_000_000
	deducted  = 60_000
	bought    = sold - deducted
	stored    = 5_000_000
)

// signers sign for the parties, with the keys of a gateway's development
// directory.
type signers struct {
	t    *testing.T
	ring *client.Keyring
}

func (g *gateway) signers() *signers {
	return &signers{g.t, client.OpenKeyring(filepath.Join(g.data, "keys"), nil)}
}

// sign signs with the issuer's key, made where there is none.
func (s *signers) sign(p record.Payload) client.Submission {
	key, _, err := s.ring.EnsureKey(p.Head().Issuer)
	if err != nil {
		s.t.Error(err)
		return client.Submission{}
	}
	signed, err := client.Sign(p, key)
	if err != nil {
		s.t.Error(err)
	}
	return signed
}

func head(issuer, ref string) record.Header {
	return record.Header{Issuer: issuer, Ref: ref, OccurredAt: "2025-10-09T07:00:00+08:00"}
}

// registry registers the parties with their keys, and the bin.
func (s *signers) registry() []client.Submission {
	s.t.Helper()
	root, err := s.ring.Root()
	if err != nil || root == "" {
		s.t.Fatalf("root of the key directory: %q, %v", root, err)
	}
	var records []client.Submission
	for uscc, kind := range map[string]string{coop: record.KindFarmCoop, depot: record.KindStorage} {
		key, _, err := s.ring.EnsureKey(uscc)
		if err != nil {
			s.t.Fatal(err)
		}
		records = append(records,
			s.sign(&record.Enterprise{Header: head(root, uscc), USCC: uscc, Name: "单位" + uscc, Kind: kind, Division: "320582"}),
			s.sign(&record.Key{Header: head(root, key.Public().ID()), Action: record.KeyRegister, Subject: uscc, PublicKey: key.Public().Point()}))
	}
	return append(records,
		s.sign(&record.Facility{Header: head(root, "库区"), Code: depot + "001", Name: "主库区", USCC: depot, Kind: record.FacilityDepot}),
		s.sign(&record.Facility{Header: head(root, "货位"), Code: hotBin, Name: "1号仓", USCC: depot, Kind: record.FacilityBin,
			CapacityGrams: 1 << 49}))
}

func (s *signers) harvest(lot string) client.Submission {
	return s.sign(&record.Harvest{Header: head(coop, "SH-"+lot), Lot: "H-" + lot, Variety: "1132002", HarvestYear: 2025,
		Origin: "320582", Grams: harvested})
}

// unusual is a harvest whose yield the dated table has to judge.
func (s *signers) unusual(lot string) client.Submission {
	return s.sign(&record.Harvest{Header: head(coop, "SH-"+lot), Lot: "H-" + lot, Variety: "1132002", HarvestYear: 2025,
		Origin: "320582", Grams: harvested, AreaMu: "40"}) // 750 kg of a mu
}

func (s *signers) purchase(lot string) client.Submission {
	return s.sign(&record.Purchase{Header: head(depot, "SG-"+lot), Lot: "P-" + lot, FromLot: "H-" + lot, FromGrams: sold, Seller: coop,
		Nature: "200", GrossGrams: sold + 9_000_000, TareGrams: 9_000_000, DeductGrams: deducted, NetGrams: bought})
}

func (s *signers) store(lot string) client.Submission {
	return s.sign(&record.Store{Header: head(depot, "RK-"+lot), Lot: "P-" + lot, Bin: hotBin, Grams: stored})
}

// lot is one lot on its way from the field into the bin.
func (s *signers) lot(name string) []client.Submission {
	return []client.Submission{s.harvest(name), s.purchase(name), s.store(name)}
}

// lotName is unique among all submitters.
func lotName(submitter string, n int) string { return fmt.Sprintf("%s-%d", submitter, n) }
