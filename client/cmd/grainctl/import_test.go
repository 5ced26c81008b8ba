package main

import (
	"context"
	"encoding/csv"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/record"
)

const sample = "../../../testdata/season-a"

var rewriteGolden = flag.Bool("rewrite", false, "write golden files anew")

func importSample(t *testing.T, f *fakeGateway, keys string, more ...string) (stdout, report string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.csv")
	args := append([]string{"--gateway", f.URL, "import", sample, "--keys", keys, "--report", path}, more...)
	stdout, stderr, err := grainctl(t, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return stdout, string(data)
}

func TestImportOfTheSample(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	stdout, report := importSample(t, f, keys, "--batch", "50")
	golden(t, "testdata/report.csv", report)
	for _, want := range []string{"enterprise.csv    20        19          0         1", "keys: 19 made, 19 registered",
		"342 rows decided", "harvest.csv row 28 SH-A-00027: bad_quantity: grams: is not a weight"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("summary lacks %q:\n%s", want, stdout)
		}
	}
	first := slices.Index(f.types, record.TypeHarvest)
	if slices.Contains(f.types[first:], record.TypeEnterprise) || slices.Contains(f.types[first:], record.TypeKey) {
		t.Error("the registry comes after the rows that need it")
	}
}

// What the fake refuses, the real ledger has to refuse for the same reason,
// except the types that are not in force.
func TestGoldenReportIsPartOfWhatIsExpected(t *testing.T) {
	expected := lines(t, filepath.Join(sample, "expected.csv"))
	for _, line := range lines(t, "testdata/report.csv") {
		if line[4] != "unsupported_type" && !slices.ContainsFunc(expected, func(e []string) bool { return slices.Equal(e, line) }) {
			t.Errorf("%v is not in expected.csv", line)
		}
	}
}

func lines(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *rewriteGolden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (go test -rewrite writes it anew):\n%s", path, got)
	}
}

func TestImportAgainChangesNothing(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	importSample(t, f, keys)
	accepted := len(f.types)
	stdout, report := importSample(t, f, keys)
	if len(f.types) != accepted {
		t.Errorf("%d records more", len(f.types)-accepted)
	}
	if !strings.Contains(stdout, "keys: 0 made, 0 registered") {
		t.Error(stdout)
	}
	for _, line := range strings.Split(strings.TrimSpace(report), "\r\n")[1:] {
		if strings.HasPrefix(line, "harvest.csv,2,") && line != "harvest.csv,2,SH-A-00001,duplicate,duplicate" {
			t.Error(line)
		}
	}
	if n := strings.Count(report, "duplicate,duplicate"); n != accepted-19+1 {
		t.Errorf("%d duplicates, want %d", n, accepted-19+1)
	}
}

