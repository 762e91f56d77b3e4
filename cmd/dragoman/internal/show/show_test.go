package show_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/show"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func printed(t testing.TB, m codecs.Message, contracts ...config.Contract) string {
	t.Helper()
	book, err := bridge.ReadContracts(contracts, nil, all.Schemas())
	if err != nil {
		t.Fatal(err)
	}
	return show.New(all.Encodings(), book).Message(&m, "", nil, "  ")
}

func body(encoding string, shape codecs.Shape, p string) codecs.Message {
	m := codecs.Message{Kind: codecs.Request, ID: 3, Body: wire.Copy([]byte(p))}
	m.Service, m.Method, m.Args, m.Format = "a.B", "c", -1, codecs.Format{Encoding: encoding, Shape: shape}
	return m
}

func TestHead(t *testing.T) {
	m := codecs.Message{Kind: codecs.Reply, ID: 7, End: true, Bare: true}
	m.Header = codecs.Header{Version: "1.0", Group: "g", Descriptor: "I", Timeout: time.Second, Hops: 2, Attempt: 1,
		Status: codecs.Status{Code: codecs.Fault, Text: "no\x1b[2J pen", Class: "a.Sold", Native: codecs.Native{Of: "dubbo", Code: 20}, Unsent: true}}
	m.Meta.Add("tenant", "acme")
	m.Meta.Add("other", "a\nb")
	want := `reply 7 fault
  version   1.0
  group     g
  types     I
  timeout   1s
  hops      2
  attempt   1
  status    fault (dubbo 20), unsent
  class     a.Sold
  text      "no\x1b[2J pen"
  meta      tenant: acme
  meta      other: "a\nb"
`
	if diff := cmp.Diff(want, printed(t, m)); diff != "" {
		t.Error("-want +got\n", diff)
	}
}

const userProto = "syntax = \"proto3\"; package a; message User { int32 id = 1; repeated string names = 2; } service B { rpc c(User) returns (User); }"

