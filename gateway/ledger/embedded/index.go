package embedded

import "sync"

// index finds the newest entry of a key. It holds no keys, only 64-bit hashes
// of them: about 27 bytes per key. The few keys whose hash was taken when they
// came stand in overflow by name.
//
// One goroutine changes it; any number may read.
type index struct {
	hash  func(string) uint64
	keyAt func(location) (string, error) // reads the key of the entry there

	mu       sync.RWMutex
	slots    map[uint64]location
	overflow map[string]location
}

func newIndex(hash func(string) uint64, keyAt func(location) (string, error)) *index {
	return &index{
		hash:     hash,
		keyAt:    keyAt,
		slots:    map[uint64]location{},
		overflow: map[string]location{},
	}
}

// candidate returns where the newest entry of key is, if key has one. Unless
// sure, the entry there may be that of another key with the same hash, and
// then key has none.
func (x *index) candidate(key string) (l location, sure bool) {
	h := x.hash(key)
	x.mu.RLock()
	defer x.mu.RUnlock()
	if len(x.overflow) > 0 {
		if l, ok := x.overflow[key]; ok {
			return l, true
		}
	}
	return x.slots[h], false
}

// find returns where the newest entry of key is, or 0. It reads a file unless
// the answer is hint, where the caller has seen key before.
func (x *index) find(key string, hint location) (location, error) {
	l, sure := x.candidate(key)
	if l == 0 || sure || l == hint {
		return l, nil
	}
	found, err := x.keyAt(l.place())
	if err != nil || found != key {
		return 0, err
	}
	return l, nil
}

// set makes l the newest entry of key. previous is the one before, or 0.
func (x *index) set(key string, l, previous location) {
	h := x.hash(key)
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.overflow) > 0 {
		if _, ok := x.overflow[key]; ok {
			x.overflow[key] = l
			return
		}
	}
	if previous == 0 {
		if _, taken := x.slots[h]; taken {
			x.overflow[key] = l
			return
		}
	}
	x.slots[h] = l
}

func (x *index) len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.slots) + len(x.overflow)
}

// newest returns all entries, in no order.
func (x *index) newest() []location {
	x.mu.RLock()
	defer x.mu.RUnlock()
	all := make([]location, 0, len(x.slots)+len(x.overflow))
	for _, l := range x.slots {
		all = append(all, l)
	}
	for _, l := range x.overflow {
		all = append(all, l)
	}
	return all
}
