// Package runbooks holds the tests of docs/runbooks.md: each runbook is carried
// out as it is written there, on a real Fabric network with a gateway and a
// season of records. What the ledger held before it holds afterwards, and the
// service goes on.
//
// All share one network and one gateway, one after another. `make test-faults`
// sets FAULTS=all and runs the longer ones, too. A short run (-short) starts no
// network.
package runbooks
