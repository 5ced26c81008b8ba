// Package local runs a consortium on one machine: peers, orderers and
// chaincode services as plain processes with TLS, all on loopback. Everything
// lies in one directory; what is there already is left as it is.
package local
