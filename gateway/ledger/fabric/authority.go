package fabric

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc/credentials"
)

// peerTLS are the credentials of a connection to one peer. The file with the
// peer's TLS authorities is read at each handshake: a new authority holds from
// the next connection on, and connections that stand are left alone.
type peerTLS struct {
	credentials.TransportCredentials // of the authorities as they were first read
	serverName                       string
	authority                        string
}

// newPeerTLS fails where the authorities cannot be read. serverName is the
// name in the peer's certificate; where it is empty, the host of its address.
func newPeerTLS(serverName, authority string) (*peerTLS, error) {
	c := &peerTLS{serverName: serverName, authority: authority}
	current, err := c.read()
	if err != nil {
		return nil, err
	}
	c.TransportCredentials = current
	return c, nil
}

func (c *peerTLS) read() (credentials.TransportCredentials, error) {
	raw, err := os.ReadFile(c.authority) //nolint:gosec // named by the operator
	if err != nil {
		return nil, fmt.Errorf("TLS authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("TLS authority: %s holds no certificate", c.authority)
	}
	return credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: c.serverName, MinVersion: tls.VersionTLS12}), nil
}

// ClientHandshake is credentials.TransportCredentials' with the authorities of
// this moment, or with the first ones while the file cannot be read.
func (c *peerTLS) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	current, err := c.read()
	if err != nil {
		current = c.TransportCredentials
	}
	return current.ClientHandshake(ctx, authority, conn)
}

// Clone is credentials.TransportCredentials'.
func (c *peerTLS) Clone() credentials.TransportCredentials {
	return &peerTLS{c.TransportCredentials.Clone(), c.serverName, c.authority}
}
