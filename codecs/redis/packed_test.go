package redis_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	oracle "github.com/vmihailenco/msgpack/v5"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var packedArgs = codecs.Format{Encoding: "msgpack", Shape: codecs.Args}

// pack writes a value as another library does.
func pack(t testing.TB, v any) string {
	t.Helper()
	b, err := oracle.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// unpack reads the value that a bulk string holds.
func unpack(t *testing.T, bulk string) any {
	t.Helper()
	head, rest, _ := strings.Cut(bulk, "\r\n")
	p, ok := strings.CutSuffix(rest, "\r\n")
	if !ok || head != fmt.Sprintf("$%d", len(p)) {
		t.Fatalf("%q is no bulk string", bulk)
	}
	d := oracle.NewDecoder(strings.NewReader(p))
	d.UseLooseInterfaceDecoding(true)
	v, err := d.DecodeInterface()
	if err != nil {
		t.Fatalf("%q: %v", p, err)
	}
	return v
}

type object = map[string]any

func packedKey(t testing.TB, method string, args ...any) string {
	return pack(t, object{"action": "/s", "params": object{"m": method, "args": append([]any{}, args...)}})
}

func decoded(t *testing.T, s codecs.Session, p []byte) *codecs.Message {
	t.Helper()
	var m codecs.Message
	if n, err := s.Decode(&m, p); n != len(p) || err != nil {
		t.Fatalf("decode %q: %d, %v", p, n, err)
	}
	return &m
}

// A reply has the form of its request, whatever is said of it, also where the request was wrong.
func TestReplyInTheFormOfTheRequest(t *testing.T) {
	for _, tc := range []struct {
		name  string
		reply codecs.Message
		want  object
	}{
		{"a value", codecs.Message{Body: wire.Borrow([]byte("\x93\x01\xc0\xa1a")), Header: codecs.Header{Format: codecs.Format{Encoding: "msgpack", Shape: codecs.Value}}},
			object{"ec": int64(200), "em": "", "result": []any{int64(1), nil, "a"}}},
		{"nothing", codecs.Message{Bare: true}, object{"ec": int64(200), "em": "", "result": nil}},
		{"a failure", codecs.Message{Bare: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.NotFound, Text: "no \xff"}}},
			object{"ec": int64(501), "em": "no \ufffd", "result": nil}},
		{"an exception", codecs.Message{Body: wire.Borrow([]byte(pack(t, object{"class": "E"}))), Header: codecs.Header{Status: codecs.Status{Code: codecs.Fault, Text: "m"},
			Format: codecs.Format{Encoding: "msgpack", Shape: codecs.Thrown}}}, object{"ec": int64(503), "em": "m", "result": object{"class": "E"}}},
	} {
		s := session(codecs.Server)
		req := decoded(t, s, array("GET", packedKey(t, "x", 1)))
		if req.Format != packedArgs || req.Args != 1 || string(req.Body.Bytes()) != "\x91\x01" {
			t.Fatalf("%v, %d arguments, %q", req.Format, req.Args, req.Body.Bytes())
		}
		tc.reply.Kind, tc.reply.End, tc.reply.Hint = codecs.Reply, true, req.Hint
		got, err := encoded(t, s, &tc.reply)
		if err != nil || fmt.Sprint(unpack(t, got)) != fmt.Sprint(tc.want) {
			t.Errorf("%s: %q, %v; want %v", tc.name, got, err, tc.want)
		}
	}
}

// The elements of one MGET may have different forms.
func TestMGETOfBothForms(t *testing.T) {
	s := session(codecs.Server)
	p := array("MGET", hello, packedKey(t, "x"), "\x81\x01")
	var hints []uint64
	for range 2 {
		var m codecs.Message
		n, err := s.Decode(&m, p)
		if err != nil {
			t.Fatal(err)
		}
		hints, p = append(hints, m.Hint), p[n:]
	}
	var bad codecs.Message
	if n, err := s.Decode(&bad, p); n != len(p) || codecs.StatusOf(err).Native.Code != 302 && codecs.StatusOf(err).Native.Code != 402 {
		t.Fatalf("%d, %v", n, err)
	}
	var got string
	for i, hint := range append(hints, bad.Hint) {
		m := codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Hint: hint}
		one, err := encoded(t, s, &m)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Contains(one, `{"ec":200`); text != (i == 0) {
			t.Errorf("reply %d: %q", i, one)
		}
		got += one
	}
	if !strings.HasPrefix(got, "*3\r\n$") || strings.Count(got, "*3\r\n") != 1 {
		t.Errorf("%q", got)
	}
}

