package embedded

import "encoding/binary"

const bodyVersion = 1

const (
	kindPut    = 0
	kindRemove = 1 // delete of a public key, purge of a private one
)

// encoder writes a block body whose first byte will stand at base, and fills
// in the places of what it writes. See the package comment for the format.
type encoder struct {
	buf  []byte
	skip int // bytes of buf before the body
	base location
}

func (e *encoder) here() location { return e.base + location(len(e.buf)-e.skip) }

func (e *encoder) u8(v byte)    { e.buf = append(e.buf, v) }
func (e *encoder) u64(v uint64) { e.buf = binary.BigEndian.AppendUint64(e.buf, v) }
func (e *encoder) count(n int)  { e.buf = binary.AppendUvarint(e.buf, uint64(n)) }
func (e *encoder) raw(p []byte) { e.buf = append(e.buf, p...) }

func (e *encoder) bytes(p []byte) {
	e.count(len(p))
	e.raw(p)
}

func (e *encoder) text(s string) {
	e.count(len(s))
	e.buf = append(e.buf, s...)
}

// begin writes what comes before the transactions.
func (e *encoder) begin(b *block, txs int) {
	e.u8(bodyVersion)
	e.u64(b.number)
	e.u64(uint64(b.time))
	e.raw(b.previous[:])
	e.raw(b.previousSignature[:])
	e.count(txs)
}

func (e *encoder) tx(t *transaction) {
	t.place = e.here()
	e.raw(t.id[:])
	e.u64(uint64(t.time))
	e.u8(flag(t.invalid))
	e.text(t.function)
	e.count(len(t.args))
	for _, a := range t.args {
		e.bytes(a)
	}
	e.bytes(t.response)
	e.text(t.eventName)
	e.bytes(t.event)
	e.count(len(t.writes))
	for i := range t.writes {
		e.write(&t.writes[i])
	}
	e.count(len(t.private))
	for i := range t.private {
		e.privateWrite(&t.private[i])
	}
}

func (e *encoder) write(w *write) {
	w.place = e.here()
	e.u8(flag(w.deleted))
	e.text(w.key)
	e.u64(uint64(w.previous))
	e.bytes(w.value)
}

func (e *encoder) privateWrite(w *privateWrite) {
	w.place = e.here()
	e.u8(flag(w.purge))
	e.text(w.collection)
	e.text(w.key)
	e.u64(uint64(w.previous))
	if w.purge {
		return
	}
	e.raw(w.hash[:])
	e.u64(uint64(w.value))
	e.count(w.size)
}

func flag(b bool) byte {
	if b {
		return kindRemove
	}
	return kindPut
}

// encodedSize is at least the number of bytes that e.tx will write.
func (t *transaction) encodedSize() int {
	const perTx, perItem = 96, 96
	n := perTx + len(t.function) + len(t.response) + len(t.eventName) + len(t.event)
	for _, a := range t.args {
		n += 10 + len(a)
	}
	for i := range t.writes {
		n += perItem + len(t.writes[i].key) + len(t.writes[i].value)
	}
	for i := range t.private {
		n += perItem + len(t.private[i].collection) + len(t.private[i].key)
	}
	return n
}
