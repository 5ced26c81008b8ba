// Package proof is the arithmetic of what GrainLedger proves: SM3 Merkle trees
// in the shape of RFC 6962, checkpoints and the signatures under them, and
// bundles that a shopper's phone can check. It does no IO: the ledger, the
// gateway, the command line and tests run the same code over the same bytes.
package proof
