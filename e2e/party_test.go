package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// Parties of the tests that make their own records.
const (
	coop  = "9332058226100911H2"
	depot = "91320582508808129Y"
	shop  = "9132058297714599JC"
)

// ledgerUser speaks to a gateway as a program does, with the keys of its
// development ledger.
type ledgerUser struct {
	t    *testing.T
	ring *client.Keyring
	*client.Client
}

// user makes a client of the gateway. It tries nothing twice: what the tests
// count is what the gateway answered.
func (g *gateway) user(options ...client.Option) *ledgerUser {
	g.t.Helper()
	c, err := client.New(g.url, append([]client.Option{client.WithAttempts(1)}, options...)...)
	if err != nil {
		g.t.Fatal(err)
	}
	return &ledgerUser{g.t, client.OpenKeyring(g.keys(), nil), c}
}

// when is the time of records for which it does not matter.
const when = "2025-10-09T07:00:00+08:00"

func head(issuer, ref string) record.Header {
	return record.Header{Issuer: issuer, Ref: ref, OccurredAt: when}
}

// sign signs with the issuer's key, made where there is none.
func (u *ledgerUser) sign(p record.Payload) client.Submission {
	u.t.Helper()
	key, _, err := u.ring.EnsureKey(p.Head().Issuer)
	if err != nil {
		u.t.Fatal(err)
	}
	s, err := client.Sign(p, key)
	if err != nil {
		u.t.Fatal(err)
	}
	return s
}

// accept submits records that must be accepted.
func (u *ledgerUser) accept(records ...client.Submission) []client.Receipt {
	u.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	receipts, err := u.Submit(ctx, records...)
	if err != nil {
		u.t.Fatal(err)
	}
	for _, r := range receipts {
		if r.Outcome != record.Accepted {
			u.t.Fatalf("%s %s: %s %s: %s", r.Type, r.Ref, r.Outcome, r.Reason, r.Detail)
		}
	}
	return receipts
}

// settle registers the parties with their keys.
func (u *ledgerUser) settle() {
	u.t.Helper()
	root, err := u.ring.Root()
	if err != nil || root == "" {
		u.t.Fatalf("root of the key directory: %q, %v", root, err)
	}
	var records []client.Submission
	for uscc, kind := range map[string]string{coop: record.KindFarmCoop, depot: record.KindStorage, shop: record.KindRetail} {
		key, _, err := u.ring.EnsureKey(uscc)
		if err != nil {
			u.t.Fatal(err)
		}
		records = append(records,
			u.sign(&record.Enterprise{Header: head(root, uscc), USCC: uscc, Name: "单位" + uscc, Kind: kind, Division: "320582"}))
		records = append(records, u.sign(&record.Key{Header: head(root, key.Public().ID()), Action: record.KeyRegister,
			Subject: uscc, PublicKey: key.Public().Point()}))
	}
	u.accept(records...)
}

// harvest is a signed harvest of so many grams.
func (u *ledgerUser) harvest(lot string, grams int64) client.Submission {
	return u.sign(&record.Harvest{Header: head(coop, "SH-"+lot), Lot: lot, Variety: "1132002", HarvestYear: 2025,
		Origin: "320582", Grams: grams})
}

// sale is a signed sale of one kilogram to the shop.
func (u *ledgerUser) sale(lot string, n int) client.Submission {
	return u.sign(&record.Sell{Header: head(coop, fmt.Sprintf("XS-%s-%d", lot, n)), Lot: lot, Buyer: shop,
		Grams: 1000, Purpose: record.PurposeFood})
}

// soon bounds one call.
func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 30*time.Second)
}