func TestBodies(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(`["x"]`)) // into memory
	_ = z.Close()
	gz := body("json", codecs.Args, zipped.String())
	gz.Format.Zip = "gzip"
	bad := body("json", codecs.Args, "no gzip")
	bad.Format.Zip = "gzip"
	thrown := body("json", codecs.Thrown, `{"class":"a.X","message":null,"fields":{},"cause":null}`)
	for name, c := range map[string]struct {
		m         codecs.Message
		contracts []config.Contract
		want      string
	}{
		"json":         {m: body("json", codecs.Args, `["x",1,-2.50,null,true,{"k":[]}]`), want: "list\n[0] \"x\"\n[1] 1\n[2] -2.50\n[3] null\n[4] true\n[5] map\n\"k\": list"},
		"gzip":         {m: gz, want: "list\n[0] \"x\""},
		"no gzip":      {m: bad, want: "unreadable: "},
		"cut":          {m: body("json", codecs.Args, `["x"`), want: "list\n[0] \"x\"\nunreadable: "},
		"opaque":       {m: body("", codecs.Args, "??"), want: "00000000  3f 3f                                             |??|"},
		"thrown":       {m: thrown, want: "map\n\"class\": \"a.X\"\n\"message\": null\n\"fields\": map\n\"cause\": null"},
		"hessian":      {m: body("hessian2", codecs.Value, "C\x06a.User\x92\x02id\x04self`\x97Q\x90"), want: "a.User #0\nid: 7 int\nself: the same as #0"},
		"kinds":        {m: body("hessian2", codecs.Value, "\x7c\xe1D\x3f\xf8\x00\x00\x00\x00\x00\x00J\x00\x00\x00\x00\x00\x00\x00\x00\x22\xff\x00"), want: "list #0\n[0] 1 long\n[1] 1.5 double\n[2] 1970-01-01T00:00:00.000Z\n[3] 2 bytes ff00"},
		"a map":        {m: body("hessian2", codecs.Value, "H\x91\x01xH\x92NZ\x01yZ"), want: "map #0\n1 int: \"x\"\nkey: map #1\n2 int: null\nvalue: \"y\""},
		"proto, named": {m: body("proto", codecs.Args, "\x08\x07\x12\x01x"), contracts: []config.Contract{{Path: "u.proto", Data: []byte(userProto)}}, want: "list\n[0] a.User\nid: 7 int\nnames: list\n[0] \"x\""},
		"proto":        {m: body("proto", codecs.Args, "\x08\x07\x12\x02hi\x1a\x02\x08\x01\x21\x00\x00\x00\x00\x00\x00\xf8\x3f\x2d\x00\x00\x80\x3f\x32\x01\xff"), want: "field 1: 7\nfield 2: \"hi\"\nfield 3: message\nfield 1: 1\nfield 4: 64 bits 0x3ff8000000000000, as a double 1.5\nfield 5: 32 bits 0x3f800000, as a float 1\nfield 6: 1 byte ff"},
		"no proto":     {m: body("proto", codecs.Args, "\xff"), want: "unreadable: no protobuf"},
	} {
		var lines []string
		for line := range strings.Lines(printed(t, c.m, c.contracts...)) {
			lines = append(lines, strings.TrimSpace(line))
		}
		got := strings.Join(lines[4:], "\n") // behind the title, the names and the format
		if !strings.HasPrefix(got, c.want) || len(got) > len(c.want) && !strings.Contains(c.want, "unreadable") {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// FuzzBody: whatever a body holds, it is printed, on lines that begin with the indent.
func FuzzBody(f *testing.F) {
	names := []string{}
	for _, e := range all.Encodings() {
		names = append(names, e.Name())
	}
	for i := range names {
		f.Add(byte(i), byte(1), []byte("C\x06a.User\x92\x02id\x04self`\x97Q\x90"))
		f.Add(byte(i), byte(2), []byte(`["x",{"k":1}]`))
		f.Add(byte(i), byte(4), []byte("\x08\x07\x12\x02hi"))
	}
	book, err := bridge.ReadContracts([]config.Contract{{Path: "u.proto", Data: []byte(userProto)}}, nil, all.Schemas())
	if err != nil {
		f.Fatal(err)
	}
	p := show.New(all.Encodings(), book)
	f.Fuzz(func(t *testing.T, encoding, shape byte, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		m := body(names[int(encoding)%len(names)], codecs.Shape(shape%5), string(data))
		defer m.Release()
		first := true
		for line := range strings.Lines(p.Message(&m, "", nil, "\t")) {
			if !first && !strings.HasPrefix(line, "\t") {
				t.Fatalf("a line begins with %.20q", line)
			}
			first = false
		}
	})
}

// TestTerminals: no name or text plays with a terminal.
func TestTerminals(t *testing.T) {
	m := body("\x1b[1m", codecs.Args, "x")
	m.Service, m.Method = "a.\x1b[2J", "c\n> reply 3 ok"
	out := printed(t, m) + show.Method(&m.Header) + show.Safe("line \"1\"\r\x1b]0;title\a \u202e \xff")
	if strings.ContainsAny(out, "\x1b\a\r\u202e") || !strings.Contains(out, `request 3 a.\x1b[2J.c\n> reply 3 ok`) {
		t.Errorf("%q", out)
	}
	if got := show.Safe(`h2: "no" é`); got != `h2: "no" é` {
		t.Error(got)
	}
}

// TestLongBodies: few bytes are not worth any number of lines, however long.
func TestLongBodies(t *testing.T) {
	inner := bytes.Repeat([]byte{8, 1}, 1<<19)
	for range 31 {
		inner = append(binary.AppendUvarint([]byte{0x0a}, uint64(len(inner))), inner...)
	}
	for name, m := range map[string]codecs.Message{
		"deep":  body("hessian2", codecs.Value, strings.Repeat("W", 200)+strings.Repeat("N", 1<<17)),
		"named": body("hessian2", codecs.Value, "CS\x0b\x00"+strings.Repeat("x", 0xb00)+"\x91S\x0b\x00"+strings.Repeat("y", 0xb00)+"W"+strings.Repeat("\x60N", 1<<14)),
		"proto": body("proto", codecs.Args, string(inner)),
	} {
		if out := printed(t, m); len(out) > 33<<20 || !strings.Contains(out, "bytes of text") {
			t.Errorf("%s: %d bytes are printed of %d: %.200s", name, len(out), m.Body.Len(), out)
		}
	}
}