// A batch that was committed although its answer was lost counts as accepted,
// and only what really stands twice is a duplicate.
func TestImportAfterLostAnswers(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	f.fault = func(w http.ResponseWriter, post int, decided bool) bool {
		if post%3 == 0 && decided {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	}
	stdout, report := importSample(t, f, keys, "--batch", "40")
	golden(t, "testdata/report.csv", report)
	if !strings.Contains(stdout, "342 rows decided") {
		t.Error(stdout)
	}
}

func TestImportStopsWithAWayToGoOn(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	f.fault = func(w http.ResponseWriter, post int, decided bool) bool {
		if post > 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	report := filepath.Join(t.TempDir(), "report.csv")
	_, stderr, err := grainctl(t, "--gateway", f.URL, "--attempts", "2", "import", sample, "--keys", keys, "--report", report, "--batch", "30")
	if err == nil || !strings.Contains(err.Error(), "Run the same command again") || !strings.Contains(err.Error(), "of 342 rows were decided") {
		t.Error(err)
	}
	if !strings.Contains(stderr, "again in") {
		t.Errorf("no word about waiting: %s", stderr)
	}
	if exitCode(t.Context(), err) != exitFailed {
		t.Error("exit code", exitCode(t.Context(), err))
	}
	if left, _ := os.ReadDir(filepath.Dir(report)); len(left) != 0 {
		t.Errorf("a failed import left %v", left)
	}
	f.fault = nil
	importSample(t, f, keys)
}

func TestImportIsInterrupted(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	ctx, cancel := context.WithCancel(t.Context())
	f.fault = func(_ http.ResponseWriter, post int, decided bool) bool {
		if post == 4 {
			cancel()
		}
		return false
	}
	cmd := newRoot()
	cmd.SetArgs([]string{"--gateway", f.URL, "import", sample, "--keys", keys, "--batch", "30"})
	cmd.SetOut(&strings.Builder{})
	cmd.SetErr(&strings.Builder{})
	err := cmd.ExecuteContext(ctx)
	if err == nil || !strings.HasPrefix(err.Error(), "stopped: ") || exitCode(ctx, err) != exitInterrupted {
		t.Error(err)
	}
}

func TestFailOnRejected(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	_, _, err := grainctl(t, "--gateway", f.URL, "import", sample, "--keys", keys, "--fail-on-rejected", "--quiet")
	if exitCode(t.Context(), err) != exitRejected {
		t.Error(err)
	}
}

func TestImportWantsTheKeysOfWhoSigns(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	importSample(t, f, keys)

	other := t.TempDir()
	copyFile(t, filepath.Join(keys, rootUSCC+".pem"), filepath.Join(other, rootUSCC+".pem"))
	_, _, err := grainctl(t, "--gateway", f.URL, "import", sample, "--keys", other)
	if err == nil || !strings.Contains(err.Error(), "--new-keys") {
		t.Error(err)
	}
	if _, _, err = grainctl(t, "--gateway", f.URL, "import", sample, "--keys", other, "--new-keys"); err != nil {
		t.Error(err)
	}
}

func TestImportWithoutTheRootKey(t *testing.T) {
	_, root := rootRing(t)
	f := newFake(t, root)
	_, _, err := grainctl(t, "--gateway", f.URL, "import", sample, "--keys", t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "enterprise.csv is signed by the root") {
		t.Error(err)
	}
	strange, _ := rootRing(t)
	_, _, err = grainctl(t, "--gateway", f.URL, "import", sample, "--keys", strange)
	if err == nil || !strings.Contains(err.Error(), "not a key of this ledger's root") {
		t.Error(err)
	}
	os.WriteFile(filepath.Join(strange, "root.json"), []byte(`{"uscc":"9332058226100911H2"}`), 0o644)
	_, _, err = grainctl(t, "--gateway", f.URL, "import", sample, "--keys", strange)
	if err == nil || !strings.Contains(err.Error(), "belong to a ledger whose root is") {
		t.Error(err)
	}
}

// An issuer that nobody registered, or whose code is wrong, has its rows
// refused by the ledger; a row that cannot be read is refused here.
func TestStrangersAreRefusedByTheLedger(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	dir := t.TempDir()
	row := ",2025-10-09T07:00:00+08:00,H,1132002,2025,320582,"
	text := "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg\n" +
		"9332058226100911H2,A" + row + "1\n" + "../../etc/passwd,B" + row + "1\n" + "9332058226100911H2,C" + row + "abc\n"
	if err := os.WriteFile(filepath.Join(dir, "harvest.csv"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, "report")
	if _, stderr, err := grainctl(t, "--gateway", f.URL, "import", dir, "--keys", keys, "--report", report); err != nil {
		t.Fatal(err, stderr)
	}
	data, _ := os.ReadFile(report)
	want := "file,row,ref,verdict,reason\r\nharvest.csv,2,A,rejected,bad_signature\r\n" +
		"harvest.csv,3,B,rejected,bad_uscc\r\nharvest.csv,4,C,rejected,bad_quantity\r\n"
	if string(data) != want {
		t.Errorf("got %s", data)
	}
	if f.posts != 1 {
		t.Errorf("%d requests", f.posts)
	}
}

func TestImportOfABrokenFileSendsNothing(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "sell.csv"), []byte("issuer,ref\n"), 0o644)
	_, _, err := grainctl(t, "--gateway", f.URL, "import", dir, "--keys", keys)
	if err == nil || !strings.Contains(err.Error(), `sell.csv, row 1, column "occurred_at": is missing`) || f.posts != 0 {
		t.Errorf("%d requests, %v", f.posts, err)
	}
	_, _, err = grainctl(t, "--gateway", f.URL, "import", t.TempDir(), "--keys", keys)
	if err == nil || !strings.Contains(err.Error(), "no table of the import format") {
		t.Error(err)
	}
}

func TestDryRunAsksNobody(t *testing.T) {
	out, _, err := grainctl(t, "--gateway", "http://127.0.0.1:1", "import", sample, "--dry-run")
	if err != nil || !strings.Contains(out, "342 rows, 3 of them malformed") {
		t.Error(err, out)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
