package filter_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// crossing is a stream from one format to another, opened with a head alone.
func crossing(t *testing.T, f *far, method string, from, to codecs.Format) (codecs.Stream, *codecs.Call, *near) {
	t.Helper()
	call, back := between(method, "", from, to)
	call.Req.Body.Release()
	call.Req.End, call.Req.Bare, call.Req.Stream = false, true, true
	call.To.Traits.Stream = true
	return carrying(t, f).Open(call, back), call, back
}

// replies is what a server says in hessian: a head, results and an end.
func replies(words ...codecs.Message) func(int, *codecs.Call, codecs.Stream) {
	return func(_ int, _ *codecs.Call, back codecs.Stream) {
		head := codecs.Message{Kind: codecs.Reply, Bare: true}
		head.Format = hessOne
		back.Send(&head)
		for _, m := range words {
			back.Send(&m)
		}
	}
}

func TestTranscodeStreamsOfRequests(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		name, words string
		want        []string
	}{
		{"each on its own", `["a"] ["b"] !-`, []string{"data \x01a", "data \x01b", "data-!"}},
		{"the last ends", `["a"] !["b"]`, []string{"data \x01a", "data! \x01b"}},
		{"in pieces", `~["a ~b ~ !c"]`, []string{"data! \x03abc"}},
		{"none", `!-`, []string{"data-!"}},
	} {
		f := &far{}
		fwd, call, back := crossing(t, f, "echo", jsonArgs, hessArgs)
		fwd.OnReady(func() {})
		tell(fwd, c.words)
		if diff := cmp.Diff(c.want, f.data); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		head := f.opened[0]
		if noted(&head) != "request-" || head.Format != hessArgs || head.Args != 1 || head.Descriptor != "Ljava/lang/String;" || !head.Stream || f.ready == nil {
			t.Errorf("%s: the head is %s in %v, %d arguments %q", c.name, noted(&head), head.Format, head.Args, head.Descriptor)
		}
		if len(back.got) != 0 {
			t.Errorf("%s: %q came back", c.name, back.got)
		}
		call.End(codecs.Status{})
	}
}

// TestTranscodeFirstMessage: it may come with the head.
func TestTranscodeFirstMessage(t *testing.T) {
	counted(t)
	for word, want := range map[string][]string{`["a"]`: {"data \x01a", "data-!"}, `~["`: {"data \x01b", "data-!"}} {
		f := &far{}
		call, back := between("echo", "", jsonArgs, hessArgs)
		first := message(word)
		call.Req.End, call.Req.Part, call.Req.Body = false, first.Part, first.Body
		fwd := carrying(t, f).Open(call, back)
		if first.Part {
			tell(fwd, `b"]`)
		}
		tell(fwd, "!-")
		if diff := cmp.Diff(want, f.data); diff != "" || noted(&f.opened[0]) != "request-" {
			t.Errorf("%s: %s", word, diff)
		}
	}
}

// TestTranscodeOverloadsOfStreams: which method is meant is seen from the first message.
func TestTranscodeOverloadsOfStreams(t *testing.T) {
	counted(t)
	f := &far{}
	fwd, _, _ := crossing(t, f, "pick", jsonArgs, hessArgs)
	if head := f.opened[0]; head.Args != -1 || head.Descriptor != "" {
		t.Errorf("the head says %d arguments %q", head.Args, head.Descriptor)
	}
	tell(fwd, `["a"] ["b"] !-`)
	if diff := cmp.Diff([]string{"data \x01a", "data \x01b", "data-!"}, f.data); diff != "" {
		t.Error(diff)
	}

	f = &far{}
	fwd, _, back := crossing(t, f, "pick", jsonArgs, hessArgs)
	tell(fwd, `[{}] ["b"] !-`)
	if got := back.said(t); !strings.HasPrefix(got, "cancel invalid: filter: transcode: demo.S.pick: ") || len(f.data) != 0 || len(f.cancel) != 1 {
		t.Errorf("%s, sent %q, canceled %v", got, f.data, f.cancel)
	}
}

