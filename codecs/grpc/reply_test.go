package grpc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
)

// trailers reads the block that ends a reply.
func trailers(x h2.Exchange, b []h2.Field) (string, codecs.Message) {
	var m codecs.Message
	err := x.Trailers(&m, b)
	return say(&m, err), m
}

func TestReadReply(t *testing.T) {
	notGRPC := func(code, status, media string) string {
		return " error " + code + ": grpc: decode reply: not gRPC: HTTP status " + status + `, content type "` + media + `"`
	}
	for _, c := range []struct {
		block []string
		end   bool
		want  string
	}{
		{[]string{":status: 200", "content-type: application/grpc"}, false, "reply bare"},
		{[]string{":status: 200", "content-type: application/grpc+proto", "grpc-encoding: gzip", "grpc-accept-encoding: gzip", "a: b", "c-bin: AA"}, false,
			"reply bare zip gzip grpc-accept-encoding=gzip a=b c-bin=AA"},
		{[]string{":status: 200", "content-type: application/grpc", "grpc-status: 0", "a: b"}, true, "reply bare end a=b"},
		{[]string{":status: 200", "content-type: application/grpc", "grpc-status: 14", "grpc-message: away", "a: b"}, true, "reply bare end unavailable: away (14) a=b"},
		{[]string{":status: 200", "content-type: application/grpc", "grpc-status: 2", "grpc-message: J%C3%B6rg%"}, true, "reply bare end fault: J\u00f6rg% (2)"},
		{[]string{":status: 200", "content-type: application/grpc", "grpc-status: 99"}, true, "reply bare end fault (99)"},
		{[]string{":status: 200", "content-type: application/grpc", "grpc-status: x"}, true, `reply bare end malformed: grpc: decode reply: grpc-status "x" (2)`},
		{[]string{":status: 200", "content-type: application/grpc"}, true, "reply bare end malformed: grpc: decode reply: there is no grpc-status (2)"},
		{[]string{":status: 503", "content-type: application/grpc", "grpc-status: 14", "grpc-message: away"}, true, "reply bare end unavailable: away (14)"},
		{[]string{":status: 200", "grpc-status: 7"}, true, "reply bare end denied (7)"}, // a proxy that left the type out
		{[]string{":status: 200", "content-type: text/html"}, false, "reply bare" + notGRPC("malformed", "200", "text/html")},
		{[]string{":status: 503", "content-type: text/plain"}, false, "reply bare" + notGRPC("unavailable", "503", "text/plain")},
		{[]string{":status: 404"}, true, "reply bare end" + notGRPC("unimplemented", "404", "")},
		{[]string{":status: 401"}, true, "reply bare end" + notGRPC("denied", "401", "")},
		{[]string{":status: 400"}, true, "reply bare end" + notGRPC("internal", "400", "")},
		{[]string{":status: 500", "content-type: application/grpc"}, false, "reply bare" + notGRPC("malformed", "500", "application/grpc")},
	} {
		got := head(exchange(codecs.Client), block(c.block...), c.end)
		if strings.Contains(c.want, " error ") {
			got = strings.Replace(got, "malformed: (2) ", "", 1)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q: %s", c.block, diff)
		}
	}
}

func TestHTTPStatusesHaveGRPCCodes(t *testing.T) {
	want := map[string]int32{"400": 13, "401": 16, "403": 7, "404": 12, "429": 14, "502": 14, "503": 14, "504": 14, "500": 2, "302": 2, "200": 2}
	for status, code := range want {
		var m codecs.Message
		err := exchange(codecs.Client).Head(&m, block(":status: "+status, "content-type: text/html"), true)
		if s := codecs.StatusOf(err); err == nil || s.Native != (codecs.Native{Of: "grpc", Code: code}) {
			t.Errorf("%s: %+v, want %d", status, s, code)
		}
	}
	if n := len(grpc.HTTPRows()); n != 9 {
		t.Errorf("%d rows", n)
	}
}

