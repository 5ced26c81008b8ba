package embedded

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/emmansun/gmsm/sm3"
)

// frame is a block frame as read from a file.
type frame struct {
	start  location
	header frameHeader
	bytes  []byte
	last   bool // the files end where it ends

	hash  [32]byte
	block *block
	err   error         // the body does not decode
	ready chan struct{} // closed when the three above are set
}

func (f *frame) body() []byte {
	return f.bytes[frameHeaderSize : frameHeaderSize+f.header.body]
}

func (f *frame) signature() []byte { return f.bytes[frameHeaderSize+f.header.body:] }

func (f *frame) end() location { return f.start + location(len(f.bytes)) }

func (f *frame) tip() tip {
	return tip{hash: f.hash, signature: sm3.Sum(f.signature()), time: f.block.time, end: f.end()}
}

func (f *frame) decode() {
	f.hash = sm3.Sum(f.body())
	f.block, f.err = decodeBlock(f.body(), f.start+frameHeaderSize)
}

// scanEnd says how a scan ended. At most one of torn, bad and err is set.
type scanEnd struct {
	at   location // where the next frame would begin
	torn string   // what is there looks like an unfinished write
	bad  string   // what is there was never written by a ledger
	err  error    // reading failed
}

// scan yields the frames of all segments in order. It looks at headers only.
func (s *segments) scan(yield func(*frame) bool) scanEnd {
	end := scanEnd{}
	for n := range s.count() {
		var more bool
		if end, more = s.scanFile(n, yield); !more {
			return end
		}
	}
	if s.gap {
		end.bad = fmt.Sprintf("file %s is missing", segmentName(s.count()))
	}
	return end
}

func (s *segments) scanFile(n int, yield func(*frame) bool) (end scanEnd, more bool) {
	size, err := s.file(n).Size()
	if err != nil {
		return scanEnd{err: fmt.Errorf("size of %s: %w", segmentName(n), err)}, false
	}
	final := n == s.count()-1 && !s.gap
	end.at = at(n, 0)
	if size > math.MaxUint32 {
		end.bad = "file is larger than any ledger makes it"
		return end, false
	}
	if end = s.scanHeader(n, size, final); end != (scanEnd{at: end.at}) {
		return end, false
	}
	for end.at.offset() < size {
		f, stop := s.scanFrame(end.at, size, final)
		if f == nil || !yield(f) {
			return stop, false
		}
		end.at = f.end()
	}
	return end, true
}

func (s *segments) scanHeader(n int, size int64, final bool) scanEnd {
	p := make([]byte, segmentHeaderSize)
	got, err := s.readAt(p, at(n, 0))
	switch {
	case err != nil:
		return scanEnd{at: at(n, 0), err: err}
	case bytes.Equal(p, s.header(n)):
		return scanEnd{at: at(n, segmentHeaderSize)}
	case final && (got < len(p) || allZero(p)) && size <= segmentHeaderSize:
		return scanEnd{at: at(n, 0), torn: "file header was not written to its end"}
	}
	return scanEnd{at: at(n, 0), bad: "file header is not that of " + segmentName(n)}
}

// scanFrame reads the frame at l, or says why there is none.
func (s *segments) scanFrame(l location, size int64, final bool) (*frame, scanEnd) {
	end := scanEnd{at: l}
	p := make([]byte, min(frameHeaderSize, size-l.offset()))
	if end.err = s.readFull(p, l); end.err != nil {
		return nil, end
	}
	if len(p) < frameHeaderSize {
		end.judge(final, "frame header runs past the end of the file")
		return nil, end
	}
	h, err := parseFrameHeader(p)
	if err != nil {
		end.judge(final && hasZeroSector(p, l.offset()), err.Error())
		return nil, end
	}
	if l.offset()+h.size() > size {
		end.judge(final, "frame runs past the end of the file")
		return nil, end
	}
	f := &frame{start: l, header: h, bytes: make([]byte, h.size())}
	f.last = final && l.offset()+h.size() == size
	if end.err = s.readFull(f.bytes, l); end.err != nil {
		return nil, end
	}
	return f, end
}

// holdsFrame tells whether the header of block number stands in the file of l,
// anywhere after l.
func (s *segments) holdsFrame(l location, number uint64) (bool, error) {
	const chunk = 1 << 20
	begin := binary.BigEndian.AppendUint64([]byte(frameMagic), number)
	buf := make([]byte, chunk)
	for ; ; l += chunk - frameHeaderSize {
		n, err := s.readAt(buf, l)
		if err != nil {
			return false, err
		}
		for p := buf[:n]; ; p = p[1:] {
			i := bytes.Index(p, begin)
			if i < 0 || len(p)-i < frameHeaderSize {
				break
			}
			if _, err := parseFrameHeader(p[i:]); err == nil {
				return true, nil
			}
			p = p[i:]
		}
		if n < len(buf) {
			return false, nil
		}
	}
}

func (e *scanEnd) judge(torn bool, reason string) {
	if torn {
		e.torn = reason
	} else {
		e.bad = reason
	}
}

// hasZeroSector tells whether p, which stands at offset of a file, looks as if
// power was lost while it was written: what falls into one of the disk's
// sectors is zero.
func hasZeroSector(p []byte, offset int64) bool {
	const sector, least = 512, 4
	for len(p) > 0 {
		n := min(int64(len(p)), sector-offset%sector)
		if n >= least && allZero(p[:n]) {
			return true
		}
		p, offset = p[n:], offset+n
	}
	return false
}

func allZero(p []byte) bool {
	for _, b := range p {
		if b != 0 {
			return false
		}
	}
	return true
}
