package h2_test

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// rival is the other end of a session as the tests know it: x/net's Framer reads and writes, and what was granted and sent is
// counted here.
type rival struct {
	t    *rapid.T
	p    *peer
	in   bytes.Buffer // what the session wrote
	out  bytes.Buffer // what it is to read
	fr   *http2.Framer
	enc  *hpack.Encoder
	head bytes.Buffer

	initial int64 // INITIAL_WINDOW_SIZE, as announced
	conn    int64 // what the session may send
	streams map[uint32]*course
	credit  int64 // what the session has granted to the connection
}

// course is a stream as a rival sees it.
type course struct {
	window int64        // what the session may send
	got    bytes.Buffer // payload that the session sent
	want   bytes.Buffer // payload that it was given to send
	ended  bool         // the session ended it
	reset  bool
	room   int64 // what the session lets us send
}

func newRival(t *rapid.T, tb testing.TB, side codecs.Side) *rival {
	r := &rival{t: t, initial: 65535, conn: 65535, streams: map[uint32]*course{}, credit: 65535}
	r.p = newPeer(tb, echoCodec, side, codecs.Settings{})
	r.fr = http2.NewFramer(&r.out, &r.in)
	r.fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	r.enc = hpack.NewEncoder(&r.head)
	if side == codecs.Server {
		r.out.WriteString(http2.ClientPreface)
	}
	r.must(r.fr.WriteSettings())
	r.settle()
	return r
}

func (r *rival) must(err error) {
	if err != nil {
		r.t.Fatal(err)
	}
}

// settle lets the session read, and looks at all that it wrote.
func (r *rival) settle() {
	b := bytes.Clone(r.out.Bytes())
	r.out.Reset()
	r.p.feed(b)
	if r.p.lost != nil {
		r.t.Fatalf("the session gives up: %v", r.p.lost)
	}
	r.in.Write(bytes.TrimPrefix(r.p.take(), []byte(http2.ClientPreface)))
	for r.in.Len() > 0 {
		f, err := r.fr.ReadFrame()
		r.must(err)
		r.saw(f)
	}
}

func (r *rival) saw(f http2.Frame) {
	id := f.Header().StreamID
	st := r.streams[id]
	switch f := f.(type) {
	case *http2.DataFrame:
		n := int64(f.Length)
		r.conn -= n
		st.window -= n
		if n > 0 && (r.conn < 0 || st.window < 0) {
			r.t.Fatalf("stream %d: %d bytes over the windows: stream %d, connection %d", id, n, st.window, r.conn)
		}
		if st.ended || st.reset {
			r.t.Fatalf("stream %d: data behind its end", id)
		}
		st.got.Write(f.Data())
		st.ended = f.StreamEnded()
	case *http2.MetaHeadersFrame:
		if st == nil {
			st = &course{window: r.initial, room: 65535}
			r.streams[id] = st
		}
		if st.ended || st.reset {
			r.t.Fatalf("stream %d: headers behind its end", id)
		}
		st.ended = f.StreamEnded()
	case *http2.RSTStreamFrame:
		st.reset = true
	case *http2.WindowUpdateFrame:
		if id == 0 {
			r.credit += int64(f.Increment)
		} else {
			st.room += int64(f.Increment)
		}
	case *http2.SettingsFrame:
		if v, ok := f.Value(http2.SettingInitialWindowSize); ok {
			r.must(r.fr.WriteSettingsAck())
			for _, st := range r.streams {
				st.room += int64(v) - 65535
			}
		}
	}
}

// open sends a request that is at its end.
func (r *rival) open(id uint32, end bool) {
	r.head.Reset()
	for _, f := range [][2]string{{":method", "POST"}, {":scheme", "http"}, {":path", fmt.Sprintf("/svc/m%d", id)}} {
		r.must(r.enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}))
	}
	r.must(r.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: r.head.Bytes(), EndHeaders: true, EndStream: end}))
	r.streams[id] = &course{window: r.initial, room: 128 << 10}
}

