package filter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// unary is a call whose caller takes one whole reply, of a server that streams.
func unary(f *far) (codecs.Stream, *near) {
	call, back := newCall("s", "m", "[1]")
	call.To = codecs.Target{Protocol: "far", Traits: streaming}
	return filter.Collect(16)(f).Open(call, back), back
}

// answers has a server say what words stand for: the first is the reply's head, and a number in front of an end is its code.
func answers(words string) func(int, *codecs.Call, codecs.Stream) {
	return func(_ int, _ *codecs.Call, back codecs.Stream) {
		for i, word := range strings.Fields(words) {
			code, rest, said := strings.Cut(word, ":")
			if said {
				word = rest
			}
			m := message(word)
			if i == 0 {
				m.Kind = codecs.Reply
			}
			for c := range codecs.Codes {
				if said && codecs.Code(c).String() == code {
					m.Status.Code = codecs.Code(c)
				}
			}
			buf := m.Body.Bytes()
			back.Send(&m)
			for i := range buf {
				buf[i] = '?'
			}
		}
	}
}

func TestCollect(t *testing.T) {
	counted(t)
	const (
		over = "cancel internal: filter: collect: the reply: a message over 16 bytes"
		many = "cancel unimplemented: filter: collect: the reply has more than one message: a stream of them cannot go to a caller over near"
		none = "cancel internal: filter: collect: the reply ended well, but without a message: a caller over near takes just one"
	)
	for _, c := range []struct {
		name, says string
		want       string
		canceled   bool // the server
	}{
		{"a head, a message and an end", "- a !-", "reply! a", false},
		{"a message that ends", "- !a", "reply! a", false},
		{"a head with a message", "a !-", "reply! a", false},
		{"whole", "!a", "reply! a", false},
		{"an empty message", "- ! ", "reply! ", false},
		{"in pieces", "- ~a ~b c !-", "reply! abc", false},
		{"a head with a piece", "~a b !-", "reply! ab", false},
		{"pieces up to the limit", "- ~12345678 12345678 !-", "reply! 1234567812345678", false},
		{"pieces over the limit", "- ~12345678 ~12345678 1 !-", over, true},
		{"a message over the limit", "- 12345678123456789 !-", over, true},
		{"no message", "- !-", none, false},
		{"no message and no head", "!-", none, false},
		{"two messages", "- a b !-", many, true},
		{"two messages, the second in pieces", "- a ~b c !-", many, true},
		{"a failure at once", "not_found:!-", "reply-! not_found", false},
		{"a failure behind the head", "- not_found:!-", "reply-! not_found", false},
		{"a failure behind a message", "- a unavailable:!-", "reply-! unavailable", false},
		{"a failure within a message", "- ~a unavailable:!-", "reply-! unavailable", false},
		{"what was thrown", "- fault:!thrown", "reply! thrown fault", false},
		{"what was thrown behind a message", "- a fault:!thrown", "reply! thrown fault", false},
		{"more behind the end", "- a !- b !-", "reply! a", false},
	} {
		f := &far{answer: answers(c.says)}
		_, back := unary(f)
		if diff := cmp.Diff([]string{c.want}, back.flow); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if (len(f.cancel) == 1) != c.canceled && !strings.Contains(c.want, "without a message") {
			t.Errorf("%s: the server was canceled %d times", c.name, len(f.cancel))
		}
	}
}