// A reply of the other form is not passed on to a client who cannot read it: a failure is written anew, a body cannot be.
func TestReplyOfTheOtherForm(t *testing.T) {
	for _, tc := range []struct {
		came string
		want string
	}{{`{"ec":501,"em":"no"}`, "map[ec:501 em:no result:<nil>]"}, {`{"ec":200,"result":1}`, ""}, {pack(t, object{"ec": 200, "result": 1}), "map[ec:200 result:1]"}} {
		m := decoded(t, session(codecs.Client), fmt.Appendf(nil, "$%d\r\n%s\r\n", len(tc.came), tc.came))
		s := session(codecs.Server)
		m.Hint = decoded(t, s, array("GET", packedKey(t, "x"))).Hint
		got, err := encoded(t, s, m)
		if tc.want == "" {
			if err == nil || got != "" {
				t.Errorf("%q: %q", tc.came, got)
			}
		} else if err != nil || fmt.Sprint(unpack(t, got)) != tc.want {
			t.Errorf("%q: %q, %v", tc.came, got, err)
		}
	}
}

// What an exception says in bytes is text if it is that; else there is no exception, and the fault is what the reply says it is.
func TestPackedExceptionInBytes(t *testing.T) {
	for message, bare := range map[string]bool{"gone": false, "\xff": true} {
		came := pack(t, object{"ec": 503, "em": "no", "result": object{"class": []byte("a.E"), "message": []byte(message)}})
		m := decoded(t, session(codecs.Client), fmt.Appendf(nil, "$%d\r\n%s\r\n", len(came), came))
		if m.Status.Code != codecs.Fault || m.Status.Text != "no" || m.Bare != bare || (m.Status.Class == "a.E") == bare {
			t.Errorf("%q: %+v, bare %v, %q", message, m.Status, m.Bare, m.Body.Bytes())
		}
	}
}

// The client writes what the body is in, metadata too.
func TestPackedRequest(t *testing.T) {
	want := object{"action": "/s\ufffd", "params": object{"m": "m", "args": []any{int64(1), nil}}, "props": object{"hashid": "7"}}
	for _, option := range []string{"props=yes", "props=no"} {
		m := codecs.Message{Kind: codecs.Request, End: true, Header: codecs.Header{Service: "/s\xff", Method: "m", Format: packedArgs},
			Body: wire.Borrow([]byte("\x92\x01\xc0"))}
		m.Meta.Pairs = []codecs.Pair{{Key: "moa-id", Value: "1"}, {Key: "hashid", Value: "7"}}
		got, err := encoded(t, session(codecs.Client, option), &m)
		key, ok := strings.CutPrefix(got, "*2\r\n$3\r\nGET\r\n")
		if !ok || err != nil || fmt.Sprint(unpack(t, key)) != fmt.Sprint(want) {
			t.Errorf("%s: %q, %v; want %v", option, got, err, want)
		}
		delete(want, "props")
	}
	bare := codecs.Message{Kind: codecs.Request, End: true, Bare: true, Header: codecs.Header{Service: "/s", Method: "m", Format: packedArgs}}
	got, err := encoded(t, session(codecs.Client), &bare)
	if err != nil || !strings.HasSuffix(got, "args\x90\r\n") {
		t.Errorf("no arguments: %q, %v", got, err)
	}
}

// Only what is worth a call with an ec is a map: the rest is an error of the command.
func TestFirstByteTellsTheForm(t *testing.T) {
	for first := range 256 {
		key := string([]byte{byte(first)})
		var m codecs.Message
		_, err := session(codecs.Server).Decode(&m, array("GET", key))
		isMap := first >= 0x80 && first < 0x90 || first == 0xde || first == 0xdf
		if (err != nil) != (isMap || first == '{') || err == nil && m.Kind != codecs.Control {
			t.Errorf("0x%02x: %s, %v", first, m.Kind, err)
		}
		if err != nil && codecs.StatusOf(err).Native.Code != 402 {
			t.Errorf("0x%02x: %v", first, err)
		}
	}
}

// FuzzPackedKey: whatever a key holds, it is read in bounds, and a request that is written anew means the same.
func FuzzPackedKey(f *testing.F) {
	f.Add([]byte(packedKey(f, "x", 1, "a", nil)))
	f.Add([]byte(pack(f, object{"action": "/s", "params": object{"m": "x"}, "id": "i", "props": object{"a": "b"}})))
	f.Add([]byte("\x83\xa6action\xc4\x02/s\xa6params\x82\xa1m\xa1x\xa4args\x91\xd4\x05\x00\xa1q\xc1"))
	f.Add([]byte(hello))
	f.Fuzz(func(t *testing.T, key []byte) {
		var m codecs.Message
		if _, err := session(codecs.Server).Decode(&m, array("GET", string(key))); err != nil || m.Kind != codecs.Request {
			return
		}
		m.Meta.Pairs = append([]codecs.Pair(nil), m.Meta.Pairs...)
		m.Own()
		want := m
		want.Body = wire.Copy(m.Body.Bytes())
		m.Touch()
		got, err := encoded(t, session(codecs.Client), &m)
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		var back codecs.Message
		if _, err := session(codecs.Server).Decode(&back, []byte(got)); err != nil || back.Service != want.Service || back.Method != want.Method ||
			back.Format != want.Format || back.Args != want.Args || !bytes.Equal(back.Body.Bytes(), want.Body.Bytes()) {
			t.Fatalf("%q became %q: %v", key, got, err)
		}
	})
}
