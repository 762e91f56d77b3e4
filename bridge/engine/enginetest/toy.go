// Package enginetest is what an engine must pass, and the toy protocol it is tried with: lines of text, with ids or in order.
package enginetest

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Toy is a protocol of lines: "ID METHOD BODY\n" and back "ID CODE BODY\n"; in order the ids are left out. "PING\n" is answered
// with "PONG\n". A METHOD of "!" is one-way; a line that begins with "?" loses framing.
type Toy struct {
	Ordered bool
	Ping    time.Duration // keepalive period of the client side; 0: none
}

// Name is "toy" or "toy-ordered".
func (t Toy) Name() string {
	if t.Ordered {
		return "toy-ordered"
	}
	return "toy"
}

// Traits are those of the flavour.
func (t Toy) Traits() codecs.Traits {
	tr := codecs.Traits{InOrder: t.Ordered, Formats: []codecs.Format{{Encoding: "text", Shape: codecs.Args}}, Goaway: !t.Ordered, Ping: t.Ping}
	if !t.Ordered {
		tr.IDs = codecs.IDs{First: 1, Step: 1, Max: 1 << 40}
	}
	return tr
}

// Sniff takes digits for the one flavour and letters for the other.
func (t Toy) Sniff(p []byte) codecs.Verdict {
	if len(p) == 0 {
		return codecs.More
	}
	if digit := p[0] >= '0' && p[0] <= '9'; digit != t.Ordered {
		return codecs.Yes
	}
	return codecs.No
}

// Session is stateless.
func (t Toy) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	return session{t, side, set.WithDefaults().MaxFrame}
}

type session struct {
	toy  Toy
	side codecs.Side
	max  int
}

func (s session) Decode(m *codecs.Message, p []byte) (int, error) {
	end := bytes.IndexByte(p, '\n')
	if end < 0 {
		if len(p) > s.max {
			return 0, codecs.Errorf(codecs.Malformed, "toy: decode: line of %d bytes, limit %d", len(p), s.max)
		}
		return 0, nil
	}
	line, n := p[:end], end+1
	switch {
	case len(line) > 0 && line[0] == '?':
		return 0, codecs.Errorf(codecs.Malformed, "toy: decode: a question mark")
	case string(line) == "PING":
		m.Kind = codecs.Ping
		return n, nil
	case string(line) == "PONG":
		m.Kind = codecs.Pong
		return n, nil
	case string(line) == "BYE":
		m.Kind, m.ID = codecs.Goaway, math.MaxUint64
		return n, nil
	}
	m.Frame = codecs.Frame{Of: s.toy.Name(), Bytes: wire.Borrow(p[:n])}
	if !s.toy.Ordered {
		var id []byte
		id, line, _ = bytes.Cut(line, []byte(" "))
		v, err := strconv.ParseUint(string(id), 10, 63)
		if err != nil {
			return 0, codecs.Errorf(codecs.Malformed, "toy: decode: id %q", id)
		}
		m.ID = v
	}
	word, body, _ := bytes.Cut(line, []byte(" "))
	m.Body, m.End, m.Meta.Loaded = wire.Borrow(body), true, true
	if s.side == codecs.Client {
		m.Kind = codecs.Reply
		code, _ := strconv.Atoi(string(word))
		m.Status.Code = codecs.Code(code)
		if code != 0 {
			m.Status.Text = string(body)
		}
		return n, nil
	}
	m.Kind, m.Service, m.Method = codecs.Request, "toy", wire.Intern(word)
	if m.Method == "!" {
		m.Kind = codecs.Oneway
	}
	return n, nil
}

func (s session) Encode(out *wire.Out, m *codecs.Message) (bool, error) {
	var word string
	switch m.Kind {
	case codecs.Hello:
		return false, nil
	case codecs.Ping:
		out.B = append(out.B, "PING\n"...)
		return false, nil
	case codecs.Pong:
		out.B = append(out.B, "PONG\n"...)
		return false, nil
	case codecs.Goaway:
		out.B = append(out.B, "BYE\n"...)
		return false, nil
	case codecs.Request, codecs.Oneway:
		word = m.Method
	case codecs.Reply:
		word = strconv.Itoa(int(m.Status.Code))
		if m.Bare {
			m.Body = wire.Borrow([]byte(strings.ReplaceAll(m.Status.Text, "\n", " ")))
		}
	default:
		return false, codecs.Errorf(codecs.Unimplemented, "toy: encode: %v", m.Kind)
	}
	if !s.toy.Ordered {
		out.B = strconv.AppendUint(out.B, m.ID, 10)
		out.B = append(out.B, ' ')
	}
	out.B = append(out.B, word...)
	out.B = append(out.B, ' ')
	out.Body(m.Body)
	out.B = append(out.B, '\n')
	m.Frame.Bytes.Release()
	return false, nil
}
