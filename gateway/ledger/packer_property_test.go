package ledger

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// bin is the n-th bin's code.
func bin(n int) string { return uscc(1) + fmt.Sprintf("0010010%05d", n) }

// drawRecord makes a record over few keys, so that most conflict.
func drawRecord(t *rapid.T, i int) record.Payload {
	lot := func(name string) string { return fmt.Sprintf("L%d", rapid.IntRange(0, 4).Draw(t, name)) }
	h := head(rapid.IntRange(1, 3).Draw(t, "issuer"), fmt.Sprintf("r%05d", i))
	switch rapid.IntRange(0, 5).Draw(t, "type") {
	case 0:
		return &record.Store{Header: h, Lot: lot("lot"), Bin: bin(rapid.IntRange(0, 1).Draw(t, "bin")), Grams: 1}
	case 1:
		return &record.Enterprise{Header: h, USCC: uscc(rapid.IntRange(1, 3).Draw(t, "uscc")), Name: "n", Kind: record.KindStorage, Division: "410000"}
	case 2:
		return &record.Harvest{Header: h, Lot: lot("lot"), Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1}
	case 3:
		return &record.Rule{Header: h, Table: record.TableYield, EffectiveFrom: "2025-01-01", Document: "d", Content: []byte(`{}`)}
	case 4:
		return &record.Merge{Header: h, Inputs: []record.Amount{{Lot: "A" + lot("in"), Grams: 1}, {Lot: lot("in2"), Grams: 1}}, Output: record.Amount{Lot: "M" + lot("out"), Grams: 2}}
	}
	return &record.Sell{Header: h, Lot: lot("lot"), Buyer: uscc(9), Grams: 1, Purpose: record.PurposeFood}
}

// TestPackerOrder holds the packer to its promise: nothing in flight
// conflicts, and records that conflict are decided in the order of arrival.
func TestPackerOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "records")
		payloads := make([]record.Payload, n)
		for i := range payloads {
			payloads[i] = drawRecord(t, i)
		}
		naps := rapid.SliceOfN(rapid.IntRange(0, 300), 8, 8).Draw(t, "naps")
		fails := rapid.IntRange(0, 3).Draw(t, "every nth conflicts") // 0: none
		f := newFakeLedger()
		calls := make(chan int, 1)
		calls <- 0
		f.before = func(Tx) error {
			k := <-calls
			calls <- k + 1
			time.Sleep(time.Duration(naps[k%8]) * time.Microsecond)
			if fails > 0 && k%(fails+1) == fails {
				return ErrConflict
			}
			return nil
		}
		p, err := NewPacker(f, PackerOptions{
			Linger:       time.Duration(rapid.IntRange(1, 500).Draw(t, "linger")) * time.Microsecond,
			BatchRecords: rapid.IntRange(1, 20).Draw(t, "batch"),
			ChainRecords: rapid.IntRange(1, 40).Draw(t, "chain"),
			BatchBytes:   rapid.IntRange(1, 8000).Draw(t, "bytes"),
			InFlight:     rapid.IntRange(1, 6).Draw(t, "inflight"),
		})
		if err != nil {
			t.Fatal(err)
		}
		submitAll(t, p, payloads)
		if err := p.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(f.faults) > 0 {
			t.Fatalf("in flight at once: %v", f.faults)
		}
		checkOrder(t, f.order, payloads)
		if len(p.queue.orders) != 0 || p.queue.bytes != 0 || len(p.queue.issuers) != 0 || len(p.queue.peers) != 0 {
			t.Fatalf("left behind: %d keys, %d bytes, %v", len(p.queue.orders), p.queue.bytes, p.queue.issuers)
		}
	})
}

func submitAll(t *rapid.T, p *Packer, payloads []record.Payload) {
	var tickets []*Ticket
	for i := 0; i < len(payloads); {
		k := min(rapid.IntRange(1, 10).Draw(t, "together"), len(payloads)-i)
		subs := make([]Submission, k)
		for j := range subs {
			subs[j] = Submission{Envelope: envelope(payloads[i+j]), Peer: []string{"", "a", "b"}[(i+j)%3]}
		}
		ticket, err := p.Enqueue(context.Background(), subs)
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, ticket)
		i += k
	}
	for _, ticket := range tickets {
		receipts, err := ticket.Wait(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range receipts {
			if r.Outcome != record.Accepted || r.Block == 0 {
				t.Fatalf("receipt %+v", r)
			}
		}
	}
}

// checkOrder compares the order of decision with that of arrival, for each
// pair of records that conflict.
func checkOrder(t *rapid.T, decided []string, payloads []record.Payload) {
	if len(decided) != len(payloads) {
		t.Fatalf("%d of %d records were decided", len(decided), len(payloads))
	}
	place := map[string]int{}
	for i, ref := range decided {
		place[ref] = i
	}
	for i, a := range payloads {
		for _, b := range payloads[i+1:] {
			if conflict(a, b) && place[a.Head().Ref] > place[b.Head().Ref] {
				t.Fatalf("%s overtook %s", b.Head().Ref, a.Head().Ref)
			}
		}
	}
}

func conflict(a, b record.Payload) bool {
	ta, tb := record.Touched(a), record.Touched(b)
	return meet(ta.Written(), tb.Written()) || meet(ta.Written(), tb.Reads) || meet(ta.Reads, tb.Written())
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(k string) bool { return slices.Contains(b, k) })
}
