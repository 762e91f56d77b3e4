package learn_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// simple is a call of a method without parameters.
func simple(k learn.Key) *learn.Sample { return &learn.Sample{Key: k, ArgsAs: hessianArgs} }

func TestNames(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		key  learn.Key
		kept bool
	}{
		{learn.Key{Service: "a.S", Method: "f"}, true},
		{learn.Key{Service: "a.S", Method: "f", Version: "1.0 beta", Group: "blue"}, true},
		{learn.Key{Service: "a.S", Method: "$f_1"}, true},
		{learn.Key{Service: "class", Method: "class"}, true},
		{learn.Key{Service: "a.S", Method: ""}, false},
		{learn.Key{Service: "", Method: "f"}, false},
		{learn.Key{Service: "/a/S", Method: "f"}, false},
		{learn.Key{Service: "a.S { } class B", Method: "f"}, false},
		{learn.Key{Service: "a.S", Method: "f(); void g"}, false},
		{learn.Key{Service: "a.S", Method: "a.f"}, false},
		{learn.Key{Service: "a.S\u202e", Method: "f"}, false},
		{learn.Key{Service: "a." + long, Method: "f"}, false},
		{learn.Key{Service: "a.S", Method: "f", Version: "1\" group x {"}, false},
		{learn.Key{Service: "a.S", Method: "f", Version: "1\n"}, false},
		{learn.Key{Service: "a.S", Method: "f", Group: long}, false},
	} {
		s := open(t, "", 10)
		s.Offer(simple(c.key))
		settle(t, s, 1)
		if got := len(s.Lookup(c.key.Service, c.key.Group, c.key.Version, c.key.Method, "", 0)) == 1; got != c.kept {
			t.Errorf("%+v: known %v, want %v\n%s", c.key, got, c.kept, s.Text())
		}
		if refused := s.Stats().Refused == 1; refused == c.kept {
			t.Errorf("%+v: %+v", c.key, s.Stats())
		}
	}
}

// TestDescriptors: classes without a package, and what is no class, are kept out of the file.
func TestDescriptors(t *testing.T) {
	for descriptor, kept := range map[string]bool{"La/B;": true, "[[La/B;": true, "Ljava/util/Optional;": true, "LB;": false, "LString;": false,
		"L;": false, "X": false, "Lservice;": false} {
		s := open(t, "", 10)
		s.Offer(&learn.Sample{Key: learn.Key{Service: "a.S", Method: "f", Descriptor: descriptor}, Args: []byte{'N'}, ArgsAs: hessianArgs})
		settle(t, s, 1)
		if got := len(s.Methods()) == 1; got != kept {
			t.Errorf("%s: known %v, want %v: %s", descriptor, got, kept, s.Text())
		}
	}
}

func TestMethodsAreCapped(t *testing.T) {
	s := open(t, "", 3)
	for i := range 5 {
		s.Offer(simple(learn.Key{Service: "a.S", Method: fmt.Sprintf("f%d", i)}))
	}
	settle(t, s, 5)
	if got := s.Stats(); got.Methods != 3 || got.Refused != 2 {
		t.Errorf("%+v", got)
	}
	if s.Wants(learn.Key{Service: "a.S", Method: "f9"}, hessianArgs) {
		t.Error("a method for which there is no room is looked at")
	}
}

// TestWants: few calls are looked at, and of syntaxes without classes none.
func TestWants(t *testing.T) {
	s := open(t, "", 3)
	k := learn.Key{Service: "a.S", Method: "f"}
	for _, encoding := range []string{"json", "json-strings", "msgpack", "proto", "", "nosuch"} {
		if s.Wants(k, codecs.Format{Encoding: encoding, Shape: codecs.Args}) {
			t.Errorf("%q is looked at", encoding)
		}
	}
	s.Offer(simple(k))
	settle(t, s, 1)
	n := 0
	for range 1000 {
		if s.Wants(k, hessianArgs) {
			n++
		}
	}
	if n < 16 || n > 16+1000/64+1 {
		t.Errorf("%d of 1000 calls are looked at", n)
	}
	n = 0
	for i := range 1000 {
		if s.Wants(learn.Key{Service: "a.S", Method: fmt.Sprint("g", i)}, hessianArgs) {
			n++
		}
	}
	if n > 2*64 { // the loop may go over from one second to the next
		t.Errorf("%d calls of unknown methods are looked at in a moment", n)
	}
}

