package ledger

// order is a pending record's place among those that it conflicts with.
//
// Two records conflict if one writes what the other reads or writes. The one
// that arrived later is blocked until the earlier is done, or until both are
// in one transaction, where the ledger decides them in order. Only neighbours
// are linked: a writer to the readers since the last writer, a reader to that
// writer. What lies further back follows by induction, and each access costs
// a constant number of links however many wait.
type order struct {
	blockers int        // links to earlier records that are not done
	next     []*pending // later records that are linked to this one
	taken    bool       // into a transaction
	holds    []hold

	batch  uint64 // the transaction that is being cut
	inside int    // how many of blockers are in it
}

// hold is one access of a record to a key.
type hold struct {
	key   string
	state *keyState
	epoch uint64 // of the key, when the access came
	write bool
}

// keyState holds the last accesses to one key.
type keyState struct {
	writer  *pending   // the last one, if it is not done
	readers []*pending // since writer, with some that are done
	gone    int        // how many of readers are done
	epoch   uint64     // counts writers
	users   int        // accesses that are not done
}

// orders links records by the keys that they touch.
type orders map[string]*keyState

// add links p behind every earlier record that it conflicts with.
func (o orders) add(p *pending) {
	for _, key := range p.reads {
		s := o.use(p, key, false)
		s.writer.before(p)
		s.readers = append(s.readers, p)
	}
	for _, key := range p.writes {
		s := o.use(p, key, true)
		s.writer.before(p)
		for _, r := range s.readers {
			r.before(p)
		}
		s.writer, s.readers, s.gone = p, nil, 0
	}
}

func (o orders) use(p *pending, key string, write bool) *keyState {
	s := o[key]
	if s == nil {
		s = new(keyState)
		o[key] = s
	}
	s.users++
	if write {
		s.epoch++
	}
	p.holds = append(p.holds, hold{key: key, state: s, epoch: s.epoch, write: write})
	return s
}

// before links p in front of later, unless p is done.
func (p *pending) before(later *pending) {
	if p == nil || p.holds == nil {
		return
	}
	p.next = append(p.next, later)
	later.blockers++
}

// done takes p out. It returns the records that are blocked by nothing now.
func (o orders) done(p *pending) (free []*pending) {
	for _, h := range p.holds {
		o.release(p, h)
	}
	p.holds = nil
	for _, later := range p.next {
		if later.blockers--; later.blockers == 0 && !later.taken {
			free = append(free, later)
		}
	}
	p.next = nil
	return free
}

func (o orders) release(p *pending, h hold) {
	s := h.state
	if s.users--; s.users == 0 {
		delete(o, h.key)
		return
	}
	switch {
	case h.write && s.writer == p:
		s.writer = nil
	case !h.write && s.epoch == h.epoch:
		s.gone++
		s.compact(p)
	}
}

// compact drops readers that are done once they are the greater part, which
// keeps the cost of dropping constant per reader. p is about to be done.
func (s *keyState) compact(p *pending) {
	if s.gone < 16 || s.gone*2 < len(s.readers) {
		return
	}
	live := make([]*pending, 0, len(s.readers)-s.gone)
	for _, r := range s.readers {
		if r != p && r.holds != nil {
			live = append(live, r)
		}
	}
	s.readers, s.gone = live, 0
}
