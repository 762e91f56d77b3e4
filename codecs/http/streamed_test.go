package http_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

func TestAccept(t *testing.T) {
	bothVersions(t, func(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
		for _, c := range []struct {
			accept string
			stream bool
		}{
			{"application/x-ndjson", true},
			{"Text/Event-Stream", true},
			{"application/x-ndjson; charset=utf-8", true},
			{"text/html, application/x-ndjson", true},
			{"application/json;q=0.5, text/event-stream", true},
			{"application/json;q=0.5, text/event-stream;q=0.51", true},
			{"application/x-ndjson, */*", true},
			{"*/*", false},
			{"", false},
			{"application/json, text/event-stream", false},
			{"text/event-stream;q=0", false},
			{"text/event-stream;q=0.0, application/*", false},
			{"application/json, text/event-stream;q=0.9", false},
			{"application/x-ndjsonp", false},
			{"text/event-stream;q=0.123456, application/json", true}, // that is no weight
		} {
			r := make(codecs.Server, codecs.Settings{}).read(post("/s/m", "[]", "Accept: "+c.accept))
			if len(r.Calls) != 1 || r.Calls[0].m.Stream != c.stream {
				t.Errorf("%q: %v", c.accept, r.essence())
			}
		}
		both := make(codecs.Server, codecs.Settings{}).read(post("/s/m", "[]", "Accept: text/html", "Accept: text/event-stream"))
		oneway := make(codecs.Server, codecs.Settings{}).read(post("/s/m", "[]", "Dragoman-Oneway: true", "Accept: text/event-stream"))
		if !both.Calls[0].m.Stream || oneway.Calls[0].m.Stream {
			t.Error("two fields are one list, and a one-way call has no reply")
		}
	})
	old := drive(t, server(), []byte(strings.Replace(post("/s/m", "[]", "Accept: text/event-stream"), "HTTP/1.1", "HTTP/1.0", 1)))
	if len(old.Calls) != 1 || old.Calls[0].m.Stream {
		t.Error("HTTP/1.0 has no chunks")
	}
}

// step is one message of a reply.
type step struct {
	m    codecs.Message
	body string
}

func head(pairs ...codecs.Pair) step {
	return step{m: codecs.Message{Kind: codecs.Reply, Bare: true, Header: codecs.Header{Meta: codecs.Meta{Pairs: pairs}}}}
}

func data(body string) step {
	return step{codecs.Message{Kind: codecs.Data, Header: codecs.Header{Format: codecs.Format{Shape: codecs.Value}}}, body}
}

func final(kind codecs.Kind, s codecs.Status) step {
	return step{m: codecs.Message{Kind: kind, End: true, Bare: true, Header: codecs.Header{Status: s}}}
}

func last(s step) step {
	s.m.End = true
	return s
}

// TestStreamed: a reply of any number of values, whichever way it ends.
func TestStreamed(t *testing.T) {
	ok, gone := codecs.Status{}, codecs.Status{Code: codecs.Unavailable, Text: "lost"}
	const problem = `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"lost","code":"unavailable"}`
	fault := step{codecs.Message{Kind: codecs.Data, End: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.Fault}, Format: codecs.Format{Shape: codecs.Thrown}}},
		"{\"class\":\"a.B\",\"message\":\"no\",\n\"fields\":{\"x\":\r\n1},\"cause\":null}"}
	for _, c := range []struct {
		name          string
		steps         []step
		lines, events string
	}{
		{"three", []step{head(), data("1"), data(`{"a":"x\ny"}`), data("[]"), final(codecs.Data, ok)}, "1\n{\"a\":\"x\\ny\"}\n[]\n", "data: 1\n\ndata: {\"a\":\"x\\ny\"}\n\ndata: []\n\n"},
		{"none", []step{head(), final(codecs.Data, ok)}, "", ""},
		{"the end with the last", []step{head(), data("1"), last(data("2"))}, "1\n2\n", "data: 1\n\ndata: 2\n\n"},
		{"the head with the first", []step{{codecs.Message{Kind: codecs.Reply, Header: data("").m.Header}, "1"}, last(data("2"))}, "1\n2\n", "data: 1\n\ndata: 2\n\n"},
		{"lines in JSON", []step{head(), data("{\n\t\"a\": 1,\r\n\t\"b\": 2\n}"), final(codecs.Data, ok)}, "{ \t\"a\": 1,  \t\"b\": 2 }\n", "data: { \t\"a\": 1,  \t\"b\": 2 }\n\n"},
		{"without a value", []step{head(), {codecs.Message{Kind: codecs.Data, Header: codecs.Header{Format: codecs.Format{Shape: codecs.Void}}}, ""}, final(codecs.Data, ok)}, "null\n", "data: null\n\n"},
		{"failed behind one", []step{head(), data("1"), final(codecs.Data, gone)}, "1\n{\"error\":" + problem + "}\n", "data: 1\n\nevent: error\ndata: " + problem + "\n\n"},
		{"failed before the first", []step{head(), final(codecs.Data, gone)}, "{\"error\":" + problem + "}\n", "event: error\ndata: " + problem + "\n\n"},
		{"thrown", []step{head(), fault},
			`{"error":{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"no","code":"fault","class":"a.B","message":"no","fields":{"x":  1},"cause":null}}` + "\n",
			"event: error\ndata: " + `{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"no","code":"fault","class":"a.B","message":"no","fields":{"x":  1},"cause":null}` + "\n\n"},
		{"whole", []step{{codecs.Message{Kind: codecs.Reply, End: true, Header: data("").m.Header}, "[1]"}}, "[1]\n", "data: [1]\n\n"},
		{"canceled", []step{head(), data("1"), final(codecs.Cancel, gone)}, "1\n{\"error\":" + problem + "}\n", "data: 1\n\nevent: error\ndata: " + problem + "\n\n"},
	} {
		for media, want := range map[string]string{"application/x-ndjson": c.lines, "text/event-stream": c.events} {
			bothVersions(t, func(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
				e := make(codecs.Server, codecs.Settings{})
				said := play(t, e, e.read(post("/s/m", "[]", "Accept: "+media)), c.steps)
				if diff := cmp.Diff(spoken{First: "200", Fields: []string{"content-type: " + media}, Body: want}, said); diff != "" {
					t.Errorf("%s, %s: %s", c.name, media, diff)
				}
			})
		}
	}
}

