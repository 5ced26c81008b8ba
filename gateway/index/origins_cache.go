package index

import (
	lru "container/list"
	"sync"
)

// maxKeptOrigins bounds how many origins are kept, of all lots together: some
// 150 bytes each.
const maxKeptOrigins = 200_000

// originCache keeps what nodes stem from, those asked for last. It holds nodes
// that change only when their making is undone: lots, and mixes that grain was
// drawn from.
type originCache struct {
	mu    sync.Mutex
	undos int // times that something was forgotten
	most  int
	held  int
	nodes map[int64]*lru.Element
	order *lru.List // of *keptOrigins, the one asked for last in front
}

// keptOrigins are the origins of a node without what depends on who asks and
// when: grams and names. err says that they are too many to tell.
type keptOrigins struct {
	node    int64
	undos   int // of the cache, before they were read
	origins []Origin
	err     error
}

// size is at least 1, so that nodes without origins are bounded too.
func (k *keptOrigins) size() int { return 1 + len(k.origins) }

func newOriginCache(most int) *originCache {
	return &originCache{most: most, nodes: map[int64]*lru.Element{}, order: lru.New()}
}

// get finds the origins of a node, nil where they are not kept.
func (c *originCache) get(node int64) *keptOrigins {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.nodes[node]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*keptOrigins)
}

// put keeps the origins of a node and drops others for them. Nobody may
// change them from here on.
func (c *originCache) put(k *keptOrigins) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.size() > c.most || c.nodes[k.node] != nil || k.undos != c.undos {
		return
	}
	c.nodes[k.node] = c.order.PushFront(k)
	c.held += k.size()
	for c.held > c.most {
		c.drop(c.order.Back())
	}
}

func (c *originCache) drop(e *lru.Element) {
	k := c.order.Remove(e).(*keptOrigins)
	delete(c.nodes, k.node)
	c.held -= k.size()
}

// begin begins to read what a node stems from.
func (c *originCache) begin(node int64) keptOrigins {
	c.mu.Lock()
	defer c.mu.Unlock()
	return keptOrigins{node: node, undos: c.undos}
}

// forget drops nodes whose making was undone. What is being read meanwhile may
// be as it was before, and is not kept.
func (c *originCache) forget(nodes []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, node := range nodes {
		c.undos++
		if e := c.nodes[node]; e != nil {
			c.drop(e)
		}
	}
}
