// Package network is the consortium as data: its organisations, who orders
// and who endorses, private collections, block settings, and what Fabric's
// programs and the gateway read of it. It renders; it starts nothing.
package network