// play says the messages of a reply to the only call that was read.
func play(t *testing.T, e end, r read, steps []step) (said spoken) {
	t.Helper()
	for i, s := range steps {
		m := s.m
		m.ID, m.Hint = r.Calls[0].m.ID, r.Calls[0].m.Hint
		var whole bool
		var err error
		if said, whole, err = e.write(m, s.body); err != nil || whole != (i == len(steps)-1) {
			t.Fatalf("message %d: whole %v, error %v", i, whole, err)
		}
	}
	return said
}

// TestStreamRefused is what fails as a whole, though a stream was asked for, and what cannot stand in one.
func TestStreamRefused(t *testing.T) {
	bothVersions(t, func(t *testing.T, make func(codecs.Side, codecs.Settings) end) {
		in := post("/s/m", "[]", "Accept: application/x-ndjson")
		e := make(codecs.Server, codecs.Settings{})
		said := play(t, e, e.read(in), []step{final(codecs.Reply, codecs.Status{Code: codecs.NotFound})})
		if said.First != "404" || !said.has("content-type: application/problem+json") {
			t.Errorf("%+q", said)
		}
		for _, bad := range []step{
			{codecs.Message{Kind: codecs.Data, Part: true, Header: data("").m.Header}, "1"},
			{codecs.Message{Kind: codecs.Data, Header: codecs.Header{Format: codecs.Format{Encoding: "hessian2", Shape: codecs.Value}}}, "1"},
			{codecs.Message{Kind: codecs.Data, Header: codecs.Header{Format: codecs.Format{Zip: "gzip", Shape: codecs.Value}}}, "1"},
		} {
			e := make(codecs.Server, codecs.Settings{})
			r := e.read(in)
			begin := head().m
			begin.ID, begin.Hint = r.Calls[0].m.ID, r.Calls[0].m.Hint
			if _, _, err := e.write(begin, ""); err != nil {
				t.Fatal(err)
			}
			bad.m.ID, bad.m.Hint = begin.ID, begin.Hint
			if _, _, err := e.write(bad.m, bad.body); err == nil {
				t.Errorf("%+v is written", bad.m)
			}
			// What the engine puts in its place: the failure is the last value.
			said := play(t, e, r, []step{final(codecs.Cancel, codecs.Status{Code: codecs.Internal})})
			if said.First != "200" || !strings.HasPrefix(said.Body, `{"error":{`) {
				t.Errorf("%+q", said)
			}
		}
	})
}

// TestAnsweredOnce: on HTTP/1.1, where an answer too many would be taken for the next one.
func TestAnsweredOnce(t *testing.T) {
	s := server()
	r := drive(t, s, []byte(post("/s/a", "[]")+post("/s/b", "[]", "Accept: text/event-stream")+post("/s/c", "[]")))
	say := func(call int, st step) string {
		st.m.Hint = r.Calls[call].m.Hint
		return encode(t, s, st.m, st.body)
	}
	for i, c := range []struct {
		call int
		st   step
		said bool
	}{
		{0, data("1"), false}, // no reply has begun
		{0, final(codecs.Reply, codecs.Status{}), true},
		{0, final(codecs.Reply, codecs.Status{}), false},
		{0, final(codecs.Cancel, codecs.Status{Code: codecs.Expired}), false},
		{1, head(), true},
		{0, data("1"), false},
		{1, data("1"), true},
		{1, final(codecs.Reply, codecs.Status{Code: codecs.Internal}), true}, // a failure in the place of a value
		{1, data("2"), false},
		{1, final(codecs.Cancel, codecs.Status{Code: codecs.Expired}), false},
		{2, final(codecs.Cancel, codecs.Status{Code: codecs.Expired}), true},
	} {
		if out := say(c.call, c.st); (out != "") != c.said {
			t.Errorf("step %d: %q", i, out)
		}
	}
}
