package embedded

import (
	"github.com/emmansun/gmsm/sm3"
)

// assembly is a block in the making: transactions are judged and encoded one
// after another, since the second must see where the first has written.
type assembly struct {
	store  *store
	block  block
	enc    encoder
	values []byte   // what goes to the private segment
	next   location // where in the private segments the next value goes

	keys    map[string]location // written by this block
	private map[string]location
	purged  []location // entries whose values the block purges
	tip     tip        // after this block
}

// assemble builds the block of batch.
func (s *store) assemble(batch []*pending) (*assembly, error) {
	a := &assembly{store: s, keys: map[string]location{}, private: map[string]location{}}
	size, privateSize := frameHeaderSize+256, 0
	for _, p := range batch {
		size += p.sim.size
		privateSize += p.sim.privateSize
	}
	if err := a.reserve(int64(size), int64(privateSize)); err != nil {
		return nil, err
	}
	a.open(batch, size)
	for _, p := range batch {
		if err := a.add(p.sim); err != nil {
			return nil, err
		}
	}
	return a, a.seal()
}

func (a *assembly) reserve(size, privateSize int64) error {
	start, rolled, err := a.store.blocks.reserve(size)
	if err != nil {
		return err
	}
	if rolled {
		if err := a.store.head.sync(); err != nil {
			return err
		}
	}
	a.enc = encoder{base: start + frameHeaderSize, skip: frameHeaderSize}
	if privateSize == 0 {
		return nil
	}
	a.next, _, err = a.store.values.reserve(privateSize)
	return err
}

func (a *assembly) open(batch []*pending, size int) {
	height, t := a.store.newest()
	a.block = block{
		number: height, time: max(a.store.opt.Clock().UnixNano(), t.time),
		previous: t.hash, previousSignature: t.signature,
		txs: make([]transaction, 0, len(batch)),
	}
	for _, p := range batch {
		a.block.time = max(a.block.time, p.sim.tx.time)
	}
	a.enc.buf = make([]byte, frameHeaderSize, min(size, 2*DefaultMaxBlockBytes))
	a.enc.begin(&a.block, len(batch))
}

// add judges sim and encodes it.
func (a *assembly) add(sim *simulation) error {
	current, err := a.isCurrent(sim)
	if err != nil {
		return err
	}
	t := sim.tx
	if !current {
		t = transaction{id: t.id, time: t.time, invalid: true, function: t.function, args: t.args}
	}
	if err := a.link(&t, sim); err != nil {
		return err
	}
	a.enc.tx(&t)
	for i := range t.writes {
		a.keys[t.writes[i].key] = marked(t.writes[i].place, t.writes[i].deleted)
	}
	for i := range t.private {
		a.private[t.private[i].indexKey()] = marked(t.private[i].place, t.private[i].purge)
	}
	a.block.txs = append(a.block.txs, t)
	return nil
}

// isCurrent is Fabric's rule: nothing that the transaction read was written
// earlier in this block, or has another version since a block before.
func (a *assembly) isCurrent(sim *simulation) (bool, error) {
	public, err := unchanged(a.store.keys, a.keys, sim.reads)
	if err != nil || !public {
		return false, err
	}
	return unchanged(a.store.private, a.private, sim.privateReads)
}

func unchanged(x *index, written, reads map[string]location) (bool, error) {
	for k, seen := range reads {
		if _, ok := written[k]; ok {
			return false, nil
		}
		now, err := x.find(k, seen)
		if err != nil || now.version() != seen.version() {
			return false, err
		}
	}
	return true, nil
}

func (a *assembly) find(x *index, written map[string]location, key string, hint location) (location, error) {
	if l, ok := written[key]; ok {
		return l, nil
	}
	return x.find(key, hint)
}

// link fills in what writes point to: the entries before them, and the places
// of private values.
func (a *assembly) link(t *transaction, sim *simulation) error {
	for i := range t.writes {
		w := &t.writes[i]
		l, err := a.find(a.store.keys, a.keys, w.key, sim.reads[w.key])
		if err != nil {
			return err
		}
		w.previous = l.place()
	}
	for i := range t.private {
		w := &t.private[i]
		l, err := a.find(a.store.private, a.private, w.indexKey(), sim.privateReads[w.indexKey()])
		if err != nil {
			return err
		}
		w.previous = l.place()
		if w.purge {
			a.purged = append(a.purged, w.previous)
			continue
		}
		w.value = a.next
		before := len(a.values)
		a.values = appendPrivate(a.values, w, sim.values[i])
		a.next += location(len(a.values) - before)
	}
	return nil
}

// seal signs the block and completes its frame.
func (a *assembly) seal() error {
	body := a.enc.buf[frameHeaderSize:]
	hash := sm3.Sum(body)
	sig, err := signHash(a.store.opt.Key, hash)
	if err != nil {
		return err
	}
	frameHeader{number: a.block.number, body: len(body), signature: len(sig)}.put(a.enc.buf)
	a.enc.buf = append(a.enc.buf, sig...)
	a.tip = tip{hash: hash, signature: sm3.Sum(sig), time: a.block.time}
	return nil
}