// TestCollectJoinsWords: the format is the head's but for what a message or a failure says itself, and no metadata is lost.
func TestCollectJoinsWords(t *testing.T) {
	counted(t)
	head := codecs.Message{Kind: codecs.Reply, Bare: true}
	head.Format = codecs.Format{Encoding: "proto", Shape: codecs.Value, Zip: "gzip"}
	head.Meta = codecs.Meta{Pairs: []codecs.Pair{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}, Loaded: true}
	thrown := codecs.Format{Encoding: "proto", Shape: codecs.Thrown}
	for _, c := range []struct {
		name string
		zip  string // of the message
		last codecs.Status
		own  codecs.Format // of the end
		want codecs.Format
	}{
		{"compressed", "gzip", codecs.Status{}, codecs.Format{}, head.Format},
		{"not compressed after all", "", codecs.Status{}, codecs.Format{}, codecs.Format{Encoding: "proto", Shape: codecs.Value}},
		{"thrown", "gzip", codecs.Status{Code: codecs.NotFound, Native: codecs.Native{Of: "far", Code: 5}}, thrown, thrown},
	} {
		f := &far{answer: func(_ int, _ *codecs.Call, back codecs.Stream) {
			first, message := head, codecs.Message{Kind: codecs.Data, Body: wire.Borrow([]byte("m"))}
			message.Format.Zip = c.zip
			last := codecs.Message{Kind: codecs.Data, End: true, Bare: true}
			last.Status, last.Format = c.last, c.own
			last.Meta = codecs.Meta{Pairs: []codecs.Pair{{Key: "b", Value: "3"}}, Loaded: true}
			back.Send(&first)
			back.Send(&message)
			back.Send(&last)
		}}
		_, back := unary(f)
		back.said(t)
		pairs := []codecs.Pair{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}, {Key: "b", Value: "3"}}
		if diff := cmp.Diff(codecs.Header{Status: c.last, Format: c.want, Meta: codecs.Meta{Pairs: pairs, Loaded: true}}, back.last.Header); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestCollectStaysOut of calls whose reply is whole already, or may be a stream.
func TestCollectStaysOut(t *testing.T) {
	counted(t)
	for name, change := range map[string]func(*codecs.Call){
		"a caller of streams":                   func(c *codecs.Call) { c.Req.Stream = true },
		"a call without a reply":                func(c *codecs.Call) { c.Req.Kind = codecs.Oneway },
		"a server of whole replies":             func(c *codecs.Call) { c.To.Traits = &codecs.Traits{} },
		"whole replies over a wire for streams": func(c *codecs.Call) { c.To.Traits = &codecs.Traits{Stream: true, Whole: true} },
	} {
		f := &far{answer: answers("- a b !-")}
		call, back := newCall("s", "m", "[1]")
		call.To = codecs.Target{Protocol: "far", Traits: streaming}
		change(call)
		filter.Collect(16)(f).Open(call, back)
		if diff := cmp.Diff([]string{"reply-", "data a", "data b", "data-!"}, back.flow); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCollectIsCanceled(t *testing.T) {
	counted(t)
	for name, says := range map[string]string{"at once": "", "behind the head": "-", "within a message": "- ~a", "behind a message": "- a"} {
		f := &far{answer: func(_ int, c *codecs.Call, back codecs.Stream) {
			answers(says)(0, c, back)
			back.Cancel(codecs.Status{Code: codecs.Unavailable})
			back.Cancel(codecs.Status{Code: codecs.Unavailable})
			answers("!late")(0, c, back)
		}}
		_, back := unary(f)
		if got := back.said(t); got != "cancel unavailable" || len(f.cancel) != 0 {
			t.Errorf("%s: %s, forward %v", name, got, f.cancel)
		}
	}
	var way codecs.Stream
	f := &far{answer: func(_ int, c *codecs.Call, back codecs.Stream) {
		way = back
		answers("- a")(0, c, back)
	}}
	fwd, back := unary(f)
	fwd.Cancel(codecs.Status{Code: codecs.Expired})
	way.Cancel(f.cancel[0]) // as every Handler does
	if back.said(t) != "cancel expired" {
		t.Errorf("the caller was told %q", back.got)
	}
}

// keeper takes messages over and leaves the sender's as they are, which a Stream may.
type keeper struct{ got []codecs.Message }

func (k *keeper) Send(m *codecs.Message) bool { k.got = append(k.got, *m); return true }
func (k *keeper) OnReady(func())              {}
func (k *keeper) Cancel(codecs.Status)        {}

// TestCollectGivesItsReplyAway: a cancel that comes late finds nothing to release.
func TestCollectGivesItsReplyAway(t *testing.T) {
	counted(t)
	f := &far{answer: func(_ int, c *codecs.Call, back codecs.Stream) {
		answers("- a !-")(0, c, back)
		back.Cancel(codecs.Status{Code: codecs.Canceled})
	}}
	call, _ := newCall("s", "m", "[1]")
	call.To = codecs.Target{Protocol: "far", Traits: streaming}
	k := &keeper{}
	filter.Collect(16)(f).Open(call, k)
	if len(k.got) != 1 || string(k.got[0].Body.Bytes()) != "a" {
		t.Fatalf("%v", k.got)
	}
	k.got[0].Release()
}