func TestTrailers(t *testing.T) {
	x := opened(t, codecs.Client)
	read(t, x, false, prefixed(0, "one"))
	if got, _ := trailers(x, block("grpc-status: 0", "took: 3ms")); got != "data bare end took=3ms" {
		t.Error(got)
	}
	x = opened(t, codecs.Client)
	read(t, x, false, prefixed(0, "one")[:7])
	if got, _ := trailers(x, block("grpc-status: 0")); !strings.Contains(got, "error malformed: grpc: decode message: the stream ended 1 bytes early") {
		t.Error(got)
	}
	x = opened(t, codecs.Client)
	read(t, x, false, prefixed(0, "one")[:7])
	if got, _ := trailers(x, block("grpc-status: 8", "grpc-message: enough")); !strings.Contains(got, "error limited: enough") {
		t.Error(got)
	}
	x = opened(t, codecs.Server) // a request may have some, which say nothing
	read(t, x, false, prefixed(0, "one"))
	if got, _ := trailers(x, block("a: b")); got != "data bare end" {
		t.Error(got)
	}
	x = opened(t, codecs.Server)
	read(t, x, false, prefixed(0, "one")[:3])
	if got, _ := trailers(x, nil); !strings.Contains(got, "error malformed") {
		t.Error(got)
	}
}

// What a gRPC server said goes to a gRPC caller as it came.
func TestReplyPasses(t *testing.T) {
	for _, c := range []struct{ head, tail []string }{
		{nil, []string{"grpc-status: 0"}},
		{[]string{"grpc-encoding: gzip", "grpc-accept-encoding: gzip", "a: b", "a: c", "t-bin: AA"}, []string{"grpc-status: 0", "took: 3ms"}},
		{[]string{"a: b"}, []string{"grpc-status: 9", "grpc-message: not%0Anow", "grpc-status-details-bin: CAkSB25vdCBub3c", "grpc-retry-pushback-ms: 7"}},
		{nil, []string{"grpc-status: 77"}},
	} {
		client, server := exchange(codecs.Client), opened(t, codecs.Server)
		var m codecs.Message
		if err := client.Head(&m, answer(c.head...), false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(written{Head: lines(answer(c.head...))}, write(server, m)); diff != "" {
			t.Errorf("%q: %s", c.head, diff)
		}
		_, m = trailers(client, block(c.tail...))
		if diff := cmp.Diff(written{Tail: c.tail}, write(server, m)); diff != "" {
			t.Errorf("%q: %s", c.tail, diff)
		}
		if len(c.head) > 0 {
			continue
		}
		m = codecs.Message{}
		client, server = exchange(codecs.Client), opened(t, codecs.Server)
		if err := client.Head(&m, answer(c.tail...), true); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(written{Head: lines(answer(c.tail...))}, write(server, m)); diff != "" {
			t.Errorf("trailers-only %q: %s", c.tail, diff)
		}
	}
}

func TestReplyFromElsewhere(t *testing.T) {
	proto := codecs.Format{Encoding: "proto", Shape: codecs.Value}
	whole := func(m codecs.Message) codecs.Message {
		m.Kind, m.End = codecs.Reply, true
		m.Meta.Add("Tenant", "acme")
		m.Meta.Add("grpc-status-details-bin", "AA")
		return m
	}
	ok := []string{":status: 200", "content-type: application/grpc"}
	for _, c := range []struct {
		name string
		m    codecs.Message
		want written
	}{
		{"value", whole(codecs.Message{Body: body("pb"), Header: codecs.Header{Format: proto}}),
			written{Head: append(ok[:2:2], "tenant: acme"), Payload: prefixed(0, "pb"), Tail: []string{"grpc-status: 0"}}},
		{"void", whole(codecs.Message{Bare: true, Header: codecs.Header{Format: codecs.Format{Encoding: "proto"}}}),
			written{Head: append(ok[:2:2], "tenant: acme"), Payload: prefixed(0, ""), Tail: []string{"grpc-status: 0"}}},
		{"failure", whole(codecs.Message{Bare: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.Limited, Text: "100%"}}}),
			written{Head: append(ok[:2:2], "grpc-status: 8", "grpc-message: 100%25", "tenant: acme")}},
		{"another's number", whole(codecs.Message{Bare: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.NotFound, Native: codecs.Native{Of: "http", Code: 404}}}}),
			written{Head: append(ok[:2:2], "grpc-status: 5", "tenant: acme")}},
		{"nobody has it", whole(codecs.Message{Bare: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.NotFound, Unsent: true}}}),
			written{Head: append(ok[:2:2], "grpc-status: 12", "tenant: acme")}},
		{"wrong body", whole(codecs.Message{Body: body("{}"), Header: codecs.Header{Format: codecs.Format{Encoding: "json", Shape: codecs.Value}}}),
			written{Err: `grpc: encode reply: a body in "json" to a caller of application/grpc`}},
	} {
		if diff := cmp.Diff(c.want, write(opened(t, codecs.Server), c.m)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	x := opened(t, codecs.Server, "grpc-encoding: snappy")
	w := write(x, codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.Unimplemented}}})
	if diff := cmp.Diff(append(ok[:2:2], "grpc-status: 12", "grpc-accept-encoding: identity,gzip"), w.Head); diff != "" {
		t.Error(diff)
	}
}

