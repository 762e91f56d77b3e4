package dissect_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/dissect"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

// TestLargeFrames: what HTTP/2 peers allowed each other is read, more though it is than the gateway allows.
func TestLargeFrames(t *testing.T) {
	const size = 300 << 10
	message := binary.BigEndian.AppendUint32([]byte{0}, size)
	message = append(message, make([]byte, size)...)
	frame := func(kind, flags byte, stream byte, p []byte) []byte {
		n := len(p)
		return append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags, 0, 0, 0, stream}, p...)
	}
	field := func(name, value string) []byte { // kept in the table, and not compressed
		return append(append(append([]byte{0x40, byte(len(name))}, name...), byte(len(value))), value...)
	}
	// side is what one side sends: it allows large frames and windows, and its header block begins with a table of 64 KiB.
	side := func(preface string, fields ...string) []byte {
		head := []byte{0x3f, 0xe1, 0xff, 0x03}
		for i := 0; i < len(fields); i += 2 {
			head = append(head, field(fields[i], fields[i+1])...)
		}
		end := byte(1)
		if preface == "" {
			end = 0
		}
		out := append([]byte(preface), frame(4, 0, 0, []byte{0, 1, 0, 1, 0, 0, 0, 5, 0, 16, 0, 0, 0, 4, 0, 16, 0, 0})...)
		out = append(out, frame(1, 4, 1, head)...)
		out = append(out, frame(0, end, 1, message)...)
		if preface == "" {
			out = append(out, frame(1, 5, 1, field("grpc-status", "0"))...)
		}
		return out
	}
	var got []string
	c := dissect.New(&dissect.Options{Codecs: all.Codecs(), Say: func(e *dissect.Event) {
		switch m := e.Message; {
		case m == nil || e.Err != nil:
			got = append(got, text(e))
		case m.Body.Len() > 0:
			got = append(got, fmt.Sprintf("%v %v of %d bytes", e.FromServer, m.Kind, m.Body.Len()))
		}
	}})
	c.Feed(false, at(0), side("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ":method", "POST", ":scheme", "http", ":path", "/a.S/f", ":authority", "h", "content-type", "application/grpc", "te", "trailers"))
	c.Feed(true, at(1), side("", ":status", "200", "content-type", "application/grpc"))
	c.End()
	if diff := cmp.Diff([]string{"false data of 307200 bytes", "true data of 307200 bytes"}, got); diff != "" {
		t.Errorf("(-want +got):\n%.2000s", diff)
	}
}

// listen gives a connection whose events are kept as text.
func listen(list []codecs.Codec) (*dissect.Conn, *[]string) {
	said := new([]string)
	return dissect.New(&dissect.Options{Codecs: list, Say: func(e *dissect.Event) { *said = append(*said, text(e)) }}), said
}

func text(e *dissect.Event) string {
	s := ">"
	if e.FromServer {
		s = "<"
	}
	if m := e.Message; m != nil {
		s += fmt.Sprintf(" %v %d", m.Kind, m.ID)
		if m.Method != "" {
			s += " " + m.Method
		}
		if m.Kind == codecs.Reply {
			s += " " + m.Status.Code.String()
		}
		if m.Body.Len() > 0 {
			s += fmt.Sprintf(" %q", m.Body.Bytes())
		}
	}
	if e.Asked != nil {
		s += " of " + e.Asked.Head.Method
	}
	if e.Asked != nil && e.FromServer && !e.At.IsZero() {
		s += fmt.Sprintf(" after %v", e.At.Sub(e.Asked.At))
	}
	if e.Err != nil {
		s += " error: " + e.Err.Error()
	}
	if e.Note != "" {
		s += " note: " + e.Note
	}
	return s
}

var start = time.Unix(1000, 0)

func at(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

func get(method string) []byte {
	key := `{"action":"/service/user","params":{"m":"` + method + `","args":[7]}}`
	return fmt.Appendf(nil, "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", len(key), key)
}

func value(v string) []byte {
	v = `{"ec":200,"em":"","result":` + v + `}`
	return fmt.Appendf(nil, "$%d\r\n%s\r\n", len(v), v)
}

func TestOrder(t *testing.T) {
	c, said := listen(all.Codecs())
	first := get("a")
	c.Feed(false, at(0), first[:10])
	c.Feed(false, at(1), append(first[10:], get("b")...))
	c.Feed(true, at(5), value("1"))
	c.Feed(true, at(8), value("2")[:9])
	c.Feed(true, at(9), value("2")[9:])
	c.Feed(true, at(10), value("3")[:4])
	c.End()
	want := []string{`> request 1 a "[7]"`, `> request 2 b "[7]"`, `< reply 1 ok "1" of a after 4ms`, `< reply 2 ok "2" of b after 8ms`,
		"< note: 4 bytes at the end are no whole message"}
	if diff := cmp.Diff(want, *said); diff != "" {
		t.Error("-want +got\n", diff)
	}
}

// TestTalk: answers to what is no call are passed over, and those to calls stay beside them.
func TestTalk(t *testing.T) {
	said := new([]string)
	c := dissect.New(&dissect.Options{Codecs: all.Codecs(), Say: func(e *dissect.Event) { *said = append(*said, text(e)) },
		Talk: map[string]func() func([]byte) int{"redis": func() func([]byte) int {
			return func(p []byte) int { return strings.IndexByte(string(p), '\n') + 1 }
		}}})
	c.Feed(false, at(0), []byte("*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"))
	c.Feed(false, at(1), get("a"))
	c.Feed(true, at(2), []byte("%0"))
	c.Feed(true, at(3), append([]byte("\r\n"), value("1")...))
	c.End()
	want := []string{`> request 1 a "[7]"`, "< note: answer, 4 bytes", `< reply 1 ok "1" of a after 2ms`}
	if len(*said) == 0 || !strings.HasPrefix((*said)[0], "> control") || cmp.Diff(want, (*said)[1:]) != "" {
		t.Errorf("got\n%s", strings.Join(*said, "\n"))
	}
}

// TestLone: whose bytes they are is found out, where those of one side alone may be read as the other's.
func TestLone(t *testing.T) {
	for name, c := range map[string]struct {
		bytes []byte
		want  []string
	}{
		"requests": {append(get("a"), get("b")...), []string{`> request 1 a "[7]"`, `> request 2 b "[7]"`}},
		"replies":  {append(value("1"), value("2")...), []string{`< reply 0 ok "1"`, `< reply 0 ok "2"`}},
		"MGET":     {append([]byte("*2\r\n"), append(value("1"), value("2")...)...), []string{`< reply 0 ok "1"`, `< reply 0 ok "2"`}},
	} {
		said := new([]string)
		dissect.New(&dissect.Options{Codecs: all.Codecs(), Say: func(e *dissect.Event) { *said = append(*said, text(e)) },
			Lead: map[string]func([]byte) int{"redis": func(p []byte) int {
				if p[0] != '*' {
					return 0
				}
				return strings.IndexByte(string(p), '\n') + 1
			}}}).Lone(c.bytes, "")
		if diff := cmp.Diff(c.want, *said); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestLoss: what follows a gap is read again from the next piece that can be, and replies without ids are no longer anybody's.
func TestLoss(t *testing.T) {
	c, said := listen(all.Codecs())
	c.Lose(false, 0)
	c.Feed(false, at(0), []byte("ddle of a command\r\n"))
	c.Feed(false, at(1), get("a"))
	c.Feed(true, at(2), value("1"))
	c.Feed(false, at(3), get("b")[:12])
	c.Lose(false, 20)
	c.Feed(false, at(4), []byte("{}}\r\n"))
	c.Feed(false, at(5), get("c"))
	c.End()
	want := []string{"> note: what came before is not in the capture", "> note: 19 bytes passed over, in search of a message", `> request 1 a "[7]"`, `< reply 0 ok "1"`,
		"> note: 20 bytes are not in the capture", "> note: 17 bytes passed over, in search of a message", `> request 2 c "[7]"`}
	if diff := cmp.Diff(want, *said); diff != "" {
		t.Error("-want +got\n", diff)
	}
}

func TestBrokenFraming(t *testing.T) {
	c, said := listen(all.Codecs())
	c.Feed(false, at(0), append(get("a"), "*zz\r\n"...))
	c.Feed(false, at(1), []byte("more of it"))
	c.Feed(false, at(2), get("b"))
	c.End()
	want := []string{`> request 1 a "[7]"`, "> error: redis: decode command: invalid multibulk length",
		"> note: 10 bytes passed over, in search of a message", `> request 2 b "[7]"`}
	if diff := cmp.Diff(want, *said); diff != "" {
		t.Error("-want +got\n", diff)
	}
}

// TestPieces: a request that comes in chunks is put together.
func TestPieces(t *testing.T) {
	c, said := listen(all.Codecs())
	c.Feed(false, at(0), []byte("POST /users/get HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n"))
	c.Feed(false, at(1), []byte("3\r\n,2]\r\n0\r\n\r\n"))
	c.Feed(true, at(2), []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n3"))
	c.End()
	want := []string{"> note: 0 bytes of message 1, which goes on", "> of get note: 2 bytes of message 1, which goes on",
		"> of get note: 3 bytes of message 1, which goes on", `> request 1 get "[1,2]" of get`, `< reply 1 ok "3" of get after 2ms`}
	if diff := cmp.Diff(want, *said); diff != "" {
		t.Error("-want +got\n", diff)
	}
}

// fixtures gives the bytes that one side sends in each of the fixtures, by the file's name.
func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../../../../fixtures/*/*.hex")
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures", err)
	}
	list := map[string][]byte{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		digits := ""
		for line := range strings.Lines(string(text)) {
			data, _, _ := strings.Cut(line, "#")
			digits += strings.Join(strings.Fields(data), "")
		}
		if list[path], err = hex.DecodeString(digits); err != nil {
			t.Fatal(path, err)
		}
	}
	return list
}

// TestBothSides: what gRPC programs said to each other is joined by the ids of streams. The server's bytes come late.
func TestBothSides(t *testing.T) {
	c, said := listen(all.Codecs())
	all := fixtures(t)
	c.Feed(false, at(0), all["../../../../fixtures/grpc/grpc-js_client.hex"])
	c.Feed(true, at(3), all["../../../../fixtures/grpc/grpc-js_server.hex"])
	c.End()
	got := strings.Join(*said, "\n")
	for _, want := range []string{`> data 1 "hello" of GetUser`, `< data 1 "hello" of GetUser after 3ms`, `< reply 3 not_found`, " of Fail after 3ms", `< data 5 "three" of Chat`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// FuzzConn: whatever two sides say, in whatever pieces, something is said of it and no more messages than there are bytes.
func FuzzConn(f *testing.F) {
	for _, p := range fixtures(f) {
		f.Add(p, []byte{}, uint16(7))
		f.Add([]byte{}, p, uint16(0))
	}
	f.Add(append(get("a"), get("b")...), append(value("1"), value("2")...), uint16(30))
	f.Fuzz(func(t *testing.T, asked, answered []byte, cut uint16) {
		if len(asked)+len(answered) > 1<<16 {
			return
		}
		n, most := 0, 2*(len(asked)+len(answered))+8
		c := dissect.New(&dissect.Options{Codecs: all.Codecs(), Say: func(e *dissect.Event) {
			n++
			if e.Message == nil && e.Err == nil && e.Note == "" {
				t.Error("an event that says nothing")
			}
		}})
		size := int(cut)%200 + 1
		for len(asked)+len(answered) > 0 {
			k := min(size, len(asked))
			c.Feed(false, start, asked[:k])
			asked = asked[k:]
			k = min(size, len(answered))
			c.Feed(true, start, answered[:k])
			answered = answered[k:]
		}
		c.End()
		if n > most {
			t.Errorf("%d events, more than %d", n, most)
		}
	})
}
