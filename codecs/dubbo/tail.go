package dubbo

import (
	"encoding/binary"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// hurry appends an intact request with less time in its attachments, if m has less than the frame says; else it says false and
// has appended nothing. What is not a timeout stays as it came, byte for byte. An attachment that other values may refer to, or
// that refers to others, cannot be changed in its place: then the frame stays as it is.
func hurry(out *wire.Out, m *codecs.Message) bool {
	p := m.Frame.Bytes.Bytes()
	var sc hessian.Scanner
	l, err := measure(&sc, p)
	if err != nil {
		return false
	}
	ms := inMillis(m.Timeout)
	var t times
	if !t.find(&sc, p[headLen:], ms) {
		return false
	}
	f := frame{out, len(out.B), out.Len()}
	b := m.Frame.Bytes
	out.B = append(out.B, p[:headLen]...)
	binary.BigEndian.PutUint64(out.B[f.head+4:], m.ID)
	out.Body(b.Sub(headLen, l.tail))
	at := l.tail
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], ms, 10)
	put := func(key string) {
		f.text(key)
		out.B = hessian.AppendString(out.B, digits)
	}
	if t.null {
		out.B = hessian.AppendMapStart(out.B)
		put(keyTimeout)
		out.B = hessian.AppendMapEnd(out.B)
		at++
	}
	for _, e := range t.entries[:t.n] {
		out.B = append(out.B, p[at:e.start]...)
		put(e.key)
		at = e.end
	}
	if t.n == 0 && !t.null {
		out.B = append(out.B, p[at:t.end]...)
		put(keyTimeout)
		at = t.end
	}
	out.Body(b.Sub(at, len(p)))
	f.end()
	return true
}

// times is where the timeouts stand in a frame's attachments.
type times struct {
	null    bool // there is no map
	end     int  // of the map: where its end mark stands
	n       int
	entries [3]struct {
		key        string
		start, end int
	}
}

// find looks for the timeouts in the map that sc is at, and says whether they can be and must be shortened to ms.
func (t *times) find(sc *hessian.Scanner, body []byte, ms int64) bool {
	ok, err := sc.Map()
	if t.null = !ok; t.null || err != nil {
		return err == nil
	}
	least := int64(maxMillis + 1)
	var p hessian.Pair
	for {
		more, err := sc.Pair(&p)
		if err != nil {
			return false
		}
		if !more {
			t.end = headLen + p.Start
			return ms < least
		}
		key := string(p.Key)
		if key != keyTimeout && key != keyRemaining && key != keyRemainingOld {
			continue
		}
		if !p.Plain || t.n == len(t.entries) {
			return false
		}
		e := &t.entries[t.n]
		e.key, e.start, e.end = wire.Intern(p.Key), headLen+p.Start, headLen+p.End
		t.n++
		if v := millis(p.Value); v > 0 {
			least = min(least, v)
		}
	}
}
