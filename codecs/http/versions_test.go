package http_test

import (
	"bufio"
	"fmt"
	"io"
	nethttp "net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The mapping is one, so its tests run over both versions. What a side is given is written as HTTP/1.1 either way; what it says is
// read by net/http, or comes out of the far side of a connection of HTTP/2.

// spoken is a message as it stands in HTTP, without what one version alone has.
type spoken struct {
	First  string   // "POST /path" or "200"
	Fields []string // "name: value", sorted, names in lower case; not Content-Length and the like
	Body   string
}

func (s *spoken) add(name, value string) {
	switch name = strings.ToLower(name); name {
	case "content-length", "transfer-encoding", "connection":
	case ":authority":
		s.Fields = append(s.Fields, "host: "+value)
	default:
		s.Fields = append(s.Fields, name+": "+value)
	}
	slices.Sort(s.Fields)
}

// begins says whether the first line is that, or an error that begins so.
func (s *spoken) begins(want string) bool {
	return s.First == want || strings.HasPrefix(want, "error: ") && strings.HasPrefix(s.First, want)
}

func (s *spoken) has(field string) bool { return slices.Contains(s.Fields, field) }

// end is one end of a connection.
type end interface {
	read(text string) read                                                  // gives it messages
	write(m codecs.Message, body string) (said spoken, whole bool, e error) // has it say one; whole: its end is out
}

// bothVersions runs a test over both.
func bothVersions(t *testing.T, f func(t *testing.T, make func(side codecs.Side, set codecs.Settings) end)) {
	t.Run("1.1", func(t *testing.T) {
		f(t, func(side codecs.Side, set codecs.Settings) end {
			return &end1{t: t, side: side, s: http.Codec{}.Session(side, set)}
		})
	})
	t.Run("2", func(t *testing.T) {
		f(t, func(side codecs.Side, set codecs.Settings) end { return newEnd2(t, side, set) })
	})
}

func with(options ...string) codecs.Settings {
	set := codecs.Settings{Options: map[string]string{}}
	for _, o := range options {
		k, v, _ := strings.Cut(o, "=")
		set.Options[k] = v
	}
	return set
}

// answerOf has a server side say m, alone, in answer to a call.
func answerOf(t *testing.T, e end, to *got, m codecs.Message, body string) spoken {
	t.Helper()
	m.ID, m.Hint = to.m.ID, to.m.Hint
	if m.Kind == codecs.None {
		m.Kind, m.End = codecs.Reply, true
	}
	said, _, err := e.write(m, body)
	if err != nil {
		return spoken{First: "error: " + err.Error()}
	}
	return said
}

// asked has a client side ask.
func asked(e end, m codecs.Message, body string) spoken {
	said, _, err := e.write(m, body)
	if err != nil {
		return spoken{First: "error: " + err.Error()}
	}
	return said
}

func encodeInto(s codecs.Session, out *wire.Out, m codecs.Message, body string) error {
	if body != "" {
		m.Body = wire.Copy([]byte(body))
		if m.Format.Encoding == "" {
			m.Format.Encoding = "json"
		}
	}
	_, err := s.Encode(out, &m)
	if err != nil {
		m.Release()
	}
	return err
}

// end1 is an end of HTTP/1.1.
type end1 struct {
	t    *testing.T
	side codecs.Side
	s    codecs.Session
	asks *nethttp.Request // what net/http takes the answer for
	said strings.Builder
}

func (e *end1) read(text string) read {
	method, _, _ := strings.Cut(text, " ")
	e.asks = &nethttp.Request{Method: method}
	return drive(e.t, e.s, []byte(text))
}

func (e *end1) write(m codecs.Message, body string) (said spoken, whole bool, err error) {
	var out wire.Out
	last := m.End || m.Kind == codecs.Cancel
	err = encodeInto(e.s, &out, m, body)
	e.said.Write(out.AppendTo(nil))
	out.Reset()
	if err != nil || !last {
		return said, false, err
	}
	defer e.said.Reset()
	br := bufio.NewReader(strings.NewReader(e.said.String()))
	if e.side == codecs.Client {
		r, err := nethttp.ReadRequest(br)
		if err != nil {
			return said, true, fmt.Errorf("%q: %w", e.said.String(), err)
		}
		said = spoken{First: r.Method + " " + r.RequestURI, Fields: []string{"host: " + r.Host}}
		return said, true, rest(&said, r.Header, r.Body, br)
	}
	r, err := nethttp.ReadResponse(br, e.asks)
	if err != nil {
		return said, true, fmt.Errorf("%q: %w", e.said.String(), err)
	}
	said = spoken{First: strconv.Itoa(r.StatusCode)}
	return said, true, rest(&said, r.Header, r.Body, br)
}

func rest(said *spoken, h nethttp.Header, body io.Reader, br *bufio.Reader) error {
	for name, values := range h {
		for _, v := range values {
			said.add(name, v)
		}
	}
	p, err := io.ReadAll(body)
	if said.Body = string(p); err == nil && br.Buffered() > 0 {
		err = fmt.Errorf("%d bytes behind the message", br.Buffered())
	}
	return err
}

// end2 is an end of HTTP/2, and the far one.
type end2 struct {
	t          testing.TB
	side       codecs.Side
	under, far codecs.Session
	id         uint64 // of the stream that was opened last
	saying     read
	heard      []spoken
}

func newEnd2(t testing.TB, side codecs.Side, set codecs.Settings) *end2 {
	e := &end2{t: t, side: side, under: http.Over2().Session(side, set), id: 1}
	e.far = h2.New(raw{e}).Session(1-side, codecs.Settings{})
	for range 2 {
		_ = e.pass(e.under, e.far, codecs.Message{Kind: codecs.Hello}, "")
		_ = e.pass(e.far, e.under, codecs.Message{Kind: codecs.Hello}, "")
	}
	return e
}

// pass has one session say something and the other read it; and what both owe.
func (e *end2) pass(from, to codecs.Session, m codecs.Message, body string) error {
	var out wire.Out
	err := encodeInto(from, &out, m, body)
	p := out.AppendTo(nil)
	out.Reset()
	var r read
	for len(p) > 0 {
		var m codecs.Message
		n, derr := to.Decode(&m, p)
		if n == 0 {
			e.t.Fatalf("%x: not taken: %v", p, derr)
		}
		if p = p[n:]; m.Kind == codecs.Cancel {
			e.heard = append(e.heard, spoken{First: "reset: " + m.Status.String()})
		}
		if m.Of = nil; to == e.under {
			r.take(&m, derr)
		}
		m.Release()
	}
	e.saying.Calls = append(e.saying.Calls, r.Calls...)
	if m.Kind != codecs.None && len(p) == 0 && err == nil {
		_ = e.pass(to, from, codecs.Message{}, "")
		_ = e.pass(from, to, codecs.Message{}, "")
	}
	return err
}

func (e *end2) read(text string) read {
	e.saying = read{}
	for text != "" {
		head, after, _ := strings.Cut(text, "\r\n\r\n")
		n := 0
		for l := range strings.SplitSeq(head, "\r\n") {
			if v, ok := strings.CutPrefix(l, "Content-Length: "); ok {
				n, _ = strconv.Atoi(v)
				break
			}
		}
		if err := e.ask(head + "\r\n\r\n" + after[:n]); err != nil {
			e.t.Fatalf("%q: %v", text, err)
		}
		text = after[n:]
	}
	return e.saying
}

// ask has the far side send one message.
func (e *end2) ask(text string) error {
	m := codecs.Message{Kind: codecs.Request, End: true, ID: e.id}
	if e.side == codecs.Client {
		m.Kind = codecs.Reply
	}
	e.id += 2
	return e.pass(e.far, e.under, m, text)
}

func (e *end2) write(m codecs.Message, body string) (said spoken, whole bool, err error) {
	if e.side == codecs.Client {
		m.ID = e.id
	}
	e.heard = nil
	if err := e.pass(e.under, e.far, m, body); err != nil || len(e.heard) == 0 {
		return said, false, err
	}
	return e.heard[0], true, nil
}

// raw is the mapping of the far side: bodies are messages of HTTP/1.1 as text.
type raw struct{ e *end2 }

func (raw) Name() string                                                { return "raw" }
func (raw) Traits() codecs.Traits                                       { return codecs.Traits{} }
func (raw) Claims([]h2.Field) bool                                      { return true }
func (r raw) Exchange(side codecs.Side, _ *codecs.Settings) h2.Exchange { return &rawExchange{e: r.e} }

type rawExchange struct {
	e    *end2
	said spoken
}

func (x *rawExchange) Head(m *codecs.Message, block []h2.Field, end bool) error {
	method, _ := h2.Get(block, ":method")
	path, _ := h2.Get(block, ":path")
	status, _ := h2.Get(block, ":status")
	if x.said.First = status; method != "" {
		x.said.First = method + " " + path
	}
	for _, f := range block {
		if f.Name[0] != ':' || f.Name == ":authority" {
			x.said.add(f.Name, f.Value)
		}
	}
	x.ended(m, end)
	return nil
}

func (x *rawExchange) Data(m *codecs.Message, p []byte, end bool) (int, error) {
	x.said.Body += string(p)
	x.ended(m, end)
	return len(p), nil
}

func (x *rawExchange) Trailers(m *codecs.Message, _ []h2.Field) error { x.ended(m, true); return nil }

func (x *rawExchange) ended(m *codecs.Message, end bool) {
	if end {
		m.Kind, m.End = codecs.Request, true
		if x.e.side == codecs.Server {
			m.Kind = codecs.Reply
		}
		x.e.heard = append(x.e.heard, x.said)
	}
}

func (x *rawExchange) Write(p *h2.Parts, m *codecs.Message) error {
	head, body, _ := strings.Cut(string(m.Body.Bytes()), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	words := strings.SplitN(lines[0], " ", 3)
	if x.e.side == codecs.Client {
		p.Head = append(p.Head, h2.Field{Name: ":status", Value: words[1]})
	} else {
		p.Head = append(p.Head, h2.Field{Name: ":method", Value: words[0]}, h2.Field{Name: ":scheme", Value: "http"}, h2.Field{Name: ":path", Value: words[1]})
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		switch name = strings.ToLower(name); name {
		case "", "connection", "proxy-connection", "keep-alive", "transfer-encoding", "te", "upgrade": // of HTTP/1.1 alone
		default:
			p.Head = append(p.Head, h2.Field{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
	m.Body.Release()
	m.Body = wire.Copy([]byte(body))
	return nil
}
