package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// Make a key, sign what was harvested and submit it.
func Example() {
	gateway := standIn()
	defer gateway.Close()
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	const coop = "9332058226100911H2"
	key, _, err := client.OpenKeyring(dir, nil).EnsureKey(coop)
	if err != nil {
		log.Fatal(err)
	}
	submission, err := client.Sign(&record.Harvest{
		Header:      record.Header{Issuer: coop, Ref: "SH-2025-00001", OccurredAt: "2025-10-09T07:00:00+08:00"},
		Lot:         "H-0001",
		Variety:     "1132002",
		HarvestYear: 2025,
		Origin:      "320582",
		Grams:       37_395_000,
	}, key)
	if err != nil {
		log.Fatal(err)
	}
	c, err := client.New(gateway.URL)
	if err != nil {
		log.Fatal(err)
	}
	receipts, err := c.Submit(context.Background(), submission)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipts[0].Outcome, receipts[0].Status, "in block", receipts[0].Block)
	// Output: accepted committed in block 12
}

// A failed call says how far it came, and the ledger's reason where it gave one.
func ExampleError() {
	gateway := standIn()
	defer gateway.Close()
	c, err := client.New(gateway.URL)
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Lot(context.Background(), "H-9999")
	var e *client.Error
	if errors.As(err, &e) {
		fmt.Println(e.Op, e.Step, e.Status, e.Code)
	}
	fmt.Println(client.IsNotFound(err))
	// Output:
	// lot refused 404 unknown_lot
	// true
}

// Check a record offline, with nothing but the issuer's public key.
func ExampleVerify() {
	key, err := record.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	submission, err := client.Sign(&record.Sell{
		Header:  record.Header{Issuer: "9132058242815733PW", Ref: "XS-1", OccurredAt: "2025-12-17T09:00:00+08:00"},
		Lot:     "R-0001",
		Buyer:   "9132058297714599JC",
		Grams:   4_535_000,
		Purpose: record.PurposeFood,
	}, key)
	if err != nil {
		log.Fatal(err)
	}
	v, err := client.Verify(submission, key.Public())
	fmt.Println(v.Type, v.Signatures[0].Valid, err)
	// Output: sell true <nil>
}

// standIn answers like a gateway that accepts everything and holds no lots.
func standIn() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/records", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		records, _ := client.ParseSubmissions(body)
		receipts := make([]client.Receipt, len(records))
		for i, s := range records {
			v := record.Verdict{ID: s.Envelope.ID(), Outcome: record.Accepted}
			receipts[i] = client.Receipt{Verdict: v, Block: 12, Status: "committed"}
		}
		json.NewEncoder(w).Encode(map[string]any{"results": receipts})
	})
	mux.HandleFunc("GET /v1/lots/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"title":"not found","status":404,"code":5001,"reason":"unknown_lot","detail":"no such lot"}`)
	})
	return httptest.NewServer(mux)
}