// TestTranscodeRefusesMessages: one that cannot be converted ends the call both ways, and what follows goes nowhere.
func TestTranscodeRefusesMessages(t *testing.T) {
	counted(t)
	for _, c := range []struct{ name, words, want string }{
		{"no JSON", `["a"] ["b ["c"] !-`, "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: json: "},
		{"cut by the end", `["a"] ~["b !-`, "cancel invalid: filter: transcode: arguments of demo.S.echo: token: copy: $[0]: json: "},
	} {
		f := &far{}
		fwd, _, back := crossing(t, f, "echo", jsonArgs, hessArgs)
		tell(fwd, c.words)
		fwd.Cancel(codecs.Status{Code: codecs.Canceled})
		if got := back.said(t); !strings.HasPrefix(got, c.want) || len(f.data) != 1 || len(f.cancel) == 0 || f.cancel[0].Code != codecs.Invalid {
			t.Errorf("%s: %s, sent %q, canceled %v", c.name, got, f.data, f.cancel)
		}
	}
	f := &far{}
	call, back := between("echo", "", codecs.Format{}, jsonArgs)
	call.Req.End, call.Req.Bare = false, true
	carrying(t, f).Open(call, back)
	if got := back.said(t); !strings.HasPrefix(got, "cancel unimplemented: filter: transcode: the request's serialization") || len(f.opened) != 0 {
		t.Errorf("a serialization that is not known: %s", got)
	}
}

func TestTranscodeStreamsOfReplies(t *testing.T) {
	counted(t)
	data := func(body string) codecs.Message {
		return codecs.Message{Kind: codecs.Data, Body: wire.Borrow([]byte(body))}
	}
	part := func(body string) codecs.Message {
		m := data(body)
		m.Part = true
		return m
	}
	end := func(code codecs.Code, text string) codecs.Message {
		m := codecs.Message{Kind: codecs.Data, Bare: true, End: true}
		m.Status = codecs.Status{Code: code, Text: text}
		return m
	}
	thrown := data("\x05demo.Broken")
	thrown.End, thrown.Status.Code, thrown.Format = true, codecs.Fault, codecs.Format{Encoding: "json", Shape: codecs.Thrown}
	thrown.Body = wire.Borrow([]byte(`{"class":"demo.Broken","message":"m","fields":{"code":7},"cause":null}`))
	last := data("\x01b")
	last.End = true
	for _, c := range []struct {
		name   string
		says   []codecs.Message
		want   []string // the last may go on behind …
		cancel bool     // the server is told
	}{
		{"each on its own", []codecs.Message{data("\x01a"), data("\x01b"), end(0, "")}, []string{"reply-", `data "a"`, `data "b"`, "data-!"}, false},
		{"the last ends", []codecs.Message{data("\x01a"), last}, []string{"reply-", `data "a"`, `data! "b"`}, false},
		{"in pieces", []codecs.Message{part("\x03a"), part("b"), data("c"), end(0, "")}, []string{"reply-", `data "abc"`, "data-!"}, false},
		{"a failure behind", []codecs.Message{data("\x01a"), end(codecs.Limited, "no")}, []string{"reply-", `data "a"`, "data-! limited: demo.S.echo: no"}, false},
		{"a failure in the middle", []codecs.Message{part("\x03a"), end(codecs.Limited, "no")}, []string{"reply-", "data-! limited: demo.S.echo: no"}, false},
		{"what was thrown", []codecs.Message{data("\x01a"), thrown}, []string{"reply-", `data "a"`, `data! {"class":"demo.Broken","message":"m","fields":{"code":7},"cause":null} fault`}, false},
		{"one that is broken", []codecs.Message{data("\x05a"), data("\x01b"), end(0, "")}, []string{"reply-", "cancel internal: filter: transcode: reply: …"}, true},
	} {
		f := &far{answer: replies(c.says...)}
		_, call, back := crossing(t, f, "echo", jsonArgs, hessArgs)
		got, want := back.flow, c.want
		n := len(want) - 1
		if head, begins := strings.CutSuffix(want[n], "…"); begins && len(got) == len(want) && strings.HasPrefix(got[n], head) {
			got, want = got[:n], want[:n]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if (len(f.cancel) == 1) != c.cancel || back.end != 1 {
			t.Errorf("%s: the server was canceled %v, %d ends came back", c.name, f.cancel, back.end)
		}
		if class := map[bool]string{true: "demo.Broken"}[c.name == "what was thrown"]; call.Rec.Status.Class != class {
			t.Errorf("%s: the status says that %q was thrown", c.name, call.Rec.Status.Class)
		}
	}
}

// TestTranscodeBodiesThatAreAlike between two protocols pass in the pieces they come in, unread.
func TestTranscodeBodiesThatAreAlike(t *testing.T) {
	counted(t)
	var way codecs.Stream
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) { way = back }}
	fwd, _, back := crossing(t, f, "echo", hessArgs, hessArgs)
	tell(fwd, "~not ~hessian at !all")
	replies(message("~no"), message("hessian"), message("!-"))(0, nil, way)
	if diff := cmp.Diff([]string{"data~ not", "data~ hessian", "data at", "data! all"}, f.data); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"reply-", "data~ no", "data hessian", "data-!"}, back.flow); diff != "" {
		t.Error(diff)
	}
}

