package codectest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// seen is a message after its memory is gone.
type seen struct {
	Kind            codecs.Kind
	End, Part, Bare bool
	Size, Credit    uint32
	ID, Hint        uint64
	Header          codecs.Header
	Body, Frame     string
	Err             string // Decode's, for a call that failed; then Header.Status is its
}

func look(m *codecs.Message, err error) seen {
	s := seen{m.Kind, m.End, m.Part, m.Bare, m.Size, m.Credit, m.ID, m.Hint, m.Header, string(m.Body.Bytes()), "", ""}
	h := &s.Header
	for _, p := range [...]*string{&h.Service, &h.Method, &h.Version, &h.Group, &h.Descriptor, &h.Status.Text} {
		*p = strings.Clone(*p)
	}
	h.Meta.Pairs = nil
	for _, p := range m.Meta.Pairs {
		h.Meta.Add(strings.Clone(p.Key), strings.Clone(p.Value))
	}
	if m.Frame.Of != "" {
		s.Frame = m.Frame.Of + ":" + string(m.Frame.Bytes.Bytes())
	}
	if err != nil {
		s.Err, s.Header.Status = err.Error(), codecs.StatusOf(err)
	}
	return s
}

// whole puts the messages of one direction of a call together, as the stages do for those who know no streams.
func whole(all []seen) seen {
	w := all[0]
	for _, s := range all[1:] {
		w.Body, w.End, w.Bare = w.Body+s.Body, s.End, w.Bare && s.Bare
		w.Header.Meta.Pairs = append(w.Header.Meta.Pairs, s.Header.Meta.Pairs...)
		if s.Err != "" {
			w.Err = s.Err
		}
		if s.End {
			w.Header.Status = s.Header.Status
		}
		if s.Header.Format != (codecs.Format{}) {
			w.Header.Format = s.Header.Format
		}
	}
	return w
}

// isCall says whether a message is of a call and not about the wire.
func (s seen) isCall() bool {
	switch s.Kind {
	case codecs.Request, codecs.Oneway, codecs.Reply, codecs.Data, codecs.Cancel:
		return true
	case codecs.None, codecs.Hello, codecs.Window, codecs.Ping, codecs.Pong, codecs.Goaway, codecs.Control:
	}
	return false
}

// driver feeds a session as an engine does: it asks the Sizer first where there is one, takes what is decoded off the front,
// and stops when the framing is lost.
type driver struct {
	sess codecs.Session
	max  int // MaxFrame
	buf  []byte
	got  []seen
	lost error                 // framing
	last []byte                // last words
	each func(*codecs.Message) // called with each message of a call, borrowed
	errs []error               // of calls that failed
	meta bool                  // load the metadata of each message
	keep bool                  // do not give back what messages have used
	owes bool                  // the session may keep what it owes
	said wire.Out              // what it has owed, and nobody has taken
}

func newDriver(c codecs.Codec, s codecs.Session) *driver {
	return &driver{sess: s, max: codecs.DefaultMaxFrame, owes: c.Traits().Stream}
}

// feed gives the session more bytes. It never sees beyond them.
func (d *driver) feed(p []byte) {
	if d.buf = append(d.buf, p...); d.lost == nil {
		d.pump()
	}
	if d.owes {
		d.say(codecs.Message{Kind: codecs.None})
	}
}

// say encodes what is about the connection.
func (d *driver) say(m codecs.Message) {
	if _, err := d.sess.Encode(&d.said, &m); err != nil {
		d.lost = errors.Join(d.lost, fmt.Errorf("codectest: encode %s: %w", m.Kind, err))
	}
}

// take gives what was owed, once.
func (d *driver) take() []byte {
	b := d.said.AppendTo(nil)
	d.said.Reset()
	return b
}

func (d *driver) pump() {
	for d.lost == nil && len(d.buf) > 0 && d.enough() {
		var m codecs.Message
		n, err := d.sess.Decode(&m, d.buf[:len(d.buf):len(d.buf)])
		if n < 0 || n > len(d.buf) {
			d.lost = fmt.Errorf("codectest: Decode of %d bytes gave %d", len(d.buf), n)
			return
		}
		if n == 0 {
			if err != nil {
				d.lose(err)
			}
			return
		}
		if d.meta && err == nil {
			err = d.load(&m)
		}
		if err != nil {
			d.errs = append(d.errs, err)
		}
		d.got = append(d.got, look(&m, err))
		if d.each != nil && err == nil {
			d.each(&m)
		}
		credit := codecs.Message{Kind: codecs.Window, ID: m.ID, Credit: m.Credit}
		m.Release()
		if d.buf = d.buf[n:]; credit.Credit > 0 && !d.keep {
			d.say(credit)
		}
	}
}

// enough says whether Decode may be asked.
func (d *driver) enough() bool {
	z, ok := d.sess.(codecs.Sizer)
	if !ok {
		return true
	}
	n := z.FrameSize(d.buf[:len(d.buf):len(d.buf)])
	if n > d.max {
		d.lose(codecs.Errorf(codecs.Malformed, "codectest: frame of %d bytes over limit %d", n, d.max))
		return false
	}
	return n <= len(d.buf)
}

func (d *driver) load(m *codecs.Message) error {
	if l, ok := d.sess.(codecs.MetaLoader); ok && !m.Meta.Loaded && m.Frame.Of != "" {
		return l.LoadMeta(m)
	}
	return nil
}

// lose ends the connection as an engine does, with last words.
func (d *driver) lose(err error) {
	d.lost = err
	var out wire.Out
	m := codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.StatusOf(err)}}
	if _, encErr := d.sess.Encode(&out, &m); encErr != nil {
		d.lost = errors.Join(err, fmt.Errorf("last words: %w", encErr))
	}
	d.last = out.AppendTo(nil)
	out.Reset()
}

// failed says whether a call failed.
func (d *driver) failed() bool { return len(d.errs) > 0 }

// encode gives the bytes of one message, and an error if Encode broke its promise to leave out as it was on one.
func encode(s codecs.Session, m *codecs.Message) ([]byte, error) {
	out := wire.Out{B: []byte("before")}
	more, err := s.Encode(&out, m)
	b := out.AppendTo(nil)
	out.Reset()
	switch {
	case err != nil && string(b) != "before":
		return nil, fmt.Errorf("codectest: Encode failed (%w) and left %q behind", err, b)
	case err != nil:
		return nil, err
	case more:
		return nil, fmt.Errorf("codectest: Encode of a whole %s wants a Window", m.Kind)
	}
	return b[len("before"):], nil
}
