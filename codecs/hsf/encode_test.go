package hsf

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// request is a request as it comes from another protocol.
func request(body string, f codecs.Format) codecs.Message {
	return codecs.Message{Kind: codecs.Request, End: true, ID: 1, Body: wire.Copy([]byte(body)), Header: codecs.Header{
		Service: "com.acme.User", Version: "1.0.0", Method: "get", Descriptor: "J", Args: 1, Format: f, Meta: codecs.Meta{Loaded: true}}}
}

var apart = codecs.Format{Encoding: "hessian2", Shape: codecs.Args, Wrap: codecs.Apart}

// What is written, byte for byte.
func TestRequest(t *testing.T) {
	long := get(4, "com.acme.User:1.0.0")
	with := func(r sample, change func(*sample)) sample {
		change(&r)
		return r
	}
	as := func(encoding string) codecs.Format {
		f := apart
		f.Encoding = encoding
		return f
	}
	generic := codecs.Format{Encoding: "hessian2", Shape: codecs.Generic, Wrap: codecs.Apart}
	for _, c := range []struct {
		name    string
		options []string
		m       codecs.Message
		change  func(*codecs.Message)
		want    sample
	}{
		{"as it is", nil, request("\xe7", apart), func(*codecs.Message) {}, long},
		{"one way", nil, request("\xe7", apart), func(m *codecs.Message) { m.Kind = codecs.Oneway }, long},
		{"time, rounded up", nil, request("\xe7", apart), func(m *codecs.Message) { m.Timeout = 1500 * time.Microsecond },
			with(long, func(r *sample) { r.timeout = 2 })},
		{"a year has too many ms", nil, request("\xe7", apart), func(m *codecs.Message) { m.Timeout = 365 * 24 * time.Hour },
			with(long, func(r *sample) { r.timeout = 1<<31 - 1 })},
		{"a version that nobody named", nil, request("\xe7", apart), func(m *codecs.Message) { m.Version = "" }, long},
		{"none at all", []string{"version", ""}, request("\xe7", apart), func(m *codecs.Message) { m.Version = "" },
			with(long, func(r *sample) { r.service = "com.acme.User" })},
		{"none of an HSF caller", nil, request("\xe7", apart), func(m *codecs.Message) { m.Version, m.Hint = "", hintMark|4 },
			with(long, func(r *sample) { r.service = "com.acme.User" })},
		{"a group is not written", nil, request("\xe7", apart), func(m *codecs.Message) { m.Group = "blue" }, long},
		{"unless it is to be", []string{"group_in_service", "yes"}, request("\xe7", apart), func(m *codecs.Message) { m.Group = "blue" },
			with(long, func(r *sample) { r.service += ":blue" })},
		{"or came so", nil, request("\xe7", apart), func(m *codecs.Message) { m.Group, m.Hint = "blue", hintMark|hintGrouped|4 },
			with(long, func(r *sample) { r.service += ":blue" })},
		{"nothing", nil, request("", codecs.Format{}), func(m *codecs.Message) { m.Descriptor, m.Args = "", 0 },
			with(long, func(r *sample) { r.types, r.arguments = nil, nil })},
		{"types of each kind", nil, request("\x01a\x91NNT", apart), func(m *codecs.Message) {
			m.Descriptor, m.Args = "Ljava/lang/String;I[J[[Lcom/acme/User$In;Z", 5
		}, with(long, func(r *sample) {
			r.types = []string{"java.lang.String", "int", "[J", "[[Lcom.acme.User$In;", "boolean"}
			r.arguments = []string{"\x01a", "\x91", "N", "N", "T"}
		})},
		{"two objects of one class", nil, request("C\x01u\x91\x01i`\x91C\x01u\x91\x01i`\x92", apart), func(m *codecs.Message) { m.Descriptor, m.Args = "Lu;Lu;", 2 },
			with(long, func(r *sample) {
				r.types, r.arguments = []string{"u", "u"}, []string{"C\x01u\x91\x01i`\x91", "C\x01u\x91\x01i`\x92"}
			})},
		{"properties", nil, request("\xe7", apart), func(m *codecs.Message) { m.Meta.Pairs = []codecs.Pair{{Key: "k", Value: "v"}, {Key: "k", Value: "w"}} },
			with(long, func(r *sample) { r.props = "H\x01k\x01vZ" })},
		{"properties of Hessian 1", nil, request("L\x00\x00\x00\x00\x00\x00\x00\x07", as("hessian1")), func(m *codecs.Message) { m.Meta.Add("k", "v") },
			with(long, func(r *sample) {
				r.codec, r.arguments, r.props = 1, []string{"L\x00\x00\x00\x00\x00\x00\x00\x07"}, "Mt\x00\x00S\x00\x01kS\x00\x01vz"
			})},
		{"that are Hessian 2 in any case", []string{"props_codec", "hessian2"}, request("[7]", codecs.Format{Encoding: "json", Shape: codecs.Args}),
			func(m *codecs.Message) { m.Meta.Add("k", "v") },
			with(long, func(r *sample) { r.codec, r.arguments, r.props = 6, []string{"7"}, "H\x01k\x01vZ" })},
		{"JSON", nil, request(` [ "a,b" , {"x":[1]} ] `, codecs.Format{Encoding: "json", Shape: codecs.Args}), func(m *codecs.Message) {
			m.Descriptor, m.Args = "Ljava/lang/String;Lcom/acme/User;", 2
			m.Meta.Pairs = []codecs.Pair{{Key: "k", Value: `"`}, {Key: "l", Value: ""}}
		}, with(long, func(r *sample) {
			r.codec, r.types, r.arguments = 6, []string{"java.lang.String", "com.acme.User"}, []string{`"a,b"`, `{"x":[1]}`}
			r.props = `{"k":"\"","l":""}`
		})},
		{"the draft", []string{"flavour", "draft"}, request("\xe7", as("hessian2-draft")), func(*codecs.Message) {}, long},
		{"generic, under another name", nil, request("\x03set\x71\x07[string\x04long\x71\x07[object\xe7", generic), func(*codecs.Message) {},
			invoke("\x03get", "\x71\x07[string\x04long", "\x71\x07[object\xe7")},
		{"generic, as the method itself", []string{"generic_form", "direct"}, request("\x03set\x71\x07[string\x04long\x71\x07[object\xe7", generic), func(*codecs.Message) {}, long},
		{"generic, with an argument in another one, as the method itself", []string{"generic_form", "direct"},
			request("\x03set\x72\x07[string\x0djava.util.Map\x0djava.util.Map\x72\x07[objectH\x01k\x01vZH\x01k\x51\x91Z", generic), func(m *codecs.Message) {
				m.Descriptor, m.Args = "Ljava/util/Map;Ljava/util/Map;", 2
			}, with(long, func(r *sample) {
				r.types, r.arguments = []string{"java.util.Map", "java.util.Map"}, []string{"H\x01k\x01vZ", "H\x01kH\x01k\x01vZZ"}
			})},
		{"generic, without arguments, as the method itself", []string{"generic_form", "direct"}, request("\x03setNN", generic), func(m *codecs.Message) {
			m.Descriptor, m.Args = "", 0
		}, with(long, func(r *sample) { r.types, r.arguments = nil, nil })},
	} {
		if c.want.timeout == 0 {
			c.want.timeout = 3000
		}
		c.change(&c.m)
		if got, want := mustEncode(t, client(c.options...), &c.m), c.want.bytes(); !bytes.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, want)
		}
	}
}

