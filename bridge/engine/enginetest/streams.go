package enginetest

import (
	"bytes"
	"strconv"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Streams is a protocol of lines for calls of many messages, each line "ID SIGN …":
//
//	? METHOD BODY   a request that goes on      ! METHOD BODY   a whole request
//	= BODY          a reply that goes on        $ CODE BODY     the end of a reply
//	. BODY          a further message           ; BODY          the last one of a request
//	+ N             the reader has taken N      x               cancel
//
// Each direction of a call has a window of Window bytes for the bodies of its further messages. "0 bye N" says that no call behind
// N is served, "0 shut" and "0 wide" how the connection's own window is. A line that begins with "#" loses framing.
type Streams struct {
	Window int
}

// Name is "streams".
func (Streams) Name() string { return "streams" }

// Traits are those of a wire like HTTP/2.
func (Streams) Traits() codecs.Traits {
	return codecs.Traits{Stream: true, Cancels: true, Goaway: true, IDs: codecs.IDs{First: 1, Step: 2, Max: 1 << 31},
		Formats: []codecs.Format{{Encoding: "text", Shape: codecs.Value}}}
}

// Sniff takes everything.
func (Streams) Sniff([]byte) codecs.Verdict { return codecs.Yes }

// Session keeps the windows.
func (s Streams) Session(side codecs.Side, _ codecs.Settings) codecs.Session {
	return &streams{side: side, window: s.Window, room: map[uint64]int{}}
}

type streams struct {
	side   codecs.Side
	window int
	room   map[uint64]int // of the calls that are open, for what we send
	shut   bool           // the connection's window
}

// Room implements codecs.Roomer.
func (s *streams) Room() bool { return !s.shut }

func (s *streams) Decode(m *codecs.Message, p []byte) (int, error) {
	end := bytes.IndexByte(p, '\n')
	if end < 0 {
		return 0, nil
	}
	line, n := p[:end], end+1
	if len(line) > 0 && line[0] == '#' {
		return 0, codecs.Errorf(codecs.Malformed, "streams: decode: a hash")
	}
	id, line, _ := bytes.Cut(line, []byte(" "))
	sign, rest, _ := bytes.Cut(line, []byte(" "))
	m.ID, _ = strconv.ParseUint(string(id), 10, 63)
	word, body, _ := bytes.Cut(rest, []byte(" "))
	m.Body, m.Meta.Loaded, m.Format = wire.Borrow(rest), true, codecs.Format{Encoding: "text", Shape: codecs.Value}
	switch string(sign) {
	case "?", "!":
		m.Kind, m.Method, m.End, m.Body, m.Stream = codecs.Request, string(word), string(sign) == "!", wire.Borrow(body), true
		s.room[m.ID] = s.window
	case "=":
		m.Kind = codecs.Reply
	case "$":
		code, _ := strconv.Atoi(string(word))
		m.Kind, m.End, m.Body, m.Status.Code = codecs.Data, true, wire.Borrow(body), codecs.Code(code)
		delete(s.room, m.ID)
	case ".", ";":
		m.Kind, m.End, m.Credit = codecs.Data, string(sign) == ";", uint32(len(rest))
	case "+":
		more, _ := strconv.Atoi(string(word))
		if _, open := s.room[m.ID]; open {
			s.room[m.ID] += more
		}
		m.Kind, m.Body = codecs.Window, wire.Body{}
	case "x":
		m.Kind, m.Status.Code = codecs.Cancel, codecs.Canceled
		delete(s.room, m.ID)
	case "shut", "wide":
		m.Kind, s.shut = codecs.None, string(sign) == "shut"
	case "bye":
		m.Kind = codecs.Goaway
		m.ID, _ = strconv.ParseUint(string(word), 10, 63)
	default:
		return n, codecs.Errorf(codecs.Malformed, "streams: decode: sign %q", sign)
	}
	return n, nil
}

func (s *streams) Encode(out *wire.Out, m *codecs.Message) (bool, error) {
	room, open := s.room[m.ID]
	switch m.Kind {
	case codecs.None, codecs.Hello:
		return false, nil
	case codecs.Request:
		s.room[m.ID] = s.window
		sign := "? "
		if m.End {
			sign = "! "
		}
		s.line(out, m, sign+m.Method+" ")
		return false, nil
	case codecs.Goaway:
		out.B = append(out.B, "0 bye 0\n"...)
		return false, nil
	default: // belongs to a call
	}
	if !open {
		m.Release()
		return false, nil
	}
	switch m.Kind {
	case codecs.Window:
		s.line(out, m, "+ "+strconv.Itoa(int(m.Credit)))
	case codecs.Cancel:
		delete(s.room, m.ID)
		s.line(out, m, "x "+m.Status.Code.String())
	case codecs.Reply, codecs.Data:
		if part := min(room, m.Body.Len()); part < m.Body.Len() {
			head := codecs.Message{ID: m.ID, Body: m.Body.Sub(0, part)}
			if part > 0 {
				s.line(out, &head, ". ")
			}
			rest := m.Body.Sub(part, m.Body.Len())
			m.Body.Release()
			m.Kind, m.Body, s.room[m.ID] = codecs.Data, rest, 0
			return true, nil
		}
		s.room[m.ID] -= m.Body.Len()
		sign := ". "
		switch {
		case m.End && s.side == codecs.Server:
			sign = "$ " + strconv.Itoa(int(m.Status.Code)) + " "
			delete(s.room, m.ID)
		case m.End:
			sign = "; "
		case m.Kind == codecs.Reply:
			sign = "= "
		}
		s.line(out, m, sign)
	default:
		return false, codecs.Errorf(codecs.Unimplemented, "streams: encode: %v", m.Kind)
	}
	return false, nil
}

func (s *streams) line(out *wire.Out, m *codecs.Message, sign string) {
	out.B = strconv.AppendUint(out.B, m.ID, 10)
	out.B = append(append(out.B, ' '), sign...)
	out.Body(m.Body)
	out.B = append(out.B, '\n')
	m.Body = wire.Body{}
	m.Frame.Bytes.Release()
}
