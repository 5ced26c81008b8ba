// Package tlog keeps transparency logs: SM3 trees in the shape of RFC 6962
// on disk, as tiles that can be cached for ever (C2SP tlog-tiles, height 8).
//
// Tree knows leaves and nothing else. Log is the records log: the accepted
// records of the ledger in the order of its blocks, and what the ledger has
// anchored of them. It is a function of the block stream, so it can be
// dropped and built again.
package tlog
