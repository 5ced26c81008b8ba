package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

const gatewayName = "https://grain.example"

// challengeFor is a challenge of a gateway for the key in a directory.
func challengeFor(t *testing.T, keys, gateway string) (text string, key *record.PublicKey) {
	t.Helper()
	k, err := client.OpenKeyring(keys, nil).Key(coop)
	if err != nil {
		t.Fatal(err)
	}
	c := record.LoginChallenge{Gateway: gateway, KeyID: k.Public().ID(), Issued: "2026-03-01T04:00:00Z",
		Nonce: strings.Repeat("0", 32), MAC: strings.Repeat("0", 64)}
	return c.Text(), k.Public()
}

func TestSignChallenge(t *testing.T) {
	keys, _ := signed(t)
	text, key := challengeFor(t, keys, gatewayName)
	file := filepath.Join(t.TempDir(), "challenge.txt")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	out, stderr, err := grainctl(t, "sign-challenge", file, "--keys", keys, "--as", coop, "--gateway", gatewayName)
	if err != nil || !strings.Contains(stderr, gatewayName) {
		t.Fatal(stderr, err)
	}
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSpace(out))
	if err != nil || !key.Verify([]byte(text), sig) {
		t.Errorf("%s, %v", out, err)
	}
	other, _ := challengeFor(t, keys, "https://other.example")
	for name, bad := range map[string]string{
		"another gateway's": other, "a payload": harvest, "something before it": "x" + text,
		"another key's": strings.Replace(text, key.ID(), strings.Repeat("a", 64), 1),
	} {
		write(bad)
		if out, _, err := grainctl(t, "sign-challenge", file, "--keys", keys, "--as", coop, "--gateway", gatewayName); err == nil || out != "" {
			t.Errorf("%s was signed: %s", name, out)
		}
	}
}

// A gateway that passes on another's challenge gets no signature.
func TestLoginSignsForTheGatewayThatWasMeant(t *testing.T) {
	keys, _ := signed(t)
	text, _ := challengeFor(t, keys, gatewayName)
	signatures := 0
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/sessions/challenge", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"challenge": text})
	})
	mux.HandleFunc("POST /v1/sessions", func(w http.ResponseWriter, r *http.Request) {
		signatures++
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]string{"uscc": coop, "token": "secret"})
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	if _, _, err := grainctl(t, "login", coop, "--keys", keys, "--gateway", server.URL); err == nil || signatures > 0 {
		t.Errorf("%v, %d signatures", err, signatures)
	}
	out, _, err := grainctl(t, "login", coop, "--keys", keys, "--gateway", server.URL, "--public", gatewayName)
	if err != nil || out != "secret\n" || signatures != 1 {
		t.Errorf("%q, %v", out, err)
	}
}

func TestSignDrafts(t *testing.T) {
	keys, _ := signed(t)
	file := filepath.Join(t.TempDir(), "drafts.json")
	write := func(drafts ...map[string]any) {
		data, err := json.Marshal(drafts)
		if err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	row := map[string]any{"payloadType": record.TypeHarvest.PayloadType(), "payload": harvest, "ref": "SH-1", "verdict": "accepted"}
	write(row, row)
	out, _, err := grainctl(t, "sign", "--drafts", file, "--keys", keys)
	if err != nil {
		t.Fatal(err)
	}
	subs, err := client.ParseSubmissions([]byte(out))
	if err != nil || len(subs) != 2 || string(subs[0].Envelope.Payload) != harvest {
		t.Errorf("%s, %v", out, err)
	}
	write(map[string]any{"payloadType": record.TypeHarvest.PayloadType(), "payload": strings.Replace(harvest, "37395000", "0", 1)})
	if _, _, err := grainctl(t, "sign", "--drafts", file, "--keys", keys); record.CodeOf(err) != record.BadQuantity {
		t.Error(err)
	}
	if _, _, err := grainctl(t, "sign", "--drafts", file, "--type", "harvest", "--keys", keys); err == nil {
		t.Error("--type was passed over")
	}
}

func TestTemplateWorkbook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.xlsx")
	if _, _, err := grainctl(t, "template", "harvest", "sell", "--xlsx", file, "--chinese"); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(data), "PK") {
		t.Error(err)
	}
	for _, args := range [][]string{{"harvest", "--xlsx", file}, {"harvest", "sell"}, {"harvest", "harvest", "--xlsx", file + "2"}, {"barley"}} {
		if _, _, err := grainctl(t, append([]string{"template"}, args...)...); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