// TestFile: what is known is in the file when the Store is closed, whole and beside nothing else, and is there again afterwards.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "learned.contract")
	declared := book(t, types)
	s := open(t, file, 100)
	m := declared.Lookup("a.S", "", "", "g", "", -1)[0]
	s.Offer(sampled(t, declared.Services[0], m, `[`+order+`,[`+order+`],{"k":"GREEN"}]`, ""))
	s.Close()
	data, err := os.ReadFile(file)
	if err != nil || string(data) != string(s.Text()) {
		t.Fatalf("%v\n%s", err, data)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
	again := open(t, file, 100)
	if found := again.Lookup("a.S", "", "", "g", m.Descriptor, 3); len(found) != 1 || found[0].Params.Fields[0].Type.Fields[0].Name != "id" {
		t.Errorf("%+v", found)
	}
	again.Close()
	if now, err := os.ReadFile(file); err != nil || string(now) != string(data) {
		t.Errorf("a Store that learned nothing wrote (%v)\n%s", err, now)
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"syntax": "service {", "type": "class a.B { Nosuch x; }", "large": strings.Repeat(" ", 4<<20+1)} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := learn.Open(learn.Options{File: file, Methods: 1, Encodings: encodings()}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", name, err)
			s.Close()
		}
	}
	if _, err := learn.Open(learn.Options{File: dir, Methods: 1, Encodings: encodings()}); err == nil {
		t.Error("a folder was read")
	}
}

// TestDeclaredClassesHold: a class that a contract declares is what that says, in learned methods too.
func TestDeclaredClassesHold(t *testing.T) {
	s := open(t, "", 100)
	s.Behind(book(t, "class a.Order { String other; }"))
	declared := book(t, types)
	s.Offer(sampled(t, declared.Services[0], declared.Lookup("a.S", "", "", "g", "", -1)[0], `[`+order+`,[`+order+`],{"k":"GREEN"}]`, ""))
	settle(t, s, 1)
	found := s.Lookup("a.S", "", "", "g", "", -1)
	if len(found) != 1 || len(found[0].Params.Fields[0].Type.Fields) != 1 || found[0].Params.Fields[1].Type.Elem.Fields[0].Name != "other" {
		t.Errorf("%+v", found)
	}
}

// TestVersionsAreOneMethod: what differs in version alone gives a caller who says none no choice to make.
func TestVersionsAreOneMethod(t *testing.T) {
	s := open(t, "", 100)
	for _, version := range []string{"1", "2", ""} {
		s.Offer(simple(learn.Key{Service: "a.S", Method: "f", Version: version}))
	}
	settle(t, s, 3)
	if found := s.Lookup("a.S", "", "", "f", "", -1); len(found) != 1 {
		t.Errorf("%v", found)
	}
}

// TestGrowingClass: of two field lists the later is kept, with what is known of the fields, and the change is counted.
func TestGrowingClass(t *testing.T) {
	s := open(t, "", 100)
	for _, fields := range []string{"long id; String a;", "long id; String b; String a;"} {
		x := book(t, "service a.S { void f(a.C c); } class a.C { "+fields+" }")
		s.Offer(sampled(t, x.Services[0], x.Services[0].Methods[0], `[{"id":1,"a":"x"}]`, ""))
	}
	settle(t, s, 2)
	if text := string(s.Text()); !strings.Contains(text, "class a.C {\n  Long id;\n  Serializable b;\n  String a;\n}") {
		t.Error(text)
	}
	if list := s.Methods(); list[0].Clashes != 1 || list[0].Seen != 2 {
		t.Errorf("%+v", list)
	}
}

// FuzzLearn: whatever a sample holds, what is known can be written down and read again.
func FuzzLearn(f *testing.F) {
	declared := book(f, types)
	for _, call := range [][3]string{{"g", `[` + order + `,[null,` + order + `],{"k":"GREEN"}]`, ""}, {"h", `[{"class":"a.Circle","r":1.5},"RED",[1],null]`, `{"id":1}`},
		{"h", `[null,null,null,null]`, `!{"class":"a.Gone","message":"m","fields":{"left":3}}`}} {
		s := sampled(f, declared.Services[0], declared.Lookup("a.S", "", "", call[0], "", -1)[0], call[1], call[2])
		f.Add(s.Service, s.Method, s.Descriptor, s.Args, s.Result, s.Fault)
	}
	f.Fuzz(func(t *testing.T, service, method, descriptor string, args, result []byte, fault bool) {
		s := open(t, "", 10)
		defer s.Close()
		as := hessianValue
		if fault {
			as = thrown
		}
		key := learn.Key{Service: service, Method: method, Descriptor: descriptor}
		s.Learn(&learn.Sample{Key: key, Args: args, ArgsAs: hessianArgs, Result: result, ResultAs: as, ResultKnown: len(result) > 0, Fault: fault})
		for _, m := range s.Methods() {
			if !m.Open && len(s.Lookup(m.Service, "", "", m.Method, m.Descriptor, -1)) != 1 {
				t.Errorf("%s is not in use:\n%s", m.Text, s.Text())
			}
		}
		again := open(t, "", 10)
		defer again.Close()
		if err := again.Read("again", s.Text()); err != nil {
			t.Fatalf("%v in\n%s", err, s.Text())
		}
		if len(again.Methods()) != len(s.Methods()) {
			t.Errorf("read again\n%s\nis\n%s", s.Text(), again.Text())
		}
	})
}
