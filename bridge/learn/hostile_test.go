package learn_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/learn"
)

// text is a Hessian string of up to 65535 ASCII bytes.
func text(s string) string {
	return string(binary.BigEndian.AppendUint16([]byte{'S'}, uint16(len(s)))) + s
}

// nested is a Hessian map of maps, as keys and values, of that depth, with a leaf in each innermost place.
func nested(depth int, leaf string) string {
	if depth == 0 {
		return leaf
	}
	return "H" + nested(depth-1, leaf) + nested(depth-1, leaf) + "Z"
}

// class is the Hessian definition of a class, which has the number of those before it.
func class(name string, fields ...string) string {
	s := "C" + text(name) + "I" + string(binary.BigEndian.AppendUint32(nil, uint32(len(fields))))
	for _, f := range fields {
		s += text(f)
	}
	return s
}

// result is a call of a method without parameters that gave that value in Hessian.
func result(method, value string) *learn.Sample {
	return &learn.Sample{Key: learn.Key{Service: "a.S", Method: method}, ArgsAs: hessianArgs,
		Result: []byte(value), ResultAs: hessianValue, ResultKnown: true}
}

// whole checks that what is known is in use, and fits in the file that is read at the next start.
func whole(t *testing.T, s *learn.Store) {
	t.Helper()
	s.Learn(simple(learn.Key{Service: "a.S", Method: "last"}))
	if len(s.Lookup("a.S", "", "", "last", "", -1)) != 1 {
		t.Errorf("what is learned is not in use any more: %d bytes, %+v", len(s.Text()), s.Stats())
	}
	again := open(t, "", 1000)
	if err := again.Read("again", s.Text()); err != nil {
		t.Errorf("the file cannot be read: %.300v", err)
	}
}

// TestTypesThatNoFileHas: a caller's words for types that Java does not have are not written down.
func TestTypesThatNoFileHas(t *testing.T) {
	for name, class := range map[string]string{
		"too many dimensions": strings.Repeat("[", 256) + "int", "void": "[void", "Void": "[java.lang.Void", "a long name": "[a." + strings.Repeat("x", 5000),
		"many dimensions of a class": strings.Repeat("[", 255) + "a.B", "what cannot be printed": "[a.\u202eB",
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "", 1000)
			s.Learn(result("f", "\x71"+text(class)+"\x91"))
			whole(t, s)
		})
	}
}

// TestLongTypes: types that are long to write down are Objects, and what is known stays below its limit.
func TestLongTypes(t *testing.T) {
	s := open(t, "", 1000)
	for i := range 4 {
		var fields []string
		for j := range 250 {
			fields = append(fields, fmt.Sprint("f", j))
		}
		value := class("a."+strings.Repeat("x", 250)) + class(fmt.Sprint("a.C", i), fields...) + "\x61" + strings.Repeat(nested(6, "\x60"), len(fields))
		if len(value) > learn.MaxBody {
			t.Fatal(len(value))
		}
		s.Learn(result(fmt.Sprint("f", i), value))
	}
	if n := s.Stats(); n.Unread > 0 {
		t.Fatalf("%+v", n)
	}
	whole(t, s)
	if n := len(s.Text()); n > 1<<20 {
		t.Errorf("%d bytes are written down", n)
	}
}

// TestMuchIsKept: what is known stays below the limit of the file, whatever calls show.
func TestMuchIsKept(t *testing.T) {
	s := open(t, "", 1000)
	long := "a." + strings.Repeat("x", 250)
	for i := range 100 {
		var fields []string
		for j := range 200 {
			fields = append(fields, fmt.Sprintf("f%d%s", j, strings.Repeat("y", 20)))
		}
		s.Learn(result("f", class(long)+class(fmt.Sprint("a.C", i), fields...)+"\x61"+strings.Repeat("H\x60\x60Z", len(fields))))
	}
	if n := s.Stats(); n.Unread > 0 {
		t.Fatalf("%+v", n)
	}
	again := open(t, "", 1000)
	if err := again.Read("again", s.Text()); err != nil {
		t.Errorf("the file of %d bytes cannot be read: %v", len(s.Text()), err)
	}
}

// TestChangingClass: a class that changes with every call uses up nobody's room.
func TestChangingClass(t *testing.T) {
	s := open(t, "", 1000)
	var fields []string
	for i := range 200 {
		fields = append(fields, fmt.Sprintf("f%d%s", i, strings.Repeat("x", 240)))
	}
	nulls := strings.Repeat("N", len(fields))
	for range 100 {
		s.Learn(result("f", class("a.C", fields...)+"\x60"+nulls))
		s.Learn(result("f", class("a.C")+"\x60"))
	}
	s.Learn(result("g", class("a.New", fields...)+"\x60"+nulls))
	if !strings.Contains(string(s.Text()), "class a.New {") {
		t.Errorf("there is no room left, of which %d bytes are used", len(s.Text()))
	}
	whole(t, s)
}

// TestDeclaredClassesMeet: what is learned goes on beside classes that a contract declares, whatever they are there.
func TestDeclaredClassesMeet(t *testing.T) {
	for name, declared := range map[string]string{
		"the same fields":      "class a.Shape { double r; }",
		"an enum":              "enum a.Shape { ROUND }",
		"an exception":         "exception a.Shape { int n; }",
		"a class of its own":   "class a.Circle { double r; }",
		"an exception no more": "class a.Gone { int left; }",
		"an interface":         "abstract class a.Shape {} class a.Circle extends a.Shape { double r; }",
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "", 1000)
			s.Behind(book(t, declared))
			x := book(t, types)
			m := x.Lookup("a.S", "", "", "h", "", -1)[0]
			for _, call := range [][2]string{{`[{"class":"a.Circle","r":1.5},"RED",[1],null]`, ""}, {`[null,null,null,null]`, `!{"class":"a.Gone","message":"m","fields":{"left":3}}`}} {
				s.Learn(sampled(t, x.Services[0], m, call[0], call[1]))
			}
			whole(t, s)
			want := 1
			if name == "a class of its own" { // then nothing is known that may be a Shape
				want = 0
			}
			if got := len(s.Lookup("a.S", "", "", "h", "", -1)); got != want || len(s.Methods()) != 2 {
				t.Errorf("%d are in use, want %d: %+v", got, want, s.Methods())
			}
		})
	}
}