// zipped compresses a text.
func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTranscodeInflates what is converted, and what goes unread to a protocol that might not know the compression.
func TestTranscodeInflates(t *testing.T) {
	counted(t)
	bomb := zipped(t, strings.Repeat(" ", codecs.DefaultMaxFrame+1))
	for _, c := range []struct {
		name, zip string
		body      []byte
		from      codecs.Format
		want      string // what is sent; or what the caller is told
	}{
		{"converted", "gzip", zipped(t, `["a"]`), jsonArgs, "data! \x01a"},
		{"not compressed", "", []byte(`["a"]`), jsonArgs, "data! \x01a"},
		{"unread", "gzip", zipped(t, "\x01a"), hessArgs, "data! \x01a"},
		{"in two parts", "gzip", append(zipped(t, `["a`), zipped(t, `b"]`)...), jsonArgs, "data! \x02ab"},
		{"no gzip", "gzip", []byte("complete nonsense"), jsonArgs, "cancel invalid: filter: transcode: arguments of demo.S.echo: gzip of 17 bytes: gzip: invalid header"},
		{"cut", "gzip", zipped(t, `["a"]`)[:20], jsonArgs, "cancel invalid: filter: transcode: arguments of demo.S.echo: gzip of 20 bytes: unexpected EOF"},
		{"too much", "gzip", bomb, jsonArgs, "cancel invalid: filter: transcode: arguments of demo.S.echo: gzip of "},
		{"another compression", "snappy", []byte("x"), jsonArgs, `cancel unimplemented: filter: transcode: arguments of demo.S.echo: compression "snappy" cannot be undone`},
	} {
		c.from.Zip = "gzip"
		f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
			head := codecs.Message{Kind: codecs.Reply, Bare: true}
			head.Format = codecs.Format{Encoding: "hessian2", Shape: codecs.Value, Zip: "gzip"}
			back.Send(&head)
		}}
		fwd, _, back := crossing(t, f, "echo", c.from, hessArgs)
		if f.opened[0].Format.Zip != "" || back.last.Format.Zip != "" {
			t.Errorf("%s: heads announce %v and %v", c.name, f.opened[0].Format, back.last.Format)
		}
		m := codecs.Message{Kind: codecs.Data, End: true, Body: wire.Borrow(c.body)}
		m.Format.Zip = c.zip
		fwd.Send(&m)
		got := strings.Join(f.data, " ")
		if got == "" {
			got = back.flow[len(back.flow)-1]
		}
		if got != c.want && (!strings.HasPrefix(c.want, "cancel") || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %.200q, want %s", c.name, got, c.want)
		}
	}
	wholeZipped(t)
}

// wholeZipped: requests and replies that are whole are inflated, too.
func wholeZipped(t *testing.T) {
	t.Helper()
	zip := codecs.Format{Encoding: "hessian2", Shape: codecs.Value, Zip: "gzip"}
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
		m := reply(string(zipped(t, "\x01b")))
		m.Format = zip
		back.Send(m)
	}}
	call, back := between("echo", string(zipped(t, `["a"]`)), jsonArgs, hessArgs)
	call.Req.Format.Zip = "gzip"
	carrying(t, f).Open(call, back)
	if back.said(t) != `reply ok "b"` || f.bodies[0] != "\x01a" || f.opened[0].Format != hessArgs || back.last.Format != jsonOne {
		t.Errorf("whole: %q in %v, sent %q in %v", back.got, back.last.Format, f.bodies, f.opened[0].Format)
	}
}

// TestTranscodePauses: what either side says of a full window reaches the other.
func TestTranscodePauses(t *testing.T) {
	counted(t)
	var way codecs.Stream
	f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) { way = back }}
	fwd, _, back := crossing(t, f, "echo", jsonArgs, hessArgs)
	ran := 0
	fwd.OnReady(func() { ran++ })
	way.OnReady(func() { ran += 10 })
	if !tell(fwd, `["a"]`) || !tell(fwd, `~["a`) {
		t.Error("asked to pause with room left")
	}
	f.full, back.full = true, true
	if tell(fwd, `"]`) {
		t.Error("not asked to pause")
	}
	head := codecs.Message{Kind: codecs.Reply, Bare: true}
	head.Format = hessOne
	if way.Send(&head) {
		t.Error("the server was not asked to pause")
	}
	f.ready()
	back.wake()
	if ran != 11 {
		t.Errorf("%d: want each told once", ran)
	}
}
