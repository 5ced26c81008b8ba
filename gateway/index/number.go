package index

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strconv"
	"strings"
)

// mixKind is the kind of a node that is a mix; other nodes have the type of
// the record that made the lot.
const mixKind = "mix"

// newNode is a node that gets a sequence number: a new one, or a mix that got
// a further deposit.
type newNode struct {
	id    string
	at    int // position in the block of the record that made or last filled it
	num   int64
	seq   int64
	known bool
}

// resolve looks up the numbers of all nodes that the block speaks of. Lots
// that one of its own records made cannot be there yet.
func (w *writer) resolve(ctx context.Context, nodes [][]string) error {
	w.nodes, w.years = map[string]int64{}, map[string]int{}
	ask := map[string]bool{}
	for id, l := range w.changes.lots {
		ask[id] = !w.madeHere(l)
	}
	want := func(id string) {
		if _, seen := ask[id]; !seen && id != "" {
			ask[id] = true
		}
	}
	for e := range w.changes.edges {
		want(e.child)
		want(e.parent)
	}
	for _, ids := range nodes {
		for _, id := range ids {
			want(id)
		}
	}
	for _, lot := range w.changes.retail {
		want(lot)
	}
	for node := range w.changes.marks {
		want(node)
	}
	for _, s := range w.changes.shipments {
		want(s.Lot)
	}
	for _, s := range w.changes.bins {
		want(s.MixID())
	}
	return w.lookUp(ctx, ask)
}

func (w *writer) madeHere(l *lotChange) bool {
	_, ok := w.changes.position[l.maker]
	return ok
}

const nodeNumbers = `SELECT id, num, year FROM node WHERE id IN ` + list

func (w *writer) lookUp(ctx context.Context, ask map[string]bool) error {
	ids := make([]string, 0, len(ask))
	for id, yes := range ask {
		if yes {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids) // neighbours in the tree one after another
	return eachIn(ctx, &w.reader, nodeNumbers, nil, ids, func(rows *sql.Rows) error {
		var id string
		var num int64
		var year int
		if err := rows.Scan(&id, &num, &year); err != nil {
			return err
		}
		w.nodes[id], w.years[id] = num, year
		return nil
	})
}

// number gives sequence numbers to the new nodes of the block, in the order
// of the records that made them, so that parents have smaller numbers than
// their children. A mix is numbered again with each deposit: what was
// deposited may be younger than the mix, and what is drawn from it comes
// later in any case, because drawing closes it.
func (w *writer) number() []newNode {
	list := w.unnumbered()
	slices.SortFunc(list, func(a, b newNode) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.id, b.id))
	})
	parents := w.changes.parents()
	for i := range list {
		w.years[list[i].id] = w.yearOf(&list[i], parents[list[i].id])
		w.tip.sequence++
		list[i].seq = w.tip.sequence
		if !list[i].known {
			list[i].num = list[i].seq
			w.nodes[list[i].id] = list[i].num
		}
	}
	return list
}

// yearOf is the year in which all of a node was harvested, 0 where that is not
// one. What a node gets now comes to what it has.
func (w *writer) yearOf(n *newNode, parents []string) int {
	if l := w.changes.lots[n.id]; l != nil && l.year != 0 {
		return l.year
	}
	year, any := w.years[n.id], n.known
	for _, p := range parents {
		if any && w.years[p] != year {
			return 0
		}
		year, any = w.years[p], true
	}
	return year
}

// parents are those of the edges that the block adds, by child.
func (c *changes) parents() map[string][]string {
	of := map[string][]string{}
	for e, grams := range c.edges {
		if grams > 0 {
			of[e.child] = append(of[e.child], e.parent)
		}
	}
	return of
}

func (w *writer) unnumbered() []newNode {
	at := map[string]int{}
	for id, l := range w.changes.lots {
		if _, known := w.nodes[id]; !known {
			at[id] = w.positionOf(l.maker, l.after)
		}
	}
	for e, grams := range w.changes.edges {
		if _, here := w.changes.position[e.record]; grams == 0 && !here {
			continue // an edge of an earlier block that was taken back
		}
		if _, known := w.nodes[e.child]; !known || isMix(e.child) {
			at[e.child] = max(at[e.child], w.positionOf(e.record, math.MaxInt))
		}
	}
	// A parent that nothing is known of must stand before its children.
	for e := range w.changes.edges {
		_, known := w.nodes[e.parent]
		if _, listed := at[e.parent]; !known && !listed {
			at[e.parent] = -1
		}
	}
	nodes := make([]newNode, 0, len(at))
	for id, at := range at {
		num, known := w.nodes[id]
		nodes = append(nodes, newNode{id: id, at: at, num: num, known: known})
	}
	return nodes
}

func (w *writer) positionOf(record string, otherwise int) int {
	if i, ok := w.changes.position[record]; ok {
		return i
	}
	return otherwise
}

// kind is the kind of a new node.
func (w *writer) kind(id string) string {
	if isMix(id) {
		return mixKind
	}
	if l := w.changes.lots[id]; l != nil {
		return string(l.kind)
	}
	return ""
}

func isMix(id string) bool { return strings.Contains(id, ":") }

// splitMix takes the id of a mix apart, as record.MixID makes it:
// <bin>:<epoch>.<mix>.
func splitMix(id string) (epoch string, mix int, ok bool) {
	i := strings.LastIndexByte(id, '.')
	if !isMix(id) || i < 0 {
		return "", 0, false
	}
	mix, err := strconv.Atoi(id[i+1:])
	return id[:i], mix, err == nil
}

func binOfMix(id string) string {
	bin, _, _ := strings.Cut(id, ":")
	return bin
}
