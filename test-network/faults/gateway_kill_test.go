package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/grainledger/grainledger/network"
)

// Whatever a gateway was doing when it died, what it had answered stands, what
// it had taken as a job is decided, and what it had not answered can be sent
// again.
func TestKilledGatewayLosesNothing(t *testing.T) {
	s := newScene(t, network.Raft)
	random := rand.New(rand.NewPCG(1, 1))
	s.underLoad("a", func(l *load) {
		for range 3 {
			time.Sleep(time.Duration(random.IntN(600)) * time.Millisecond) // the moment of the kill
			s.gateway.kill()
			s.gateway.start()
			l.goesOn(1)
		}
	})
	s.serves("after the last start")
	s.check()
	again := 0
	for _, x := range s.requests() {
		if x.job == "" && x.tries > 1 {
			again++
		}
	}
	if again == 0 || s.gateway.out.count("jobs that were not committed are sent again") == 0 {
		t.Errorf("the kills met no more than %d requests: too few to tell anything", again)
	}
}
