// Package e2e tests the programs as people run them: it builds the gateway
// and grainctl once, starts them on loopback ports, and speaks HTTP. Nothing
// here looks into the programs' memory.
package e2e
