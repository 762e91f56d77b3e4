package grpc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
)

// opened is a stream whose first block has come.
func opened(t testing.TB, side codecs.Side, more ...string) h2.Exchange {
	t.Helper()
	options := []string{}
	var fields []string
	for _, s := range more {
		if strings.Contains(s, ": ") {
			fields = append(fields, s)
		} else {
			options = append(options, s)
		}
	}
	x, b := exchange(side, options...), start(fields...)
	if side == codecs.Client {
		b = answer(fields...)
	}
	var m codecs.Message
	if err := x.Head(&m, b, false); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestMessages(t *testing.T) {
	one, two, none := prefixed(0, "one"), prefixed(0, "two!"), prefixed(0, "")
	for _, c := range []struct {
		name   string
		side   codecs.Side
		frames []string
		open   bool // the stream does not end
		want   []string
	}{
		{"whole", codecs.Server, []string{one}, false, []string{`data end "one"`}},
		{"end by itself", codecs.Server, []string{one, ""}, false, []string{`data "one"`, "data bare end"}},
		{"nothing", codecs.Server, []string{""}, false, []string{"data bare end"}},
		{"empty message", codecs.Server, []string{none}, false, []string{"data end"}},
		{"several in a frame", codecs.Server, []string{one + none + two}, false, []string{`data "one"`, "data", `data end "two!"`}},
		{"prefix cut", codecs.Server, []string{one[:2], one[2:]}, false, []string{`data end "one"`}},
		{"prefix alone", codecs.Server, []string{one[:5], one[5:]}, false, []string{`data end "one"`}},
		{"empty frames between", codecs.Server, []string{"", one[:5], "", one[5:], ""}, true, []string{`data "one"`}},
		{"in pieces", codecs.Server, []string{one[:6], one[6:7], one[7:] + two[:6], two[6:]}, false,
			[]string{`data part of 3 "o"`, `data part "n"`, `data "e"`, `data part of 4 "t"`, `data end "wo!"`}},
		{"of a reply", codecs.Client, []string{one + two[:8], two[8:]}, true, []string{`data "one"`, `data part of 4 "two"`, `data "!"`}},
		{"cut in a prefix", codecs.Server, []string{one + two[:3]}, false, []string{`data "one"`,
			"none error malformed: grpc: decode message: the stream ended after 3 bytes of a prefix"}},
		{"cut behind a prefix", codecs.Server, []string{one[:5]}, false, []string{"none error malformed: grpc: decode message: the stream ended 3 bytes early"}},
		{"cut in a message", codecs.Server, []string{one[:6]}, false,
			[]string{`data part of 3 "o" error malformed: grpc: decode message: the stream ended 2 bytes early`}},
		{"flag", codecs.Server, []string{prefixed(2, "x")}, false, []string{"none error malformed: grpc: decode message: flag 2"}},
		{"compressed unannounced", codecs.Server, []string{prefixed(1, "x")}, false,
			[]string{"none error malformed: grpc: decode message: compressed, and grpc-encoding does not say how"}},
		{"reply without trailers", codecs.Client, []string{one}, false,
			[]string{`data "one" error malformed: grpc: decode reply: the stream ended without a status`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, opened(t, c.side), !c.open, c.frames...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCompressedMessages(t *testing.T) {
	x := opened(t, codecs.Server, "grpc-encoding: gzip")
	got := read(t, x, true, prefixed(1, "zzz")+prefixed(0, "plain"), prefixed(1, "abc")[:6], "bc")
	want := []string{`data zip gzip "zzz"`, `data "plain"`, `data part of 3 zip gzip "a"`, `data end zip gzip "bc"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMaxMessage(t *testing.T) {
	x := opened(t, codecs.Server, "max_message=4")
	got := read(t, x, false, prefixed(0, "four"), prefixed(0, "12345"))
	if diff := cmp.Diff([]string{`data "four"`, "none error limited: grpc: decode message: length 5 over limit 4"}, got); diff != "" {
		t.Error(diff)
	}
	if got := read(t, opened(t, codecs.Server), false, "\x00\xff\xff\xff\xffx"); got[0] != `data part of 4294967295 "x"` {
		t.Errorf("without a limit: %q", got)
	}
}

// A message goes out as it came in, whole or in pieces, with one prefix.
func TestWriteMessages(t *testing.T) {
	data := func(m codecs.Message, text string) codecs.Message {
		m.Kind = codecs.Data
		if !m.Bare {
			m.Body = body(text)
		}
		return m
	}
	zip := codecs.Header{Format: codecs.Format{Zip: "gzip"}}
	for _, c := range []struct {
		name string
		m    []codecs.Message
		want []written
	}{
		{"whole", []codecs.Message{data(codecs.Message{}, "one"), data(codecs.Message{End: true}, "")}, []written{{Payload: prefixed(0, "one")}, {Payload: prefixed(0, "")}}},
		{"closing", []codecs.Message{data(codecs.Message{Bare: true, End: true}, "")}, []written{{}}},
		{"pieces", []codecs.Message{data(codecs.Message{Part: true, Size: 3}, "o"), data(codecs.Message{Part: true}, "n"), data(codecs.Message{}, "e"), data(codecs.Message{}, "two")},
			[]written{{Payload: prefixed(0, "one")[:6]}, {Payload: "n"}, {Payload: "e"}, {Payload: prefixed(0, "two")}}},
		{"compressed", []codecs.Message{data(codecs.Message{Header: zip}, "zz"), data(codecs.Message{}, "plain")}, []written{{Payload: prefixed(1, "zz")}, {Payload: prefixed(0, "plain")}}},
		{"compressed otherwise", []codecs.Message{data(codecs.Message{Header: codecs.Header{Format: codecs.Format{Zip: "snappy"}}}, "zz")},
			[]written{{Err: `grpc: encode message: compressed with "snappy", and the head said "gzip"`}}},
		{"unknown length", []codecs.Message{data(codecs.Message{Part: true}, "o")}, []written{{Err: "grpc: encode message: it comes in pieces, and its length is not known"}}},
		{"too much", []codecs.Message{data(codecs.Message{Part: true, Size: 3}, "o"), data(codecs.Message{}, "nex")},
			[]written{{Payload: prefixed(0, "one")[:6]}, {Err: "grpc: encode message: a piece of 3 bytes, and 2 are left"}}},
		{"too little", []codecs.Message{data(codecs.Message{Part: true, Size: 3}, "o"), data(codecs.Message{}, "n")},
			[]written{{Payload: prefixed(0, "one")[:6]}, {Err: "grpc: encode message: a piece of 1 bytes, and 2 are left"}}},
		{"end inside", []codecs.Message{data(codecs.Message{Part: true, Size: 3}, "o"), data(codecs.Message{Bare: true, End: true}, "")},
			[]written{{Payload: prefixed(0, "one")[:6]}, {Err: "grpc: encode message: it ends 2 bytes early"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := exchange(codecs.Client)
			h := codecs.Header{Service: "s", Method: "m", Format: codecs.Format{Encoding: "proto", Zip: "gzip", Shape: codecs.Args}}
			if w := write(x, codecs.Message{Kind: codecs.Request, Bare: true, Header: h}); w.Err != "" {
				t.Fatal(w.Err)
			}
			var got []written
			for _, m := range c.m {
				got = append(got, write(x, m))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatDoesNotBelongIsRefused(t *testing.T) {
	for _, c := range []struct {
		side codecs.Side
		m    codecs.Message
		want string
	}{
		{codecs.Client, codecs.Message{Kind: codecs.Reply}, "a reply on the client's side"},
		{codecs.Server, codecs.Message{Kind: codecs.Request}, "a request on the server's side"},
	} {
		if w := write(exchange(c.side), c.m); !strings.Contains(w.Err, c.want) {
			t.Errorf("%s: %+v", c.m.Kind, w)
		}
	}
}

// FuzzMessages: whatever the frames, the messages are those that one frame gives, and no more comes out than went in.
func FuzzMessages(f *testing.F) {
	f.Add([]byte(prefixed(0, "one")+prefixed(1, "zz")+prefixed(0, "")), []byte{3, 9, 200}, true)
	f.Add([]byte(prefixed(0, strings.Repeat("x", 300))), []byte{1, 0, 40}, false)
	f.Add([]byte{0, 255, 255, 255, 255, 1}, []byte{5}, true)
	f.Add([]byte{2, 0, 0, 0, 0}, []byte{}, true)
	f.Fuzz(func(t *testing.T, payload, cuts []byte, end bool) {
		whole := joined(t, []string{string(payload)}, end)
		frames, rest := []string{}, string(payload)
		for _, n := range cuts {
			k := min(int(n), len(rest))
			frames, rest = append(frames, rest[:k]), rest[k:]
		}
		if diff := cmp.Diff(whole, joined(t, append(frames, rest), end)); diff != "" {
			t.Fatalf("%q cut at %v: %s", payload, cuts, diff)
		}
	})
}

// joined gives the messages of a payload with their pieces put together, then how it ended.
func joined(t *testing.T, frames []string, end bool) []string {
	x := opened(t, codecs.Server, "grpc-encoding: gzip")
	y := opened(t, codecs.Server) // writes what x reads
	y = passing(t, y)
	var list []string
	var cur, wire strings.Builder
	for i, frame := range frames {
		p, last := []byte(frame), end && i == len(frames)-1
		for {
			var m codecs.Message
			n, err := x.Data(&m, p, last)
			if m.Body.Len() > len(p) || n > len(p) {
				t.Fatalf("%d bytes gave %d, %d taken", len(p), m.Body.Len(), n)
			}
			if err != nil {
				return append(list, "pending "+cur.String()+string(m.Body.Bytes()), "error "+err.Error())
			}
			if m.Kind != codecs.None {
				cur.Write(m.Body.Bytes())
				if !m.Part && !m.Bare {
					list = append(list, m.Format.Zip+":"+cur.String())
					cur.Reset()
				}
				ended := m.End
				m.End = false
				w := write(y, m)
				if w.Err != "" {
					t.Fatalf("what was read cannot be written: %s", w.Err)
				}
				wire.WriteString(w.Payload)
				if ended {
					list = append(list, "end")
				}
			}
			if p = p[n:]; len(p) == 0 {
				break
			}
		}
	}
	if all := strings.Join(frames, ""); !strings.HasPrefix(all, wire.String()) {
		t.Fatalf("%q was written as %q", all, wire.String())
	}
	return append(list, "pending "+cur.String())
}

// passing is a stream whose reply has begun, compressed.
func passing(t *testing.T, x h2.Exchange) h2.Exchange {
	m := codecs.Message{Kind: codecs.Reply, Bare: true}
	m.Status.Native.Of, m.Format.Zip = "grpc", "gzip"
	if w := write(x, m); w.Err != "" {
		t.Fatal(w.Err)
	}
	return x
}
