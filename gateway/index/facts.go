package index

import (
	lru "container/list"
	"sync"
)

// Bounds of what is kept in memory of the lot graph.
const (
	maxFactBytes = 96 << 20
	maxChanged   = 1 << 20 // nodes whose last change is remembered
)

// factCache keeps what the index says of nodes: their neighbours, and how a
// trace shows them. A fact holds until a block speaks of its node. Whoever
// reads compares moments: of facts that are of another moment than the
// snapshot that one reads, none is used and none is kept.
type factCache struct {
	mu      sync.Mutex
	moment  uint64 // even at rest, odd while a block is being committed
	records int64  // number of the last record at that moment
	most    int    // bytes
	held    int
	nodes   map[int64]*lru.Element // of *facts
	order   *lru.List              // the one asked for last in front
	byID    map[string]int64

	changed map[string]uint64 // node id or bin code -> the moment of its last change
	floor   uint64            // what changed before is forgotten: count it as changed then
}

// spot is a node of the lot graph.
type spot struct {
	num   int64
	id    string
	epoch string // of a mix: <bin>:<epoch>
	mix   int
}

// facts is what is kept of a node. Nothing in it is changed once it is kept.
type facts struct {
	spot
	up, down *neighbours // nil where they were not read
	body     []byte      // its JSON members after depth; nil where not made
}

// size is about what it takes in memory.
func (f *facts) size() int {
	n := 300 + len(f.id) + len(f.body)
	for _, side := range []*neighbours{f.up, f.down} {
		if side != nil {
			n += 230 * len(side.list)
		}
	}
	return n
}

func newFactCache(most int, records int64) *factCache {
	return &factCache{most: most, records: records, nodes: map[int64]*lru.Element{}, order: lru.New(),
		byID: map[string]int64{}, changed: map[string]uint64{}}
}

// now is the moment, and the number of the last record then.
func (c *factCache) now() (moment uint64, records int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moment, c.records
}

func atRest(moment uint64) bool { return moment%2 == 0 }

// get finds the facts of a node as of a moment, nil where there are none. The
// lock is held.
func (c *factCache) get(num int64, moment uint64) *facts {
	if moment != c.moment || !atRest(moment) {
		return nil
	}
	e := c.nodes[num]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*facts)
}

// update keeps what was read of a node in a snapshot of a moment.
func (c *factCache) update(s spot, moment uint64, set func(*facts)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if moment != c.moment || !atRest(moment) {
		return
	}
	f := facts{spot: s}
	if e := c.nodes[s.num]; e != nil {
		f = *e.Value.(*facts)
		c.drop(e)
	}
	set(&f)
	c.nodes[s.num], c.byID[s.id] = c.order.PushFront(&f), s.num
	c.held += f.size()
	for c.held > c.most {
		c.drop(c.order.Back())
	}
}

func (c *factCache) drop(e *lru.Element) {
	f := c.order.Remove(e).(*facts)
	delete(c.nodes, f.num)
	delete(c.byID, f.id)
	c.held -= f.size()
}

// begin is called before a block is committed.
func (c *factCache) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moment++
}

// end is called when it is: touched are the nodes that it speaks of, or all
// where it changes what any node may show.
func (c *factCache) end(touched map[string]int64, all bool, records int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moment++
	c.records = records
	if all || len(c.changed)+len(touched) > maxChanged {
		c.floor = c.moment
		clear(c.changed)
	}
	if all {
		clear(c.nodes)
		clear(c.byID)
		c.order.Init()
		c.held = 0
		return
	}
	for id, num := range touched {
		c.changed[id] = c.moment
		if isMix(id) {
			c.changed[binOfMix(id)] = c.moment
		}
		if e := c.nodes[num]; e != nil {
			c.drop(e)
		}
	}
}

// lost is called instead of end where nobody knows whether the block was
// committed.
func (c *factCache) lost() {
	_, records := c.now()
	c.end(nil, true, records)
}

// Moment names the state that the index is in. Take it before reading.
func (ix *Index) Moment() uint64 {
	moment, _ := ix.facts.now()
	return moment
}

// Unchanged tells whether everything that the index says of nodes (lots, mixes
// and bins) is still what it was at a moment. It may say no without need.
func (ix *Index) Unchanged(moment uint64, nodes []string) bool {
	c := ix.facts
	c.mu.Lock()
	defer c.mu.Unlock()
	if !atRest(moment) || !atRest(c.moment) || moment < c.floor {
		return false
	}
	if moment == c.moment {
		return true
	}
	for _, id := range nodes {
		if c.changed[id] > moment {
			return false
		}
	}
	return true
}

func (f *facts) side(dir Direction) *neighbours {
	if dir == Down {
		return f.down
	}
	return f.up
}

// neighbours are those that are kept of a node, nil where none are.
func (c *factCache) neighbours(num int64, dir Direction, moment uint64) *neighbours {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.get(num, moment); f != nil {
		return f.side(dir)
	}
	return nil
}

func (c *factCache) keepNeighbours(s spot, dir Direction, moment uint64, n *neighbours) {
	c.update(s, moment, func(f *facts) {
		if dir == Down {
			f.down = n
		} else {
			f.up = n
		}
	})
}
