package embedded

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func sampleBlock() *block {
	return &block{number: 7, time: 1_700_000_000_000_000_000, previous: [32]byte{1}, previousSignature: [32]byte{2},
		txs: []transaction{
			{id: [32]byte{3}, time: 5, function: "run", args: [][]byte{{}, []byte("arg")}, response: []byte("ok"),
				eventName: "e", event: []byte("payload"),
				writes: []write{
					{key: "a", value: []byte("1"), previous: 99},
					{key: "b", deleted: true}},
				private: []privateWrite{
					{collection: "c", key: "k", hash: [32]byte{9}, value: 20, size: 300},
					{collection: "c", key: "l", purge: true, previous: 12}}},
			{id: [32]byte{4}, invalid: true, function: "run"},
		}}
}

func encodeBlock(b *block, base location) []byte {
	e := encoder{base: base}
	e.begin(b, len(b.txs))
	for i := range b.txs {
		e.tx(&b.txs[i])
	}
	return e.buf
}

func TestDecodeGivesWhatWasEncoded(t *testing.T) {
	want := sampleBlock()
	body := encodeBlock(want, 1000)
	got, err := decodeBlock(body, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.txs {
		if got.txs[i].place != want.txs[i].place || got.txs[i].place < 1000 {
			t.Errorf("place of transaction %d: %d, want %d", i, got.txs[i].place, want.txs[i].place)
		}
	}
	if w := got.txs[0].writes[1]; w.place != want.txs[0].writes[1].place || !w.deleted || w.value != nil {
		t.Errorf("write %+v", w)
	}
	if again := encodeBlock(got, 1000); !bytes.Equal(again, body) {
		t.Error("encoding again gives other bytes")
	}
}

func TestDecodeRefusesEveryPrefix(t *testing.T) {
	body := encodeBlock(sampleBlock(), 0)
	for n := range body {
		if _, err := decodeBlock(body[:n], 0); err == nil {
			t.Errorf("the first %d of %d bytes decode", n, len(body))
		}
	}
	if _, err := decodeBlock(append(body, 0), 0); err == nil {
		t.Error("a byte after the end is accepted")
	}
}

func TestEncodedSizeIsABound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringN(0, 40, 300)
		tx := transaction{function: text.Draw(rt, "function"), response: []byte(text.Draw(rt, "response")),
			eventName: text.Draw(rt, "event"), event: []byte(text.Draw(rt, "payload"))}
		for _, s := range rapid.SliceOf(text).Draw(rt, "args") {
			tx.args = append(tx.args, []byte(s))
			tx.writes = append(tx.writes, write{key: s, value: []byte(s), previous: 1 << 62})
			tx.private = append(tx.private, privateWrite{collection: s, key: s, size: 1 << 30})
		}
		var e encoder
		if e.tx(&tx); len(e.buf) > tx.encodedSize() {
			rt.Errorf("%d bytes, bound %d", len(e.buf), tx.encodedSize())
		}
	})
}

// FuzzDecodeBlock: no input makes the decoder panic, and a body that decodes
// is the only encoding of what it says.
func FuzzDecodeBlock(f *testing.F) {
	body := encodeBlock(sampleBlock(), 0)
	f.Add(body)
	f.Add(body[:90])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := decodeBlock(data, segmentHeaderSize)
		if err != nil {
			return
		}
		if again := encodeBlock(b, segmentHeaderSize); !bytes.Equal(again, data) {
			t.Errorf("encoding again gives\n%x\nwant\n%x", again, data)
		}
		b.public([32]byte{})
	})
}

// FuzzFrameHeader: no input makes the parser panic.
func FuzzFrameHeader(f *testing.F) {
	p := make([]byte, frameHeaderSize)
	frameHeader{number: 3, body: 100, signature: 71}.put(p)
	f.Add(p)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < frameHeaderSize {
			return
		}
		if h, err := parseFrameHeader(data); err == nil {
			again := make([]byte, frameHeaderSize)
			h.put(again)
			if !bytes.Equal(again, data[:frameHeaderSize]) {
				t.Errorf("%x gives %x", data, again)
			}
		}
	})
}
