package programs

import (
	"database/sql"
	"net/url"
	"path/filepath"

	"github.com/go-json-experiment/json"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/grainledger/grainledger/record"
)

// BinGrams is how much lies in a bin, by the ledger's state as a gateway's
// index holds it in its data directory: no public answer tells it.
func BinGrams(data, code string) (int64, error) {
	path := url.URL{Path: filepath.Join(data, "index.db")}
	db, err := sql.Open("sqlite", "file:"+path.EscapedPath()+"?_pragma=busy_timeout(10000)&_pragma=query_only(ON)")
	if err != nil {
		return 0, err
	}
	defer db.Close() //nolint:errcheck // it was only read
	var value string
	if err := db.QueryRow(`SELECT value FROM state WHERE key = $1`, record.BinKey(code)).Scan(&value); err != nil {
		return 0, err
	}
	var bin record.BinState
	err = json.Unmarshal([]byte(value), &bin)
	return bin.Grams, err
}
