// Package faults holds the tests of a gateway on a real Fabric network in
// which something breaks: processes are killed or stand still under load,
// connections are cut, certificates end, an organisation runs another program.
// After each, every record that was answered stands in the ledger once, no
// grain has come or gone, and the service goes on by itself.
//
// go test runs those that take less than half a minute, on one network that
// they share. `make test-faults` sets FAULTS=all and runs the others, too: nodes
// that cannot be reached for half a minute, and a network ordered by BFT. A
// short run (-short) starts no network.
package faults