// What cannot be said is refused, and says why.
func TestRequestRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*codecs.Message)
		code   codecs.Code
		text   string
	}{
		{"no service", func(m *codecs.Message) { m.Service = "" }, codecs.Invalid, "no service"},
		{"colon in the service", func(m *codecs.Message) { m.Service = "a:b" }, codecs.Invalid, "a colon"},
		{"colon in the version", func(m *codecs.Message) { m.Version = "1:g" }, codecs.Invalid, "a colon"},
		{"method that is not UTF-8", func(m *codecs.Message) { m.Method = "\xff" }, codecs.Invalid, "not UTF-8"},
		{"the wrapper by its own name", func(m *codecs.Message) { m.Method = "$invoke" }, codecs.Invalid, "$invoke is not for"},
		{"types unknown", func(m *codecs.Message) { m.Descriptor, m.Args = "", -1 }, codecs.Unimplemented, "a contract of the service says them"},
		{"too few types", func(m *codecs.Message) { m.Body = wire.Copy([]byte("\xe7\xe7")) }, codecs.Unimplemented, "1 types for 2 arguments"},
		{"types that are none", func(m *codecs.Message) { m.Descriptor = "Q" }, codecs.Unimplemented, "0 types for 1 arguments"},
		{"generic without types", func(m *codecs.Message) {
			m.Format.Shape, m.Body = codecs.Generic, wire.Copy([]byte("\x03setN\x79\xe7"))
		}, codecs.Unimplemented, "0 types for 1 arguments"},
		{"generic that is none", func(m *codecs.Message) { m.Format.Shape, m.Body = codecs.Generic, wire.Copy([]byte("\x03setNT")) }, codecs.Internal, "encode $invoke: the arguments"},
		{"generic of two parts", func(m *codecs.Message) { m.Format.Shape, m.Body = codecs.Generic, wire.Copy([]byte("\x03setN")) }, codecs.Internal, "of 2 parts"},
		{"one stream of all arguments", func(m *codecs.Message) { m.Format.Wrap = codecs.Plain }, codecs.Unimplemented, "a body in hessian2/args"},
		{"another encoding", func(m *codecs.Message) { m.Format = codecs.Format{Encoding: "proto", Shape: codecs.Value} }, codecs.Unimplemented, "a body in proto/value"},
		{"the other Hessian", func(m *codecs.Message) { m.Format.Encoding = "hessian2-draft" }, codecs.Unimplemented, "codec 4 is hessian2 here"},
		{"opaque", func(m *codecs.Message) { m.Format.Encoding = "" }, codecs.Invalid, "a codec that is not read here"},
		{"compressed", func(m *codecs.Message) { m.Format.Zip = "gzip" }, codecs.Unimplemented, "gzip"},
		{"a body that is cut", func(m *codecs.Message) { m.Body = wire.Copy([]byte("\x05x")) }, codecs.Internal, "ends inside a value"},
		{"257 pairs", func(m *codecs.Message) { m.Meta.Pairs = make([]codecs.Pair, 257) }, codecs.Limited, "257 pairs"},
		{"over the limit", func(m *codecs.Message) { m.Body = wire.Copy(make([]byte, 9<<20)) }, codecs.Limited, "over limit"},
		{"a further message", func(m *codecs.Message) { m.Kind = codecs.Data }, codecs.Unimplemented, "one message each way"},
	} {
		m := request("\xe7", apart)
		c.change(&m)
		p, err := encode(client(), &m)
		got := codecs.Status{}
		if err != nil {
			got = codecs.StatusOf(err)
		}
		if got.Code != c.code || !strings.Contains(got.Text, c.text) || len(p) > 0 {
			t.Errorf("%s: %v, wrote %q", c.name, got, p)
		}
		m.Release()
	}
}

