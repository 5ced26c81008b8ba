package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
)

// The seller confirms a purchase at the command line after the buyer has
// submitted it.
func TestSellerConfirmsAtTheCommandLine(t *testing.T) { eachLedger(t, sellerConfirmsAtTheCommandLine) }

func sellerConfirmsAtTheCommandLine(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	u := g.user()
	u.settle()
	u.accept(u.harvest("H-1", 5000))
	keys, at := g.keys(), "--gateway="+g.url
	payload := write(t, "p.json", `{"issuer":"`+depot+`","ref":"SG-1","occurredAt":"`+when+`","lot":"P-1","fromLot":"H-1",
 "fromGrams":2000,"seller":"`+coop+`","nature":"200","grossGrams":3000,"tareGrams":1000,"deductGrams":0,"netGrams":2000}`)
	one := run(t, "", "sign", "--type", "purchase", "--keys", keys, payload)
	one.has(t, "sign", 0)
	run(t, one.stdout, "submit", "-", "--json", at).has(t, "submit", 0, `"accepted"`, "unconfirmed_by_seller")
	both := run(t, one.stdout, "sign", "--add", "--as", coop, "--keys", keys, "-")
	both.has(t, "sign --add", 0, "SG-1", depot, `"seller":"`+coop+`"`)
	run(t, both.stdout, "submit", "-", "--json", at).has(t, "submit what both signed", 0, `"duplicate"`, "cosigned")
	run(t, both.stdout, "sign", "--add", "--as", coop, "--keys", keys, "-").has(t, "sign twice", 1, "already")
}

// Two holders of the root's keys register an enterprise, which neither can do
// alone.
func TestTwoSignForTheRoot(t *testing.T) { eachLedger(t, twoSignForTheRoot) }

func twoSignForTheRoot(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	keys, at := g.keys(), "--gateway="+g.url
	ring := client.OpenKeyring(keys, nil)
	root, err := ring.Root()
	if err != nil {
		t.Fatal(err)
	}
	first, err := ring.Key(root)
	if err != nil {
		t.Fatal(err)
	}
	apart := t.TempDir()
	second, _, err := client.OpenKeyring(apart, nil).EnsureKey(root)
	if err != nil {
		t.Fatal(err)
	}
	pem := filepath.Join(apart, root+".pem")
	toTwo := write(t, "root.json", fmt.Sprintf(`{"issuer":"%s","ref":"ROOT-2","occurredAt":"%s","action":"root","subject":"%[1]s",
 "threshold":2,"keys":["%[3]s","%[4]s"]}`, root, when, first.Public().Point(), second.Public().Point()))
	one := run(t, "", "sign", "--type", "key", "--keys", keys, toTwo)
	run(t, one.stdout, "submit", "-", at).has(t, "a root of two keys", 0, "accepted")

	payload := write(t, "e.json", `{"issuer":"`+root+`","ref":"E-1","occurredAt":"`+when+`","uscc":"`+coop+`","name":"合作社",
 "kind":"farm_coop","division":"320582"}`)
	one = run(t, "", "sign", "--type", "enterprise", "--keys", keys, payload)
	run(t, one.stdout, "submit", "-", at).has(t, "submit what one signed", 3, "too_few_signed")
	two := run(t, one.stdout, "sign", "--add", "--key", pem, "-")
	two.has(t, "sign --add", 0, "E-1", "enterprise")
	run(t, two.stdout, "submit", "-", at).has(t, "submit what both signed", 0, "accepted")

	dir := t.TempDir()
	harvest := "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg,area_mu\n" +
		coop + ",SH-1," + when + ",H-1,1132002,2025,320582,1000,2\n"
	if err := os.WriteFile(filepath.Join(dir, "harvest.csv"), []byte(harvest), 0o644); err != nil {
		t.Fatal(err)
	}
	r := run(t, "", "import", dir, "--keys", keys, at, "--quiet")
	r.has(t, "import without a registered key", 1, "cannot register enterprises, facilities or keys", "2 of its 2 keys", coop+": no registered key")
	key, _, err := ring.EnsureKey(coop)
	if err != nil {
		t.Fatal(err)
	}
	registered := write(t, "k.json", fmt.Sprintf(`{"issuer":"%s","ref":"K-1","occurredAt":"%s","action":"register","subject":"%s","publicKey":"%s"}`,
		root, when, coop, key.Public().Point()))
	one = run(t, "", "sign", "--type", "key", "--keys", keys, registered)
	two = run(t, one.stdout, "sign", "--add", "--key", pem, "-")
	run(t, two.stdout, "submit", "-", at).has(t, "register a key", 0, "accepted")
	r = run(t, "", "import", dir, "--keys", keys, at, "--quiet")
	r.has(t, "import with registered keys", 0, "1 rows decided")
	if !strings.Contains(r.stdout, "harvest.csv     1         1") {
		t.Error(r.stdout)
	}
}
