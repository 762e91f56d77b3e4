package learn_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// encodings are all there are, by name.
func encodings() map[string]codecs.Encoding {
	list := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		list[e.Name()] = e
	}
	return list
}

func open(t testing.TB, file string, methods int) *learn.Store {
	t.Helper()
	s, err := learn.Open(learn.Options{File: file, Methods: methods, Encodings: encodings(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// book reads a contract.
func book(t testing.TB, text string) *contract.Index {
	t.Helper()
	f, err := contract.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	x, err := contract.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

var (
	jsonArgs     = codecs.Format{Encoding: "json", Shape: codecs.Args}
	jsonValue    = codecs.Format{Encoding: "json", Shape: codecs.Value}
	hessianArgs  = codecs.Format{Encoding: "hessian2", Shape: codecs.Args}
	hessianValue = codecs.Format{Encoding: "hessian2", Shape: codecs.Value}
	thrown       = codecs.Format{Encoding: "hessian2", Shape: codecs.Thrown}
)

// asTyped is JSON arguments as a program writes them that has the types of m.
func asTyped(m *contract.Method, args string) ([]byte, error) { return typedAs(hessianArgs, m, args) }

func typedAs(f codecs.Format, m *contract.Method, args string) ([]byte, error) {
	var out wire.Out
	r, w := encodings()["json"].Reader(wire.Borrow([]byte(args)), jsonArgs, m.Params), encodings()[f.Encoding].Writer(&out, f, m.Params)
	_, err := token.CopyArgs(w, r, m)
	r.Close()
	if e := w.Close(); err == nil {
		err = e
	}
	return out.AppendTo(nil), err
}

// valueAs is one JSON value as Hessian, of a declared type.
func valueAs(t testing.TB, want *contract.Type, value string) []byte {
	t.Helper()
	var out wire.Out
	r, w := encodings()["json"].Reader(wire.Borrow([]byte(value)), jsonValue, nil), encodings()["hessian2"].Writer(&out, hessianValue, want)
	_, err := token.Copy(w, r, want)
	r.Close()
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Fatalf("%s as %s: %v", value, want.Name, err)
	}
	return out.AppendTo(nil)
}

// sampled is a call of a method, with arguments and a result in JSON; result "": null; "!{…}": this was thrown.
func sampled(t testing.TB, service *contract.Service, m *contract.Method, args, result string) *learn.Sample {
	t.Helper()
	body, err := asTyped(m, args)
	if err != nil {
		t.Fatalf("%s%s: %v", m.Name, args, err)
	}
	s := &learn.Sample{Key: learn.Key{Service: service.Name, Version: service.Version, Group: service.Group, Method: m.Name, Descriptor: m.Descriptor},
		Args: body, ArgsAs: hessianArgs}
	fault, isFault := strings.CutPrefix(result, "!")
	switch {
	case isFault:
		var out wire.Out
		r, w := encodings()["json"].Reader(wire.Borrow([]byte(fault)), codecs.Format{Encoding: "json", Shape: codecs.Thrown}, nil),
			encodings()["hessian2"].Writer(&out, thrown, nil)
		if _, err := token.CopyFault(w, r, m.Throws); err != nil {
			t.Fatal(err)
		}
		r.Close()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		s.Fault, s.ResultKnown, s.Result, s.ResultAs = true, true, out.AppendTo(nil), thrown
	case result != "":
		s.ResultKnown, s.Result, s.ResultAs = true, valueAs(t, m.Result, result), hessianValue
	}
	return s
}

// settle waits until a store has looked at n samples and taken them into use.
func settle(t testing.TB, s *learn.Store, n uint64) {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for s.Stats().Samples < n || s.Waits() {
		if time.Now().After(end) {
			t.Fatalf("%+v: not settled", s.Stats())
		}
		time.Sleep(time.Millisecond)
	}
}

const types = `
service a.S {
  long f(long x);
  void g(a.Order o, List<a.Order> more, Map<String, a.Color> by);
  a.Order h(a.Shape s, a.Color c, int[] n, Object o) throws a.Gone, RuntimeException;
}
class a.Order { long id; String name; Date day; List<a.Item> items; a.Color color; BigDecimal price; double rate; UUID key; Object any; LocalDate on; byte[] raw; }
class a.Item { Integer n; }
abstract class a.Shape {}
class a.Circle extends a.Shape { double r; }
class a.Square extends a.Shape { int side; }
enum a.Color { RED, GREEN }
exception a.Gone { int left; }
`

const order = `{"id":7,"name":"x","day":1700000000000,"items":[{"n":1}],"color":"RED","price":1.50,"rate":0.5,"key":"5c9c9f0e-0d0b-4b0a-8b1f-0123456789ab","any":3,"on":"2024-02-29","raw":"AAE="}`

func TestInference(t *testing.T) {
	declared := book(t, types)
	for _, c := range []struct {
		name  string
		calls [][3]string // method, arguments, result
		want  string      // lines of the file
		not   string
	}{
		{"scalars", [][3]string{{"f", `[1]`, `2`}}, "Long f(long);", ""},
		{"what null shows", [][3]string{{"g", `[null,null,null]`, ""}}, "Serializable g(a.Order, List, Map);|class a.Order;", ""},
		{"fields, elements, keys", [][3]string{{"g", `[` + order + `,[null,` + order + `],{"k":"GREEN"}]`, ""}},
			"Serializable g(a.Order, List<a.Order>, Map<String, a.Color>);|Long id;|String name;|Date day;|List<a.Item> items;|a.Color color;|" +
				"BigDecimal price;|Double rate;|UUID key;|Integer any;|LocalDate on;|byte[] raw;|enum a.Color {} // GREEN, RED|class a.Item {", ""},
		{"an int where longs were, and other things", [][3]string{
			{"g", `[{"any":3},[],{}]`, ""}, {"g", `[{"any":3000000000},[],{}]`, ""}}, "Long any;|Serializable g(a.Order, List, Map);", ""},
		{"values that disagree", [][3]string{
			{"g", `[{"any":3},null,null]`, ""}, {"g", `[{"any":"x"},null,null]`, ""}, {"g", `[{"any":4},null,null]`, ""}}, "Object any;", ""},
		{"subclasses", [][3]string{
			{"h", `[{"class":"a.Circle","r":1.5},"RED",[1],null]`, ""}}, "abstract class a.Shape default a.Circle {}|class a.Circle extends a.Shape {|Double r;", ""},
		{"two subclasses", [][3]string{
			{"h", `[{"class":"a.Circle","r":1.5},"RED",[1],null]`, `null`}, {"h", `[{"class":"a.Square","side":1},"RED",[1],1]`, `{"id":1}`}},
			"abstract class a.Shape {}|class a.Circle extends a.Shape {|class a.Square extends a.Shape {|a.Order h(a.Shape, a.Color, int[], Object);", "default"},
		{"exceptions", [][3]string{
			{"h", `[null,null,null,null]`, `!{"class":"a.Gone","message":"m","fields":{"left":3}}`},
			{"h", `[null,null,null,null]`, `!{"class":"java.lang.RuntimeException","message":"m"}`}}, "throws a.Gone;|exception a.Gone {|Integer left;", "RuntimeException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, "", 100)
			for _, call := range c.calls {
				service := declared.Services[0]
				s.Offer(sampled(t, service, declared.Lookup("a.S", "", "", call[0], "", -1)[0], call[1], call[2]))
			}
			settle(t, s, uint64(len(c.calls)))
			text := string(s.Text())
			for line := range strings.SplitSeq(c.want, "|") {
				if !strings.Contains(text, line) {
					t.Errorf("no %q", line)
				}
			}
			if _, decls, _ := strings.Cut(text, "\nservice"); c.not != "" && strings.Contains(decls, c.not) {
				t.Errorf("%q is there", c.not)
			}
			if t.Failed() {
				t.Log(text, fmt.Sprintf("%+v", s.Stats()))
			}
			again := open(t, "", 100)
			if err := again.Read("again", s.Text()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decls(s.Text()), decls(again.Text())); diff != "" {
				t.Errorf("read again (-learned +read):\n%s", diff)
			}
		})
	}
}

// TestDialects: all Hessians show the same, however objects stand in them and whatever stands around.
func TestDialects(t *testing.T) {
	declared := book(t, types)
	m, want := declared.Lookup("a.S", "", "", "g", "", -1)[0], ""
	for _, f := range []codecs.Format{hessianArgs, {Encoding: "hessian2-draft", Shape: codecs.Args}, {Encoding: "hessian1", Shape: codecs.Args},
		{Encoding: "hessian2", Shape: codecs.Args, Wrap: codecs.Sofa}, {Encoding: "hessian2-draft", Shape: codecs.Args, Wrap: codecs.Sofa},
		{Encoding: "hessian2", Shape: codecs.Args, Wrap: codecs.Apart}} {
		body, err := typedAs(f, m, `[`+order+`,[null,`+order+`],{"k":"GREEN"}]`)
		if err != nil {
			t.Fatalf("%v: %v", f, err)
		}
		s := open(t, "", 10)
		if !s.Wants(learn.Key{}, f) {
			t.Errorf("%v is not looked at", f)
		}
		s.Learn(&learn.Sample{Key: learn.Key{Service: "a.S", Method: "g", Descriptor: m.Descriptor}, Args: body, ArgsAs: f})
		if got := string(s.Text()); want == "" {
			want = got
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-%v +this):\n%s", f, hessianArgs, diff)
		}
	}
}

// decls is a file without its comments.
func decls(text []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		before, _, _ := strings.Cut(line, "//")
		b.WriteString(strings.TrimRight(before, " \n") + "\n")
	}
	return b.String()
}
