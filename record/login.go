package record

import (
	"errors"
	"strings"
	"time"
)

// LoginHeading is the first line of every login challenge. It keeps the
// challenge apart from all else that keys of the ledger sign: the encoding of
// a record begins with "DSSEv1 ", and the first line of a log's note is the
// log's name. A signed challenge can therefore never be a record.
const LoginHeading = "GrainLedger login v1"

// LoginChallenge is what a gateway asks an enterprise to sign so that it knows
// who is there. Its text is signed as it is, SM2 with SM3.
type LoginChallenge struct {
	Gateway string // scheme and host of the gateway, so that no other can pass the signature on
	KeyID   string // PublicKey.ID of the key that is to sign
	Issued  string // RFC 3339 UTC
	Nonce   string // 32 hex characters
	MAC     string // by which the gateway knows its own challenges, 64 hex characters
}

// loginFields are the names of the lines after the heading, in their order.
var loginFields = []string{"gateway", "key", "issued", "nonce", "mac"}

func (c *LoginChallenge) values() []string {
	return []string{c.Gateway, c.KeyID, c.Issued, c.Nonce, c.MAC}
}

// Text is the challenge as it is signed: the heading and one line for each
// field, every line ended by a line feed.
func (c *LoginChallenge) Text() string {
	var b strings.Builder
	b.WriteString(LoginHeading + "\n")
	for i, v := range c.values() {
		b.WriteString(loginFields[i] + ": " + v + "\n")
	}
	return b.String()
}

var errNoChallenge = errors.New("this is not a login challenge of a gateway")

// ParseLoginChallenge reads the text of a challenge. Who signs one must do so
// first, so that nothing else is ever signed in its stead.
func ParseLoginChallenge(text string) (LoginChallenge, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != len(loginFields)+2 || lines[0] != LoginHeading || lines[len(lines)-1] != "" {
		return LoginChallenge{}, errNoChallenge
	}
	values := make([]string, len(loginFields))
	for i, name := range loginFields {
		v, ok := strings.CutPrefix(lines[i+1], name+": ")
		if !ok || v == "" || len(v) > 512 {
			return LoginChallenge{}, errNoChallenge
		}
		values[i] = v
	}
	c := LoginChallenge{Gateway: values[0], KeyID: values[1], Issued: values[2], Nonce: values[3], MAC: values[4]}
	if !hexOf(c.KeyID, 64) || !hexOf(c.Nonce, 32) || !hexOf(c.MAC, 64) {
		return LoginChallenge{}, errNoChallenge
	}
	if _, err := time.Parse(time.RFC3339, c.Issued); err != nil {
		return LoginChallenge{}, errNoChallenge
	}
	return c, nil
}

func hexOf(s string, length int) bool { return len(s) == length && isHex(s) }
