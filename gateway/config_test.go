package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func parse(t *testing.T, args ...string) (*config, error) {
	t.Helper()
	c, f := new(config), pflag.NewFlagSet("gateway", pflag.ContinueOnError)
	c.flags(f)
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	if err := fromEnvironment(f); err != nil {
		return c, err
	}
	return c, c.check()
}

// TestEveryFlagIsDocumented holds docs/gateway.md against the flags.
func TestEveryFlagIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	serving, _, _ := strings.Cut(string(text), "## The archive") // a command of its own
	lines, flags := map[string]string{}, 0
	for line := range strings.Lines(serving) {
		if strings.HasPrefix(line, "| `--") {
			cells := strings.Split(line, " | ")
			lines[strings.Trim(cells[0], "| `")] = line
		}
	}
	f := pflag.NewFlagSet("gateway", pflag.ContinueOnError)
	new(config).flags(f)
	f.VisitAll(func(flag *pflag.Flag) {
		flags++
		want := "| `--" + flag.Name + "` | `" + envName(flag.Name) + "` | "
		if flag.DefValue != "" {
			want += "`" + flag.DefValue + "` "
		}
		want += "| "
		if !strings.HasPrefix(lines["--"+flag.Name], want) {
			t.Errorf("no line begins with %q", want)
		}
	})
	if flags != len(lines) {
		t.Errorf("%d flags, %d lines", flags, len(lines))
	}
}

// standardPoint is a public key: that of GB/T 32918.5-2017, A.2.
const standardPoint = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"

func TestConfigIsChecked(t *testing.T) {
	for _, test := range []struct {
		args string
		bad  string // part of the error; empty for none
	}{
		{"--dev", ""},
		{"--listen localhost:0", ""},
		{"--listen [::1]:0", ""},
		{"--listen :8080", "not loopback"},
		{"--listen 0.0.0.0:8080", "not loopback"},
		{"--listen 0.0.0.0:8080 --insecure-listen", ""},
		{"--listen 0.0.0.0:8080 --tls-cert c --tls-key k", ""},
		{"--listen 0.0.0.0:8080 --tls-cert c --tls-key k --dev", "--dev listens on loopback"},
		{"--tls-cert c", "go together"},
		{"--listen nonsense", "--listen"},
		{"--dev --root r", "leave --root out"},
		{"--max-records 60000", "does not fit"},
		{"--max-records 400 --peer-records 300", "does not fit"},
		{"--batch-records 5000", ""},
		{"--batch-records 5001", "at most 5000 records"},
		{"--max-index-lag 0", ""},
		{"--ledger embedded", ""},
		{"--ledger fabric --fabric-profile p.json", ""},
		{"--ledger fabric", "needs --fabric-profile"},
		{"--fabric-profile p.json", "goes with --ledger fabric"},
		{"--ledger embedded --fabric-profile p.json", "goes with --ledger fabric"},
		{"--ledger nonsense", "neither embedded nor fabric"},
		{"--ledger-wait 0s", "--ledger-wait"},
		{"--anchor-every 0s", "--anchor-every"},
		{"--anchor-leaves 0", "--anchor-leaves"},
		{"--log-origin a+b", "--log-origin"},
		{"--witness https://w.example", "--witness"},
		{"--witness https://w.example=name:04", "--witness"},
		{"--witness w.example=name:" + standardPoint, "--witness"},
		{"--witness https://w.example/log=1=name:" + standardPoint, ""},
		{"--in-flight 0", "--in-flight"},
		{"--trusted-proxies 10.0.0.0/8,192.0.2.1", ""},
		{"--trusted-proxies proxy.example", "neither an address nor a prefix"},
		{"--scan-warning-per-tonne -1", "--scan-warning-per-tonne"},
		{"--batch-linger 0s", "--batch-linger"},
	} {
		_, err := parse(t, strings.Fields(test.args)...)
		if (err == nil) != (test.bad == "") || err != nil && !strings.Contains(err.Error(), test.bad) {
			t.Errorf("%s: %v", test.args, err)
		}
	}
}

func TestEnvironmentGivesWay(t *testing.T) {
	t.Setenv("GRAINLEDGER_MAX_RECORDS", "7")
	t.Setenv("GRAINLEDGER_IN_FLIGHT", "9")
	c, err := parse(t, "--in-flight", "2")
	if err != nil || c.maxRecords != 7 || c.batch.InFlight != 2 {
		t.Errorf("%d, %d, %v", c.maxRecords, c.batch.InFlight, err)
	}
	t.Setenv("GRAINLEDGER_MAX_RECORDS", "many")
	if _, err := parse(t); err == nil || !strings.Contains(err.Error(), "GRAINLEDGER_MAX_RECORDS") {
		t.Errorf("error %v", err)
	}
}
