// Package interop is an enterprise with old software: it makes a record with
// tjfoc/gmsm and brings it to the ledger with the archived fabric-sdk-go.
// Nothing of GrainLedger is imported. What it knows of records it has from
// docs/records.md, so that the tests hold that page to its word.
package interop
