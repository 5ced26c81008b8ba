package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// scriptVars are the bodies that scripts cannot hold, since keys are made anew
// for every gateway.
func scriptVars(t *testing.T, g *gateway) map[string]string {
	t.Helper()
	u := g.user()
	stranger, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := client.Sign(&record.Harvest{Header: head(coop, "SH-STRANGER"), Lot: "H-STRANGER",
		Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1000}, stranger)
	if err != nil {
		t.Fatal(err)
	}
	good := u.harvest("H-SCRIPT", 1_000_000)
	other := u.sign(&record.Harvest{Header: head(coop, "SH-H-SCRIPT"), Lot: "H-SCRIPT", Variety: "1132002",
		HarvestYear: 2025, Origin: "320582", Grams: 2_000_000})
	later := u.harvest("H-LATER", 1_000_000)
	forged := good
	forged.Envelope.Payload = []byte(strings.Replace(string(good.Envelope.Payload), `"grams":1000000`, `"grams":9000000`, 1))
	swapped := good
	swapped.Envelope.PayloadType = record.Type("store").PayloadType()
	credit, err := record.SignBytes("credit", []byte(`{"issuer":"`+coop+`","ref":"XY-1","occurredAt":"`+when+`"}`), stranger)
	if err != nil {
		t.Fatal(err)
	}
	wild, err := record.SignBytes("weather", []byte(`{}`), stranger)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s client.Submission) string {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	vars := map[string]string{
		"good": text(good), "goodID": good.Envelope.ID(), "other": text(other), "forged": text(forged),
		"unknown": text(unknown), "swapped": text(swapped), "later": text(later),
		"credit": text(client.Submission{Envelope: credit}), "wild": text(client.Submission{Envelope: wild}),
		"oversale": text(u.sale("H-SCRIPT", 1)), "nolot": text(u.sale("H-NONE", 1)),
		"negative":  text(u.harvest("H-NEGATIVE", -5)),
		"huge":      strings.Repeat("x", 5<<20),
		"many":      "[" + strings.Repeat("{},", 1000) + "{}]",
		"deep":      strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
		"long":      strings.Repeat("A", 3000),
		"notBase64": strings.Replace(text(good), `"payload":"`, `"payload":"***`, 1),
		"twice":     strings.Replace(text(good), `{`, `{"payloadType":"x",`, 1),
		"extra":     strings.Replace(text(good), `{`, `{"surprise":1,`, 1),
		"shop":      shop,
	}
	return vars
}
