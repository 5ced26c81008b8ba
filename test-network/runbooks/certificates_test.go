package runbooks

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/test-network/local"
)

// All certificates are renewed before they end, one process after another. The
// gateway runs all the time and takes its new certificate by itself.
func TestCertificatesAreRenewedBeforeTheyEnd(t *testing.T) {
	s := on(t)
	before, process := s.remember(), s.cmd.Process.Pid
	s.meanwhile(func() {
		s.testNetwork("renew", "--within", "2h", "--lifetime", "720h")
	})
	s.wantUntil(time.Now().Add(700 * time.Hour))
	s.serves("with new certificates")
	if s.cmd.Process.Pid != process || s.ended() {
		t.Error("the gateway was started again")
	}
	if !strings.Contains(s.out.String(), "the identity was renewed") {
		t.Error("the gateway's log does not tell that it took the new certificate")
	}
	s.still(before, "a renewal")
	if out := s.testNetwork("renew", "--within", "2h"); !strings.Contains(out, "0 processes") {
		t.Errorf("a second renewal: %s", out)
	}
}

// wantUntil wants the status to show that no certificate ends before.
func (s *scene) wantUntil(end time.Time) {
	s.Helper()
	s.do(func(ctx context.Context, n *local.Network) error {
		status, err := n.Status(ctx)
		if err != nil {
			return err
		}
		for _, node := range status.Nodes {
			if node.Until.Before(end) || node.Problem != "" {
				s.Errorf("%s: until %s, %s", node.Node.Name(), node.Until, node.Problem)
			}
		}
		for _, svc := range status.Services {
			if svc.Until.Before(end) || svc.PID == 0 {
				s.Errorf("%s of %s: until %s, process %d", svc.Label, svc.Org, svc.Until, svc.PID)
			}
		}
		return nil
	})
}

// The certificates of a peer, an orderer and the gateway itself have ended.
// Renewed, all of them work again, and the gateway was not started again.
func TestCertificatesThatHaveEnded(t *testing.T) {
	long(t)
	s := on(t)
	before := s.remember()
	names := []string{"peer0.regulator", "orderer0.depot", "client.depot"}
	s.testNetwork(append([]string{"renew", "--within", "100000h", "--lifetime", "20s"}, names...)...)
	within(t, "the certificates end", func() bool {
		status, err := s.net().Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		for _, node := range status.Nodes {
			if node.Until.Before(time.Now()) {
				ended++
			}
		}
		return ended == 2
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if _, err := s.insist(ctx); err == nil {
		t.Error("a gateway whose certificate has ended had a record committed")
	}
	s.testNetwork("renew")
	s.wantUntil(time.Now().Add(700 * time.Hour))
	s.serves("with certificates that were renewed after their end")
	s.testNetwork("status")
	s.still(before, "certificates that had ended")
}
