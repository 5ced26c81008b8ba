// Package e2e tests the programs as people run them: it builds them once,
// starts them on loopback ports, and speaks HTTP. What depends on a ledger runs
// on each kind: the embedded one, and Fabric networks of plain processes that
// order by Raft and by BFT. They start at their first use and end with the
// tests; a short run (-short) does without.
package e2e
