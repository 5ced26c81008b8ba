package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/record"
)

// TestEPCISCommands: what is signed is the payload that is printed, and the
// signed document is one that a gateway takes.
func TestEPCISCommands(t *testing.T) {
	dir := t.TempDir()
	issuer := "91320582MA1X00013"
	c, _ := record.USCCCheckCharacter(issuer)
	issuer += string(c)
	run := func(args ...string) (string, error) {
		cmd, out := newRoot(), &bytes.Buffer{}
		cmd.SetArgs(args)
		cmd.SetOut(out)
		cmd.SetErr(out)
		err := cmd.Execute()
		return out.String(), err
	}
	if out, err := run("keygen", issuer, "--keys", dir); err != nil {
		t.Fatal(out, err)
	}
	harvest := &record.Harvest{Header: record.Header{Issuer: issuer, Ref: "H-1", OccurredAt: "2025-10-01T08:00:00+08:00"},
		Lot: "H1", Variety: "1110000", HarvestYear: 2025, Origin: "320582", Grams: 1_250_000}
	write := func(d any) string {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "document.json")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	file := write(epcis.NewDocument("2025-10-01T08:00:00Z", []*epcis.Event{epcis.FromPayload(harvest)}))
	printed, err := run("epcis", file)
	want, _ := record.EncodePayload(harvest)
	if err != nil || printed != "application/vnd.grainledger.harvest+json\t"+string(want)+"\n" {
		t.Error(printed, err)
	}
	signed, err := run("epcis", file, "--sign", "--keys", dir)
	if err != nil {
		t.Fatal(signed, err)
	}
	d, err := epcis.ReadDocument([]byte(signed))
	if err != nil {
		t.Fatal(err)
	}
	captured, err := epcis.Capture(d.Body.EventList[0], d.Context, epcis.NoBatches)
	if err != nil {
		t.Fatal(err)
	}
	if env, err := record.DecodeEnvelope(captured.Envelope); err != nil || string(env.Payload) != string(want) {
		t.Error(string(env.Payload), err)
	}
	e := epcis.FromPayload(harvest)
	e.Disposition = "damaged"
	out, err := run("epcis", write(epcis.NewDocument("2025-10-01T08:00:00Z", []*epcis.Event{e})))
	if err == nil || !strings.Contains(err.Error(), "event 0: disposition") {
		t.Error(out, err)
	}
}