// The content type of a reply is the request's.
func TestReplyHasTheCallersContentType(t *testing.T) {
	for _, media := range []string{"application/grpc+proto", "application/grpc+json", "application/grpc+thrift"} {
		b := start()
		b[4].Value = media
		x := exchange(codecs.Server)
		head(x, b, true)
		w := write(x, codecs.Message{Kind: codecs.Reply, End: true, Bare: true})
		if len(w.Head) < 2 || w.Head[1] != "content-type: "+media {
			t.Errorf("%s: %+v", media, w)
		}
	}
}

func TestCancel(t *testing.T) {
	cancel := codecs.Message{Kind: codecs.Cancel, Header: codecs.Header{Status: codecs.Status{Code: codecs.Expired, Text: "late"}}}
	began := codecs.Message{Kind: codecs.Reply, Bare: true}
	part := codecs.Message{Kind: codecs.Data, Part: true, Size: 9, Body: body("x")}
	x := opened(t, codecs.Server)
	write(x, began)
	if diff := cmp.Diff(written{Tail: []string{"grpc-status: 4", "grpc-message: late"}}, write(x, cancel)); diff != "" {
		t.Errorf("between messages: %s", diff)
	}
	x = opened(t, codecs.Server)
	write(x, began)
	write(x, part)
	if diff := cmp.Diff(written{Reset: true}, write(x, cancel)); diff != "" {
		t.Errorf("inside a message: %s", diff)
	}
	x = opened(t, codecs.Server)
	write(x, began)
	write(x, part)
	failed := codecs.Message{Kind: codecs.Data, Bare: true, End: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.Unavailable}}}
	if diff := cmp.Diff(written{Reset: true}, write(x, failed)); diff != "" {
		t.Errorf("a failure inside a message: %s", diff)
	}
	if diff := cmp.Diff(written{Reset: true}, write(exchange(codecs.Client), cancel)); diff != "" {
		t.Errorf("of the client side: %s", diff)
	}
}

func TestAnExchangeIsUsedAgain(t *testing.T) {
	type reusable interface{ Reset() }
	x := opened(t, codecs.Server, "grpc-encoding: gzip", "max_message=4")
	read(t, x, false, prefixed(1, "xyz")[:7])
	write(x, codecs.Message{Kind: codecs.Reply, Bare: true})
	x.(reusable).Reset()
	if got := head(x, start(), false); got != "request bare acme.Users GetUser" {
		t.Error(got)
	}
	if got := read(t, x, true, prefixed(0, "five5")); !strings.Contains(got[0], "over limit 4") {
		t.Error(got)
	}
	if w := write(x, codecs.Message{Kind: codecs.Reply, End: true, Bare: true}); w.Err != "" {
		t.Error(w.Err)
	}
}
