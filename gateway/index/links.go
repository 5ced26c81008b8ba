package index

import (
	"slices"
	"strings"

	"github.com/grainledger/grainledger/record"
)

// lotsOf lists the lots that a record makes or moves, or that it is about.
func lotsOf(p record.Payload) []string {
	switch p := p.(type) {
	case *record.Harvest:
		return []string{p.Lot}
	case *record.Purchase:
		return []string{p.Lot, p.FromLot}
	case *record.Inspect:
		return []string{p.Target}
	case *record.Store:
		return []string{p.Lot}
	case *record.Withdraw:
		return []string{p.Lot}
	case *record.Split:
		return append(amountLots(p.Outputs), p.Lot)
	case *record.Merge:
		return append(amountLots(p.Inputs), p.Output.Lot)
	case *record.Process:
		return append(amountLots(p.Inputs), productLots(p.Outputs)...)
	}
	return movedLots(p)
}

// movedLots is lotsOf for the records that make no lot.
func movedLots(p record.Payload) []string {
	switch p := p.(type) {
	case *record.Ship:
		return []string{p.Lot}
	case *record.Receive:
		return []string{p.Lot}
	case *record.Return:
		return []string{p.Lot}
	case *record.CancelShip:
		return []string{p.Lot}
	case *record.Sell:
		return []string{p.Lot}
	case *record.Adjust:
		return []string{p.Target}
	case *record.WriteOff:
		return []string{p.Target}
	}
	return markedLots(p)
}

// markedLots is lotsOf for the records that mark lots, or take a record back.
func markedLots(p record.Payload) []string {
	switch p := p.(type) {
	case *record.Hold:
		return []string{p.Target}
	case *record.Recall:
		return p.Targets
	case *record.Release:
		return []string{p.Target}
	}
	if a := record.AnnulmentOf(p); a != nil {
		return lotsOf(a.Taken())
	}
	return nil
}

func amountLots(list []record.Amount) []string {
	ids := make([]string, 0, len(list)+1)
	for _, a := range list {
		ids = append(ids, a.Lot)
	}
	return ids
}

func productLots(list []record.Product) []string {
	ids := make([]string, 0, len(list))
	for _, p := range list {
		ids = append(ids, p.Lot)
	}
	return ids
}

// findMixes finds, for the records of a transaction that are about a bin as
// such (a report, a loss), the mix that was in it at that moment. The state
// has the last mix of the transaction only; if grain went out of an earlier
// one after the record, it was that.
func (c *changes) findMixes(tx int, edges []edgeKey) {
	for i := len(c.records) - 1; i >= 0 && c.records[i].tx == tx; i-- {
		bin := binOf(c.records[i].payload)
		if bin == "" {
			continue
		}
		if mix := c.mixAfter(bin, i, edges); mix != "" {
			c.records[i].mix = append(c.records[i].mix, mix)
		} else {
			c.records[i].bins = append(c.records[i].bins, bin)
		}
	}
}

// mixOfTaken is the mix that a record was about that is taken back here.
func (c *changes) mixOfTaken(p record.Payload) []string {
	a := record.AnnulmentOf(p)
	if a == nil {
		return nil
	}
	if e := c.entries[entryKey{a.Of.Issuer, a.Of.Ref}]; e.Undo.Mix != "" {
		return []string{e.Undo.Mix}
	}
	return nil
}

// binOf is the bin that a record is about without moving grain to or from a lot.
func binOf(p record.Payload) string {
	var target string
	switch p := p.(type) {
	case *record.Inspect:
		target = p.Target
	case *record.Adjust:
		target = p.Target
	case *record.WriteOff:
		target = p.Target
	case *record.Hold:
		target = p.Target
	case *record.Release:
		target = p.Target
	}
	if record.IsBinCode(target) {
		return target
	}
	return ""
}

// mixAfter is the mix of bin that the first edge after record i starts from,
// or else the one that the bin's state has. It is empty where the transaction
// says nothing of the bin.
func (c *changes) mixAfter(bin string, i int, edges []edgeKey) string {
	first, mix := len(c.records), ""
	for _, e := range edges {
		at, ok := c.position[e.record]
		if ok && at > i && at < first && strings.HasPrefix(e.parent, bin+":") {
			first, mix = at, e.parent
		}
	}
	if s, ok := c.bins[bin]; ok && mix == "" {
		mix = s.MixID()
	}
	return mix
}

// nodesOf lists the nodes that each record belongs to: those that its payload
// names and those at the ends of its edges.
func (c *changes) nodesOf() [][]string {
	nodes := make([][]string, len(c.records))
	for i := range c.records {
		nodes[i] = slices.Concat(lotsOf(c.records[i].payload), c.records[i].mix, c.mixOfTaken(c.records[i].payload))
	}
	for e := range c.edges {
		if i, ok := c.position[e.record]; ok {
			nodes[i] = append(nodes[i], e.child, e.parent)
		}
	}
	for i := range nodes {
		slices.Sort(nodes[i])
		nodes[i] = slices.Compact(nodes[i])
	}
	return nodes
}