// An intact frame passes whole, whatever is in it, but for its id and less time.
func TestPass(t *testing.T) {
	for _, codec := range []byte{1, 2, 3, 4, 5, 7} {
		r := get(codec, "com.acme.User:1.0.0:g")
		r.props = "what"
		for _, left := range []time.Duration{0, time.Hour, 70 * time.Millisecond} {
			m := mustDecode(t, server(), r.bytes())
			if left > 0 {
				m.Timeout = left
			}
			m.ID = 99
			want := r
			want.id = 99
			if left == 70*time.Millisecond {
				want.timeout = 70
			}
			if got := mustEncode(t, client(), &m); !bytes.Equal(got, want.bytes()) {
				t.Errorf("codec %d, %v left:\n got %q\nwant %q", codec, left, got, want.bytes())
			}
		}
	}
}

// What came with another first byte than this side of the gateway has passes with this side's.
func TestPassFirstByte(t *testing.T) {
	for _, c := range []struct{ from, to string }{{"13", "14"}, {"14", "13"}} {
		first := map[string]byte{"13": 13, "14": 14}
		p := get(4, "s").bytes()
		p[0] = first[c.from]
		m := mustDecode(t, server("first_byte", c.from), p)
		p[0] = first[c.to]
		if got := mustEncode(t, client("first_byte", c.to), &m); !bytes.Equal(got, p) {
			t.Errorf("%v: a request passes as %q", c, got)
		}
		p = answer(20, 4, "\x01x")
		p[0] = first[c.to]
		m = mustDecode(t, client("first_byte", c.to), p)
		p[0] = first[c.from]
		if got := mustEncode(t, server("first_byte", c.from), &m); !bytes.Equal(got, p) {
			t.Errorf("%v: a reply passes as %q", c, got)
		}
	}
}

