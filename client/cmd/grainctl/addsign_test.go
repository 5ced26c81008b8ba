package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

const buyer = "91320582508808129Y"

// written writes a file into a new directory.
func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.json")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// boughtSealed is a purchase with a sealed part, signed by the buyer alone.
func boughtSealed(t *testing.T, keys string) client.Submission {
	t.Helper()
	key, _, err := client.OpenKeyring(keys, nil).EnsureKey(buyer)
	if err != nil {
		t.Fatal(err)
	}
	part, name, err := record.Seal([]byte("key"), buyer, "SG-1", map[string]string{"price": "2.80"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := client.Sign(&record.Purchase{
		Header: record.Header{Issuer: buyer, Ref: "SG-1", OccurredAt: "2025-10-12T08:00:00+08:00"},
		Lot:    "P-1", FromLot: "H-1", FromGrams: 2000, Seller: coop, Nature: "200",
		GrossGrams: 3000, TareGrams: 1000, NetGrams: 2000, Sealed: []string{name},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	s.Sealed = [][]byte{part}
	return s
}

func text(t *testing.T, s client.Submission) string {
	t.Helper()
	b, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestACounterpartySignsToo(t *testing.T) {
	keys, _ := signed(t)
	s := boughtSealed(t, keys)
	file := written(t, text(t, s))
	out, stderr, err := grainctl(t, "sign", "--add", "--keys", keys, "--as", coop, file)
	if err != nil {
		t.Fatal(err, stderr)
	}
	for _, want := range []string{"purchase", s.Envelope.ID(), buyer, "SG-1", `"seller":"` + coop + `"`} {
		if !strings.Contains(stderr, want) {
			t.Errorf("does not show %s:\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, "warning") {
		t.Error(stderr)
	}
	both, err := client.ParseSubmissions([]byte(out))
	if err != nil || len(both) != 1 {
		t.Fatal(err, out)
	}
	for _, uscc := range []string{buyer, coop} {
		key, err := client.OpenKeyring(keys, nil).Key(uscc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Verify(both[0], key.Public()); err != nil {
			t.Error(uscc, err)
		}
	}
	if both[0].Envelope.ID() != s.Envelope.ID() || len(both[0].Envelope.Signatures) != 2 || len(both[0].Sealed) != 1 {
		t.Error("is another record", out)
	}
	if again, _, err := grainctl(t, "sign", "--add", "--keys", keys, "--as", coop, written(t, out)); err == nil ||
		!strings.Contains(err.Error(), "already") || again != "" {
		t.Error(again, err)
	}
	// One who is no party to it may sign, and is told that it is for nothing.
	if _, _, err := grainctl(t, "keygen", rootUSCC, "--keys", keys); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := grainctl(t, "sign", "--add", "--keys", keys, "--as", rootUSCC, file); err != nil || !strings.Contains(stderr, "confirm nothing") {
		t.Error(stderr, err)
	}
}

func TestAddRefuses(t *testing.T) {
	keys, envelope := signed(t)
	bought := boughtSealed(t, keys)
	file := written(t, text(t, bought))
	spoilt := func(change func(*client.Submission)) string {
		s := boughtSealed(t, keys)
		change(&s)
		return written(t, text(t, s))
	}
	// payload signs whatever stands there.
	payload := func(change ...string) string {
		return spoilt(func(s *client.Submission) {
			s.Envelope.Payload = []byte(strings.NewReplacer(change...).Replace(string(s.Envelope.Payload)))
		})
	}
	pem := filepath.Join(keys, coop+".pem")
	for name, c := range map[string]struct {
		args  []string
		words string
	}{
		"a payload":            {[]string{"--as", coop, written(t, harvest)}, "malformed"},
		"two records":          {[]string{"--as", coop, written(t, "["+text(t, bought)+","+text(t, bought)+"]")}, "holds 2 records"},
		"no record":            {[]string{"--as", coop, written(t, "[]")}, "holds 0 records"},
		"wrong weight":         {[]string{"--as", coop, payload(`"netGrams":2000`, `"netGrams":0`)}, "bad_quantity"},
		"wrong member":         {[]string{"--as", coop, payload(`"lot"`, `"batch"`)}, "malformed"},
		"to come":              {[]string{"--as", coop, payload("2025-10-12", "2225-10-12")}, "future_time"},
		"another type":         {[]string{"--as", coop, spoilt(func(s *client.Submission) { s.Envelope.PayloadType = record.TypeSell.PayloadType() })}, "malformed"},
		"unknown type":         {[]string{"--as", coop, spoilt(func(s *client.Submission) { s.Envelope.PayloadType = record.Type("weather").PayloadType() })}, "unsupported_type"},
		"not signed":           {[]string{"--as", coop, spoilt(func(s *client.Submission) { s.Envelope.Signatures = nil })}, "bad_signature"},
		"another part":         {[]string{"--as", coop, spoilt(func(s *client.Submission) { s.Sealed[0] = []byte("{}") })}, "bad_sealed"},
		"not of --type":        {[]string{"--as", coop, "--type", "sell", file}, "not sell"},
		"no such key":          {[]string{"--as", "9132058297714599JC", file}, "no such key"},
		"not a code":           {[]string{"--as", "../" + coop, file}, "bad_uscc"},
		"the issuer once more": {[]string{file}, "already"},
		"both":                 {[]string{"--as", coop, "--key", pem, file}, "--key or --as"},
		"no file":              {[]string{"--as", coop, filepath.Join(keys, "none.json")}, "no such file"},
	} {
		out, _, err := grainctl(t, append([]string{"sign", "--add", "--keys", keys}, c.args...)...)
		if err == nil || !strings.Contains(err.Error(), c.words) || out != "" {
			t.Errorf("%s: %v, want %q; printed %q", name, err, c.words, out)
		}
	}
	if _, _, err := grainctl(t, "sign", "--as", coop, "--type", "harvest", "--keys", keys, envelope); err == nil || !strings.Contains(err.Error(), "--add") {
		t.Error(err)
	}
}

// twoKeys makes the root of a fake sign with two of two keys. The second lies
// in the file that is returned.
func twoKeys(t *testing.T, f *fakeGateway) (second string) {
	t.Helper()
	dir := t.TempDir()
	key, _, err := client.OpenKeyring(dir, nil).EnsureKey(rootUSCC)
	if err != nil {
		t.Fatal(err)
	}
	f.root.Keys = append(f.root.Keys, key.Public().Point())
	f.root.Threshold = 2
	return filepath.Join(dir, rootUSCC+".pem")
}

func TestARootOfTwoKeysSigns(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	second := twoKeys(t, f)
	payload := written(t, `{"issuer":"`+rootUSCC+`","ref":"E-1","occurredAt":"2025-01-01T00:00:00+08:00","uscc":"`+coop+`",
 "name":"合作社","kind":"farm_coop","division":"320582"}`)
	one, _, err := grainctl(t, "sign", "--type", "enterprise", "--keys", keys, payload)
	if err != nil {
		t.Fatal(err)
	}
	if out, _, err := grainctl(t, "submit", written(t, one), "--gateway", f.URL); exitCode(t.Context(), err) != exitRejected || !strings.Contains(out, "too_few_signed") {
		t.Error(out, err)
	}
	two, _, err := grainctl(t, "sign", "--add", "--key", second, written(t, one))
	if err != nil {
		t.Fatal(err)
	}
	if out, _, err := grainctl(t, "submit", written(t, two), "--gateway", f.URL); err != nil || !strings.HasPrefix(out, "accepted") {
		t.Error(out, err)
	}
}

func TestImportSaysThatItCannotSignForTwo(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	twoKeys(t, f)
	_, stderr, err := grainctl(t, "--gateway", f.URL, "import", sample, "--keys", keys, "--quiet")
	if !strings.HasPrefix(stderr, "warning: this import cannot register enterprises, facilities or keys: records of the root "+rootUSCC+
		" need the signatures of 2 of its 2 keys") {
		t.Error(stderr)
	}
	if err != nil {
		t.Error(err) // no enterprise is on the ledger, so every row was refused
	}
	f.enterprises[coop] = &client.Enterprise{RegisteredEnterprise: record.RegisteredEnterprise{USCC: coop}}
	if _, _, err = grainctl(t, "--gateway", f.URL, "import", sample, "--keys", keys, "--quiet"); err == nil ||
		!strings.Contains(err.Error(), coop+": no registered key, and import cannot register one") {
		t.Error(err)
	}
}
