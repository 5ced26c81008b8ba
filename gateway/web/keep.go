package web

import (
	lru "container/list"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
)

// Keeper tells whether a page that was made before may be shown again. What a
// page of a lot shows must be a matter of the nodes that it names alone.
type Keeper interface {
	// Moment names the state that the read model is in.
	Moment() uint64
	// Unchanged tells whether all that it says of nodes and bins is as it was
	// at a moment. It may say no without need.
	Unchanged(moment uint64, nodes []string) bool
}

// maxKeptBytes bounds the pages that are kept.
const maxKeptBytes = 64 << 20

// keptPages are pages of lots, those asked for last.
type keptPages struct {
	mu    sync.Mutex
	held  int
	of    map[string]*lru.Element // of *keptPage, by language and path
	order *lru.List
}

// keptPage is a page with what it was made of.
type keptPage struct {
	key    string
	body   []byte
	tag    string
	moment uint64
	nodes  []string
}

func (p *keptPage) size() int {
	n := len(p.body) + len(p.key) + 300
	for _, id := range p.nodes {
		n += len(id) + 16
	}
	return n
}

func newKeptPages() *keptPages { return &keptPages{of: map[string]*lru.Element{}, order: lru.New()} }

func (k *keptPages) get(key string) *keptPage {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.of[key]
	if e == nil {
		return nil
	}
	k.order.MoveToFront(e)
	return e.Value.(*keptPage)
}

func (k *keptPages) put(p *keptPage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.of[p.key]; e != nil {
		k.drop(e)
	}
	k.of[p.key] = k.order.PushFront(p)
	k.held += p.size()
	for k.held > maxKeptBytes {
		k.drop(k.order.Back())
	}
}

func (k *keptPages) drop(e *lru.Element) {
	p := k.order.Remove(e).(*keptPage)
	delete(k.of, p.key)
	k.held -= p.size()
}

// pageKey is the name of a page that may be kept; empty where the address says
// more than which lot it is.
func (s *site) pageKey(c *gin.Context, v voice) string {
	if s.keeper == nil || c.Request.URL.RawQuery != "" {
		return ""
	}
	return string(v.language) + c.Request.URL.Path
}

// showKept answers with a page that was made before, where nothing that it
// shows has changed.
func (s *site) showKept(c *gin.Context, v voice, key string) bool {
	p := s.kept.get(key)
	if p == nil || !s.keeper.Unchanged(p.moment, p.nodes) {
		return false
	}
	pageHeaders(c, v, http.StatusOK)
	sendPage(c, http.StatusOK, p.body, p.tag)
	return true
}

// nodesOf lists what the page of a story depends on: its lot, the nodes of its
// path, and their bins, whose reports it shows.
func (s *story) nodesOf() []string {
	nodes := []string{s.lot.Lot}
	for _, n := range s.nodes {
		nodes = append(nodes, n.ID)
		if n.Bin != "" {
			nodes = append(nodes, n.Bin)
		}
	}
	return nodes
}