// TestWindowsModel: whatever the windows do, no more is sent than was granted, and all of it arrives, in order and once.
func TestWindowsModel(t *testing.T) {
	wire.Debug(true)
	defer wire.Debug(false)
	before := wire.Outstanding()
	rapid.Check(t, func(rt *rapid.T) {
		r := newRival(rt, t, codecs.Server)
		var ids []uint32
		next := uint32(1)
		pick := func(t *rapid.T) uint32 {
			if len(ids) == 0 {
				t.Skip("no stream")
			}
			return rapid.SampledFrom(ids).Draw(t, "stream")
		}
		waits := func(id uint32) bool { _, ok := r.p.waits[uint64(id)]; return ok }
		rt.Repeat(map[string]func(*rapid.T){
			"open": func(t *rapid.T) {
				r.open(next, true)
				ids = append(ids, next)
				r.settle()
				r.p.do(codecs.Message{Kind: codecs.Reply, ID: uint64(next), Bare: true})
				next += 2
			},
			"say": func(t *rapid.T) {
				id := pick(t)
				st := r.streams[id]
				if waits(id) || st.ended {
					t.Skip("it has not done")
				}
				n := rapid.SampledFrom([]int{0, 1, 9, 4095, 4096, 16384, 40000, 200000}).Draw(t, "size")
				m := data(uint64(id), "", rapid.IntRange(0, 4).Draw(t, "end") == 0)
				body := bytes.Repeat([]byte{byte(id), byte(st.want.Len())}, (n+1)/2)[:n]
				m.Body.Release()
				m.Body = wire.Copy(body)
				if rapid.Bool().Draw(t, "prefix") {
					m.Format.Zip = "prefix"
					st.want.WriteString("<prefix>")
				}
				st.want.Write(body)
				if m.End {
					m.Status.Code = codecs.Code(rapid.IntRange(0, 1).Draw(t, "code")) // with trailers, or without
				}
				r.p.do(m)
			},
			"grant": func(t *rapid.T) {
				id := pick(t)
				n := rapid.SampledFrom([]uint32{1, 5, 8, 9, 4096, 100000}).Draw(t, "bytes")
				r.must(r.fr.WriteWindowUpdate(id, n))
				r.streams[id].window += int64(n)
			},
			"grant all": func(t *rapid.T) {
				n := rapid.SampledFrom([]uint32{1, 16384, 100000}).Draw(t, "bytes")
				r.must(r.fr.WriteWindowUpdate(0, n))
				r.conn += int64(n)
			},
			"settings": func(t *rapid.T) {
				v := rapid.SampledFrom([]uint32{0, 1, 100, 65535, 300000}).Draw(t, "window")
				frame := rapid.SampledFrom([]uint32{16384, 16385, 1 << 20}).Draw(t, "frame")
				table := rapid.SampledFrom([]uint32{0, 100, 4096, 65536}).Draw(t, "table")
				r.must(r.fr.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: v},
					http2.Setting{ID: http2.SettingMaxFrameSize, Val: frame}, http2.Setting{ID: http2.SettingHeaderTableSize, Val: table}))
				for _, st := range r.streams {
					st.window += int64(v) - r.initial
				}
				r.initial = int64(v)
			},
			"": func(t *rapid.T) {
				r.settle()
				if err := h2.Check(r.p.sess); err != nil {
					t.Fatal(err)
				}
			},
		})
		// Everything is granted: all must arrive.
		r.must(r.fr.WriteWindowUpdate(0, 1<<30))
		r.conn += 1 << 30
		for _, id := range ids {
			if st := r.streams[id]; !st.ended {
				r.must(r.fr.WriteWindowUpdate(id, 1<<30))
				st.window += 1 << 30
			}
		}
		r.settle()
		for _, id := range ids {
			if st := r.streams[id]; !bytes.Equal(st.got.Bytes(), st.want.Bytes()) {
				rt.Fatalf("stream %d: %d bytes of %d arrived, or others", id, st.got.Len(), st.want.Len())
			}
		}
		if len(r.p.waits) > 0 {
			rt.Fatalf("%d messages still wait", len(r.p.waits))
		}
	})
	if n := wire.Outstanding() - before; n != 0 {
		t.Errorf("%d bodies were not released", n)
	}
}

// TestCreditModel: what a session lets its peer send grows with what was read, never beyond its windows, and the connection's does
// not wait for readers.
func TestCreditModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRival(rt, t, codecs.Server)
		r.p.keeps = true
		unread := map[uint64]uint32{}
		r.p.each = func(m *codecs.Message, _ error) {
			if m.Credit > 0 {
				unread[m.ID] += m.Credit
			}
		}
		next := uint32(1)
		var ids []uint32
		sent := int64(0)
		rt.Repeat(map[string]func(*rapid.T){
			"open": func(*rapid.T) {
				r.open(next, false)
				ids = append(ids, next)
				next += 2
			},
			"send": func(t *rapid.T) {
				if len(ids) == 0 {
					t.Skip("no stream")
				}
				id := rapid.SampledFrom(ids).Draw(t, "stream")
				st := r.streams[id]
				for range rapid.IntRange(1, 8).Draw(t, "frames") {
					n := min(rapid.SampledFrom([]int64{1, 1000, 16384}).Draw(t, "size"), st.room, r.credit)
					pad := int64(rapid.SampledFrom([]int{0, 1, 200}).Draw(t, "pad"))
					if n <= pad+1 {
						continue
					}
					var padding []byte
					if pad > 0 {
						padding = make([]byte, pad)
						n -= pad + 1
						n = max(n-1, 0)
						r.must(r.fr.WriteDataPadded(id, false, make([]byte, n), padding))
						n += pad + 1
					} else {
						r.must(r.fr.WriteData(id, false, make([]byte, n)))
					}
					st.room -= n
					r.credit -= n
					sent += n
				}
			},
			"read": func(t *rapid.T) {
				if len(ids) == 0 {
					t.Skip("no stream")
				}
				id := uint64(rapid.SampledFrom(ids).Draw(t, "stream"))
				r.p.do(codecs.Message{Kind: codecs.Window, ID: id, Credit: unread[id]})
				unread[id] = 0
			},
			"": func(t *rapid.T) {
				r.settle()
				if err := h2.Check(r.p.sess); err != nil {
					t.Fatal(err)
				}
				if len(ids) > 0 && r.credit < 1<<20 && sent < 12<<20 {
					t.Fatalf("the connection lets us send %d bytes only", r.credit)
				}
				for _, id := range ids {
					if room := r.streams[id].room; room > 256<<10 || room+int64(unread[uint64(id)]) < 96<<10 {
						t.Fatalf("stream %d lets us send %d bytes, with %d unread", id, room, unread[uint64(id)])
					}
				}
			},
		})
	})
}
