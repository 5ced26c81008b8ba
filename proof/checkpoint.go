package proof

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Checkpoint is the state of a log: so many leaves under this root.
type Checkpoint struct {
	Origin string // names the log: "<USCC of its owner>/<name>", for example ".../records"
	Size   uint64 // leaves
	Root   Hash
}

// Body is the checkpoint as text, the form that is signed (C2SP
// tlog-checkpoint): origin, size in decimal and root in base64, a line each.
func (c Checkpoint) Body() string {
	return c.Origin + "\n" + strconv.FormatUint(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// maxOrigin bounds the name of a log, in bytes.
const maxOrigin = 128

// CheckOrigin tells whether s can name a log: printable text of one line
// without spaces or plus signs, which separate and encode names of keys.
func CheckOrigin(s string) error {
	switch {
	case s == "" || len(s) > maxOrigin:
		return fmt.Errorf("a log's name has 1 to %d bytes", maxOrigin)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '+' || r == 0x7f || r == utf8.RuneError }):
		return errors.New("a log's name has a space, a plus sign or a control character")
	}
	return nil
}

// parseBody reads the text form. It has one spelling only, so that two
// programs never sign or cache the same state under two texts; lines of later
// versions after the third are refused, since nothing here would check them.
func parseBody(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return c, errors.New("checkpoint: does not have the three lines origin, size and root")
	}
	if err := CheckOrigin(lines[0]); err != nil {
		return c, fmt.Errorf("checkpoint: %w", err)
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseUint(lines[1], 10, 63); err != nil {
		return c, errors.New("checkpoint: the size is not a number")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(c.Root) {
		return c, errors.New("checkpoint: the root is not an SM3 in base64")
	}
	c.Root = Hash(root)
	if c.Body() != text {
		return c, errors.New("checkpoint: is not in its one spelling")
	}
	return c, nil
}
