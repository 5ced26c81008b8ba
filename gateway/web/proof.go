package web

// proof is what stands behind the page: whose signatures, where in the ledger.
type proof struct {
	Records string
	Signers []signer
	More    int // signers beyond those listed
	ID      string
	Block   uint64
	Placed  bool // Block is known
	When    string
}

// signer is one party and how many of the records it signed.
type signer struct {
	Name  string
	Count string
}

// maxSigners is how many signers are named.
const maxSigners = 8

func (c cast) proof(s *story, events []event) proof {
	p := proof{
		Records: c.say("proof.records", "n", len(events)),
		ID:      short(s.lot.Record), Block: s.lot.RecordPlace.Block, Placed: s.lot.RecordPlace.Time != "",
		When: c.moment(parseTime(s.lot.RecordPlace.Time)),
	}
	counts := map[string]int{}
	var order []string
	for _, e := range events {
		name := c.signedBy(e)
		if counts[name]++; counts[name] == 1 {
			order = append(order, name)
		}
	}
	for i, name := range order {
		if i == maxSigners {
			p.More = len(order) - maxSigners
			break
		}
		p.Signers = append(p.Signers, signer{Name: name, Count: c.say("proof.count", "n", counts[name])})
	}
	return p
}

func (c cast) signedBy(e event) string {
	if e.record != nil {
		return c.signer(*e.record)
	}
	return c.name(e.actor)
}
