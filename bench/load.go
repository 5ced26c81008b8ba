package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// party is an enterprise of the load with its key.
type party struct {
	uscc, kind string
	key        *record.PrivateKey
}

// load makes signed records of a made-up season: for each lot a harvest, a
// purchase of all of it, an inspection of the purchase, and a sale of half.
type load struct {
	root, coop, depot, lab, mill party
	at                           string
}

// perLot is how many records one lot brings.
const perLot = 4

func newLoad() (*load, error) {
	l := &load{at: time.Now().Add(-time.Hour).Format(time.RFC3339)}
	for _, p := range []struct {
		into       *party
		body, kind string
	}{
		{&l.root, "11000000MA0000000", record.KindRegulator}, {&l.coop, "93320582MA0000002", record.KindFarmCoop},
		{&l.depot, "91320582MA0000004", record.KindStorage}, {&l.lab, "12320582MA0000008", record.KindLab},
		{&l.mill, "91320582MA0000006", record.KindProcessor},
	} {
		check, ok := record.USCCCheckCharacter(p.body)
		if !ok {
			return nil, fmt.Errorf("body %s", p.body)
		}
		key, err := record.GenerateKey()
		if err != nil {
			return nil, err
		}
		*p.into = party{p.body + string(check), p.kind, key}
	}
	return l, nil
}

// genesis is the argument of Init.
func (l *load) genesis() ([]byte, error) {
	return json.Marshal(&record.Root{USCC: l.root.uscc, Name: "root", Division: "000000", Threshold: 1,
		Keys: []string{l.root.key.Public().Point()}})
}

// registry is the records that make the parties known.
func (l *load) registry() ([][]byte, error) {
	var out [][]byte
	for _, p := range []party{l.coop, l.depot, l.lab, l.mill} {
		for _, r := range []record.Payload{
			&record.Enterprise{Header: l.head(l.root, "E"+p.uscc), USCC: p.uscc, Name: p.kind, Kind: p.kind, Division: "320582"},
			&record.Key{Header: l.head(l.root, "K"+p.uscc), Action: record.KeyRegister, Subject: p.uscc, PublicKey: p.key.Public().Point()},
		} {
			raw, err := signed(l.root, r)
			if err != nil {
				return nil, err
			}
			out = append(out, raw)
		}
	}
	return out, nil
}

func (l *load) head(by party, ref string) record.Header {
	return record.Header{Issuer: by.uscc, Ref: ref, OccurredAt: l.at}
}

// lots makes the records of lots from..from+n-1 on all cores, in the order in
// which they have to arrive.
func (l *load) lots(from, n int) ([][]byte, error) {
	return l.many(n, func(i int, into [][]byte) error { return l.lot(from+i, into) })
}

// many makes the records of n things on all cores, perLot each.
func (l *load) many(n int, one func(i int, into [][]byte) error) ([][]byte, error) {
	out := make([][]byte, n*perLot)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := one(i, out[i*perLot:(i+1)*perLot]); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return out, nil
}

// entryOf is a record in the making.
type entryOf struct {
	by      party
	payload record.Payload
}

// sign signs records one after another.
func (l *load) sign(into [][]byte, records []entryOf) error {
	for i, r := range records {
		raw, err := signed(r.by, r.payload)
		if err != nil {
			return err
		}
		into[i] = raw
	}
	return nil
}

func (l *load) lot(n int, into [][]byte) error {
	h, p := fmt.Sprintf("H-%08d", n), fmt.Sprintf("P-%08d", n)
	const grams = 20_000_000
	return l.sign(into, []entryOf{
		{l.coop, &record.Harvest{Header: l.head(l.coop, "SH-"+h), Lot: h, Variety: "1132002", HarvestYear: harvestYear(l.at), Origin: "320582", Grams: grams, AreaMu: "35.5"}},
		{l.depot, &record.Purchase{Header: l.head(l.depot, "SG-"+p), Lot: p, FromLot: h, FromGrams: grams, Seller: l.coop.uscc, Nature: "200",
			GrossGrams: grams + 9_000_000, TareGrams: 9_000_000, DeductGrams: 60_000, NetGrams: grams - 60_000}},
		{l.lab, l.inspection("ZJ-"+p, p, record.StagePurchase)},
		{l.depot, &record.Sell{Header: l.head(l.depot, "XS-"+p), Lot: p, Buyer: l.mill.uscc, Grams: grams / 2, Purpose: record.PurposeFood}},
	})
}

func harvestYear(at string) int {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return 0
	}
	return t.Year()
}

func signed(by party, p record.Payload) ([]byte, error) {
	e, err := record.Sign(p, by.key)
	if err != nil {
		return nil, err
	}
	return e.Encode()
}

func (l *load) bin(n int) string { return fmt.Sprintf("%s001%04d00101", l.depot.uscc, n) }

// bins registers a depot with n bins.
func (l *load) bins(n int) ([][]byte, error) {
	all := make([]entryOf, 0, n+1)
	all = append(all, entryOf{l.root, &record.Facility{Header: l.head(l.root, "F"), Code: l.depot.uscc + "001", Name: "库区", USCC: l.depot.uscc, Kind: "depot"}})
	for i := range n {
		code := l.bin(i)
		all = append(all, entryOf{l.root, &record.Facility{Header: l.head(l.root, "F"+code), Code: code, Name: "货位", USCC: l.depot.uscc, Kind: "bin",
			CapacityGrams: 1_000_000_000_000_000}})
	}
	out := make([][]byte, len(all))
	return out, l.sign(out, all)
}
