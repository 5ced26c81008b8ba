package e2e

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reveals looks for secrets in a text, and in what it holds in base64.
func reveals(t *testing.T, what string, text []byte, words []string) {
	t.Helper()
	for _, w := range words {
		for form, b := range forms(w) {
			if bytes.Contains(text, b) {
				t.Errorf("%s reveals %q (%s)", what, w, form)
			}
		}
	}
}

// holds tells whether a file of a directory has any of the words in plain.
func holds(dir, file string, words []string) bool {
	data, err := os.ReadFile(filepath.Join(dir, file))
	return err == nil && slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(data, []byte(w)) })
}

// forms are how a word may stand in a file: plain, and at each of the three
// places in a group of base64.
func forms(word string) map[string][]byte {
	all := map[string][]byte{"plain": []byte(word)}
	if len(word) < 8 {
		return all // too short to tell in base64
	}
	for shift, name := range []string{"base64", "base64, one on", "base64, two on"} {
		encoded := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{'x'}, shift), word...))
		whole := len(encoded) - 4 // the last group depends on what follows
		all[name] = []byte(encoded[min(4, 4*shift):max(whole, 4)])
	}
	return all
}

// searchData looks through the data directory. It wants to find the secrets in
// the private files of the embedded ledger; on a channel there are none.
func searchData(t *testing.T, on ledgerKind, dir string, words []string) {
	t.Helper()
	private := searchFiles(t, dir, words, func(path string) bool { return strings.Contains(path, "/private/") })
	if on == onEmbedded {
		holdsSecrets(t, "the private files", private)
	} else if len(private) > 0 {
		t.Error("a gateway without a ledger of its own has private files")
	}
}

// searchFiles looks through a directory, and returns what stands in the files
// that may hold secrets.
func searchFiles(t *testing.T, dir string, words []string, may func(path string) bool) []byte {
	t.Helper()
	var private []byte
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreMissing(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return ignoreMissing(err)
		}
		data = bytes.TrimRight(data, "\x00") // logs that were laid out in advance
		if may(path) {
			private = append(private, data...)
			return nil
		}
		reveals(t, strings.TrimPrefix(path, dir), data, words)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// ignoreMissing passes over files that a running database has taken away.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// holdsSecrets wants to find secrets where they belong, so that it is sure
// that the right words were looked for elsewhere.
func holdsSecrets(t *testing.T, where string, private []byte) {
	t.Helper()
	for _, w := range []string{"priceFenPerTonne", `"vehicle":"苏E37552"`, `"seller":"张大有"`, `"content"`} {
		if !bytes.Contains(private, []byte(w)) {
			t.Errorf("%s do not hold %s", where, w)
		}
	}
}
