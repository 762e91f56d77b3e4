package matrix

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// failure is one way in which a call fails: what the server says, and what the caller must hear.
type failure struct {
	name   string
	status codecs.Status // of the reply
	thrown string        // the exception, in its neutral form as JSON; "": none
	wait   bool          // no reply at all, of a method that has 50 ms by its rule
	hears  string        // the exception that the caller gets, likewise; "": none
}

const outOfStock = `{"class":"matrix.OutOfStock","message":"only 7 left","fields":{"sku":"A-1","left":7,"missing":9007199254740993},"cause":null}`

var failures = []failure{
	{name: "exception with fields", status: codecs.Status{Code: codecs.Fault, Text: "only 7 left"}, thrown: outOfStock, hears: outOfStock},
	{name: "exception with a cause", status: codecs.Status{Code: codecs.Fault, Text: "no"},
		thrown: `{"class":"matrix.OutOfStock","message":"no","fields":{"sku":"","left":0,"missing":-1},"cause":{"class":"java.lang.IllegalStateException","message":"grüße","fields":{},"cause":null}}`,
		hears:  `{"class":"matrix.OutOfStock","message":"no","fields":{"sku":"","left":0,"missing":-1},"cause":{"class":"java.lang.IllegalStateException","message":"grüße","fields":{},"cause":null}}`},
	{name: "exception of Java's own", status: codecs.Status{Code: codecs.Fault, Text: "bad state"},
		thrown: `{"class":"java.lang.IllegalStateException","message":"bad state","fields":{},"cause":null}`,
		hears:  `{"class":"java.lang.IllegalStateException","message":"bad state","fields":{},"cause":null}`},
	{name: "exception without a message", status: codecs.Status{Code: codecs.Fault},
		thrown: `{"class":"java.lang.NullPointerException","message":null,"fields":{},"cause":null}`,
		hears:  `{"class":"java.lang.NullPointerException","message":null,"fields":{},"cause":null}`},
	{name: "expired", status: codecs.Status{Code: codecs.Expired, Text: "too slow"}},
	{name: "invalid", status: codecs.Status{Code: codecs.Invalid, Text: "no such argument"}},
	{name: "not found", status: codecs.Status{Code: codecs.NotFound, Text: "no such service"}},
	{name: "denied", status: codecs.Status{Code: codecs.Denied, Text: "not you"}},
	{name: "limited", status: codecs.Status{Code: codecs.Limited, Text: "too many"}},
	{name: "unavailable", status: codecs.Status{Code: codecs.Unavailable, Text: "going down"}},
	{name: "unimplemented", status: codecs.Status{Code: codecs.Unimplemented, Text: "no such method"}},
	{name: "internal", status: codecs.Status{Code: codecs.Internal, Text: "it broke"}},
	{name: "no answer in time", status: codecs.Status{Code: codecs.Expired}, wait: true},
}

// TestFailures: every failure of every server reaches every caller as what it is.
func TestFailures(t *testing.T) {
	if len(failures) < 12 {
		t.Errorf("%d failures", len(failures))
	}
	each(t, func(t *testing.T, w *world, from, to *party) {
		for i := range failures {
			w.fails(t, from, to, &failures[i])
		}
	})
}

func (w *world) fails(t *testing.T, from, to *party, f *failure) {
	t.Helper()
	var thrown []byte
	format := to.format(t)
	format = result(format)
	if f.thrown != "" {
		format.Shape = codecs.Thrown
		thrown = w.fault(t, format, f.thrown)
	}
	w.servers[to.name].answers(func(c *codecs.Call, s codecs.Stream) {
		c.Req.Release()
		if f.wait {
			time.AfterFunc(patience, func() { engine.Post(c, func() { codecs.Refuse(c, s, codecs.Status{Code: codecs.Internal}) }) })
			return
		}
		r := replyOf(thrown, format)
		r.Status, r.Bare = f.status, f.thrown == ""
		s.Send(r)
	})
	method := "fail"
	if f.wait {
		method = "slow"
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	reply, err := w.call(ctx, from, to, w.request(from, method, w.said(t, from, codecs.Args, method, `"x"`)))
	if err != nil {
		t.Errorf("%s: %v", f.name, err)
		return
	}
	defer reply.Release()
	want := f.status.Code
	if !f.wait { // that is the gateway's own word
		want = heard(from.protocol, to.protocol, want)
	}
	text := f.status.Text
	if slices.Contains(wordsOf(from.protocol).wordless, f.status.Code) || slices.Contains(wordsOf(to.protocol).wordless, f.status.Code) {
		text = ""
	}
	if reply.Status.Code != want || !strings.Contains(reply.Status.Text, text) {
		t.Errorf("%s: %v, want %v %s", f.name, reply.Status, want, text)
	}
	if f.hears == "" {
		return
	}
	if reply.Format.Shape != codecs.Thrown {
		t.Errorf("%s: no exception, %v", f.name, reply.Format)
		return
	}
	got := strings.ReplaceAll(w.neutral(t, reply.Format, reply.Body), `,"trace":[]`, "") // a trace without a line is none
	if got != f.hears {
		t.Errorf("%s: got  %s\nwant %s", f.name, got, f.hears)
	}
}

// fault writes an exception as a server writes it.
func (w *world) fault(t *testing.T, f codecs.Format, json string) []byte {
	t.Helper()
	return w.copyFault(t, codecs.Format{Encoding: "json", Shape: codecs.Thrown}, wire.Borrow([]byte(json)), f)
}

// neutral gives an exception that a caller got as JSON.
func (w *world) neutral(t *testing.T, f codecs.Format, b wire.Body) string {
	t.Helper()
	return string(w.copyFault(t, f, b, codecs.Format{Encoding: "json", Shape: codecs.Thrown}))
}

func (w *world) copyFault(t *testing.T, from codecs.Format, b wire.Body, to codecs.Format) []byte {
	t.Helper()
	r := w.encodings[from.Encoding].Reader(b, from, nil)
	defer r.Close()
	var out wire.Out
	wr := w.encodings[to.Encoding].Writer(&out, to, nil)
	_, err := token.CopyFault(wr, r, w.method("fail").Throws)
	if e := wr.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Errorf("exception %q from %v to %v: %v", b.Bytes(), from, to, err)
	}
	return out.AppendTo(nil)
}