// What a server answers, by its request's Hint.
func TestResponse(t *testing.T) {
	value := func(encoding, body string, shape codecs.Shape) codecs.Message {
		return codecs.Message{Kind: codecs.Reply, End: true, ID: 1, Hint: hintMark | 4, Bare: body == "", Body: wire.Copy([]byte(body)),
			Header: codecs.Header{Format: codecs.Format{Encoding: encoding, Shape: shape}}}
	}
	failed := func(code codecs.Code, text string) codecs.Message {
		m := value("hessian2", "", codecs.Void)
		m.Status = codecs.Status{Code: code, Text: text}
		return m
	}
	thrown := func(class, fields string) codecs.Message {
		m := value("hessian2", "C"+str(class)+fields, codecs.Thrown)
		m.Status = codecs.Status{Code: codecs.Fault, Text: "sold"}
		return m
	}
	with := func(m codecs.Message, change func(*codecs.Message)) codecs.Message {
		change(&m)
		return m
	}
	said, trace := str("detailMessage"), str("stackTrace")
	for _, c := range []struct {
		name    string
		options []string
		m       codecs.Message
		want    []byte
	}{
		{"value", nil, value("hessian2", "\x01x", codecs.Value), answer(20, 4, "\x01x")},
		{"in the map form", nil, value("hessian2", "HZ", codecs.Generic), answer(20, 4, "HZ")},
		{"nothing", nil, value("hessian2", "", codecs.Void), answer(20, 4, "N")},
		{"nothing in JSON", nil, with(value("json", "", codecs.Void), func(m *codecs.Message) { m.Hint = hintMark | 6 }), answer(20, 6, "null")},
		{"JSON", nil, with(value("json", "[1]", codecs.Value), func(m *codecs.Message) { m.Hint = hintMark | 6 }), answer(20, 6, "[1]")},
		{"to a call from elsewhere", nil, with(value("json", "[1]", codecs.Value), func(m *codecs.Message) { m.Hint = 0 }), answer(20, 6, "[1]")},
		{"failure of the service", nil, failed(codecs.Fault, "sold"), answer(20, 4, "C\x30\x1ajava.lang.RuntimeException"[0:1]+str("java.lang.RuntimeException")+"\x91"+said+"`\x04sold")},
		{"as a text", []string{"exception_as_ok", "no"}, failed(codecs.Fault, "sold"), answer(70, 4, "sold")},
		{"in a codec that has no exceptions", nil, with(failed(codecs.Fault, "sold"), func(m *codecs.Message) { m.Hint = hintMark | 6 }), answer(70, 6, "sold")},
		{"with its class", nil, with(value("json", `{"class":"Sold"}`, codecs.Thrown), func(m *codecs.Message) {
			m.Hint, m.Status = hintMark|6, codecs.Status{Code: codecs.Fault, Text: "sold", Class: "Sold"}
		}), answer(70, 6, "Sold: sold")},
		{"in an opaque codec", nil, with(failed(codecs.Fault, "sold"), func(m *codecs.Message) { m.Hint = hintMark | 2 }), answer(70, 2, "sold")},
		{"exception", nil, thrown("SoldException", "\x91"+said+"`\x04sold"), answer(20, 4, "C"+str("SoldException")+"\x91"+said+"`\x04sold")},
		{"exception with a trace", nil, thrown("Sold", "\x92"+said+trace+"`\x04soldN"), answer(20, 4, "C"+str("Sold")+"\x92"+said+trace+"`\x04soldN")},
		{"exception that nothing tells as one", nil, thrown("Sold", "\x91"+said+"`\x04sold"), answer(20, 4, "C"+str("Sold")+"\x92"+said+trace+"`\x04soldN")},
		{"exception without a word", nil, thrown("Sold", "\x90`"), answer(20, 4, "C"+str("Sold")+"\x92"+said+trace+"`NN")},
		{"the same in Hessian 1", nil, with(thrown("", ""), func(m *codecs.Message) {
			m.Hint, m.Format.Encoding, m.Body = hintMark|1, "hessian1", wire.Copy([]byte("Mt\x00\x04SoldS\x00\x04left\x49\x00\x00\x00\x00z"))
		}), answer(20, 1, "Mt\x00\x04SoldS\x00\x04left\x49\x00\x00\x00\x00S\x00\x0ddetailMessageNS\x00\x0astackTraceNz")},
		{"the same in the draft", []string{"flavour", "draft"}, with(thrown("", ""), func(m *codecs.Message) {
			m.Format.Encoding, m.Body = "hessian2-draft", wire.Copy([]byte("O\x94Sold\x91\x04lefto\x90\x90"))
		}), answer(20, 4, "O\x94Sold\x93\x04left\rdetailMessage\nstackTraceo\x90\x90NN")},
		{"exception as a text", []string{"exception_as_ok", "no"}, thrown("SoldException", "\x91"+said+"`\x04sold"), answer(70, 4, "SoldException: sold")},
		{"unsent", nil, with(failed(codecs.Unavailable, "no"), func(m *codecs.Message) { m.Status.Unsent = true }), answer(88, 4, "no")},
		{"no text", nil, failed(codecs.Expired, ""), answer(31, 4, "expired")},
		{"a number of HSF's", nil, with(failed(codecs.Internal, "?"), func(m *codecs.Message) { m.Status.Native = codecs.Native{Of: Name, Code: 83} }), answer(83, 4, "?")},
		{"a number of another", nil, with(failed(codecs.Internal, "?"), func(m *codecs.Message) { m.Status.Native = codecs.Native{Of: "dubbo", Code: 25} }), answer(80, 4, "?")},
		{"cancel", nil, with(failed(codecs.Expired, "late"), func(m *codecs.Message) { m.Kind = codecs.Cancel }), answer(31, 4, "late")},
		{"first byte", []string{"first_byte", "13"}, value("hessian2", "\x01x", codecs.Value), append([]byte{13}, answer(20, 4, "\x01x")[1:]...)},
	} {
		if got := mustEncode(t, server(c.options...), &c.m); !bytes.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
	for _, m := range []codecs.Message{value("hessian1", "N", codecs.Value), value("hessian2", "\x91", codecs.Args),
		with(value("", "x", codecs.Value), func(m *codecs.Message) { m.Hint = hintMark | 2 })} {
		if p, err := encode(server(), &m); err == nil || len(p) > 0 {
			t.Errorf("%v: wrote %q, %v", m.Format, p, err)
		}
		m.Release()
	}
}
