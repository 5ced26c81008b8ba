package record

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func challenge() LoginChallenge {
	return LoginChallenge{Gateway: "https://grain.example", KeyID: strings.Repeat("0a", 32), Issued: "2026-03-01T04:00:00Z",
		Nonce: strings.Repeat("b", 32), MAC: strings.Repeat("c", 64)}
}

func TestLoginChallengeIsReadAsWritten(t *testing.T) {
	want := challenge()
	got, err := ParseLoginChallenge(want.Text())
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOnlyAChallengeIsReadAsOne(t *testing.T) {
	c := challenge()
	text := c.Text()
	for name, other := range map[string]string{
		"nothing":        "",
		"cut":            text[:len(text)-1],
		"more":           text + "x",
		"another line":   text + "also: this\n",
		"another order":  strings.Replace(text, "nonce", "mac", 1),
		"no gateway":     strings.Replace(text, "https://grain.example", "", 1),
		"capital hex":    strings.Replace(text, "0a0a", "0A0A", 1),
		"no time":        strings.Replace(text, "2026-03", "2026-13", 1),
		"a note of logs": "91320582MA0000004X/records\n12\nAAAA\n",
		"CRLF":           strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		if _, err := ParseLoginChallenge(other); err == nil {
			t.Errorf("%s: taken for a challenge", name)
		}
	}
}

// What signs a record never reads as a challenge, whatever the record says.
func TestNoRecordIsAChallenge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := challenge()
		e := Envelope{PayloadType: rapid.String().Draw(t, "type"),
			Payload: []byte(rapid.SampledFrom([]string{"", c.Text(), "\n" + c.Text()}).Draw(t, "payload"))}
		if _, err := ParseLoginChallenge(string(e.PAE())); err == nil || bytes.HasPrefix(e.PAE(), []byte(LoginHeading)) {
			t.Fatalf("%q", e.PAE())
		}
	})
}
