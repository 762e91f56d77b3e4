package token_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

const shapes = `
abstract class Base { long id; }
class Order extends Base { String name; List<Item> items; boolean paid; Color color; Item first; }
class Item { String sku; Integer quantity; double price; }
enum Color { RED, GREEN }
abstract class Shape default Circle { String name; }
class Circle extends Shape { double r; }
class Square extends Shape { double side; }
abstract class Bare { }
class One extends Bare { int x; }
abstract class Two { }
class TwoA extends Two { int a; }
class TwoB extends Two { int b; }
class Animal { int legs; }
class Dog extends Animal { String bark; }
abstract class Lonely;
class Wide { Integer a; Integer b; Integer c; Integer d; Integer e; Integer f; Integer g; Integer h; }
`

func TestMapsBecomeObjects(t *testing.T) {
	for _, c := range []struct {
		typ, in, want string
		dropped       int
	}{
		{"Order", `{"id":1,"name":"x","items":[{"sku":"a","quantity":2,"price":1.5}],"paid":true,"color":"RED","first":null}`,
			`Order!(id=1l name="x" items=[Item!(sku="a" quantity=2i price=1.5d)] paid=true color=Color RED first=null)`, 0},
		{"Order", `{}`, `Order!(id=0l name=null items=null paid=false color=null first=null)`, 0},
		{"Order", `{"first":{"price":2,"sku":"f"},"paid":true,"items":[{"quantity":1},{"sku":"b","price":3}],"id":7}`,
			`Order!(id=7l name=null items=[Item!(sku=null quantity=1i price=0d) Item!(sku="b" quantity=null price=3d)] paid=true color=null first=Item!(sku="f" quantity=null price=2d))`, 0},
		{"Order", `{"x":{"y":[1]},"name":"n","id":2,"z":null,"class":"Order"}`, `Order!(id=2l name="n" items=null paid=false color=null first=null)`, 2},
		{"Order", `{"id":null,"paid":null}`, `Order!(id=0l name=null items=null paid=false color=null first=null)`, 0},
		{"Order", `[]`, `Order!(id=0l name=null items=null paid=false color=null first=null)`, 0},
		{"Item", `{"class":"java.lang.Runtime","sku":"s"}`, `Item!(sku="s" quantity=null price=0d)`, 0},
		{"Shape", `{"name":"n","r":1}`, `Circle(name="n" r=1d)`, 0},
		{"Shape", `{"class":"Square","side":1,"name":"n"}`, `Square(name="n" side=1d)`, 0},
		{"List<Shape>", `[{"side":1,"name":"n","class":"Square"},{}]`, `[Square(name="n" side=1d) Circle(name=null r=0d)]`, 0},
		{"Bare", `{"x":1}`, `One(x=1i)`, 0},
		{"Shape", `[]`, `Circle(name=null r=0d)`, 0},
		{"Animal", `{"class":"Dog","bark":"b"}`, `Dog(legs=0i bark="b")`, 0},
		{"Animal", `{"legs":4}`, `Animal!(legs=4i)`, 0},
		{"Lonely", `{"a":1}`, `Lonely{"a":1i}`, 0},
	} {
		got, dropped, err := toTyped(c.in, typ(t, shapes, c.typ))
		if err != nil || got != c.want || dropped != c.dropped {
			t.Errorf("%s for %s:\n got %s, %d dropped, %v\nwant %s, %d dropped", c.in, c.typ, got, dropped, err, c.want, c.dropped)
		}
	}
}

func TestMapsThatAreNoSuchObject(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{"Order", `{"items":[{},{},{"quantity":1.5}]}`, "token: copy: $.items[2].quantity: 1.5 does not fit java.lang.Integer"},
		{"Order", `{"first":{"price":"x"},"id":1}`, `token: copy: $.first.price: "x" does not fit double`},
		{"Order", `{"id":1,"id":2}`, "token: copy: $.id: the member comes twice"},
		{"Order", `{"name":"x","id":1,"name":"y"}`, "token: copy: $.name: the member comes twice"},
		{"Order", `{"name":"x","name":"y"}`, "token: copy: $.name: the member comes twice"},
		{"Order", `[1]`, "a list does not fit Order"}, {"Order", `"x"`, `"x" does not fit Order`},
		{"Shape", `{"class":"Order"}`, `token: copy: $.class: "Order" may not stand here; Circle, Square may`},
		{"Shape", `{"class":1}`, "token: copy: $.class: not the name of a class"},
		{"Shape", `{"class":"Shape"}`, "may not stand here"},
		{"Two", `{"a":1}`, `Two is abstract: a member "class" must say which of TwoA, TwoB it is`},
		{"Animal", `{"class":"Cat"}`, `"Cat" may not stand here; Animal, Dog may`},
		{"Order", `{"first":{"price":1,"sku":}}`, "token: copy: $.first.sku: json: read: byte 26"},
		{"Order", `{"id":1,"name":"x","items":[{"sku":`, "token: copy: $.items[0].sku: json: read: byte 35: the text ends"},
		{"Order", `{"first":{"sku":`, "token: copy: $.first: json: read: byte 17: the text ends"},
		{"Order", `{"paid":[}],"id":1}`, "token: copy: $: json: read: byte 10: ']'"},
	} {
		got, _, err := toTyped(c.in, typ(t, shapes, c.typ))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: got %s, error %v, want %s", c.in, c.typ, got, err, c.want)
		}
	}
}

// TestAbsentMembersAreBounded: a few bytes must not become a hundred fields without end.
func TestAbsentMembersAreBounded(t *testing.T) {
	in := "[" + strings.Repeat("{},", token.MaxExpand/8) + "{}]"
	_, _, err := toTyped(in, typ(t, shapes, "Wide[]"))
	if !errors.Is(err, token.ErrExpand) {
		t.Errorf("error %v", err)
	}
}

func TestObjectsBecomeJSON(t *testing.T) {
	order := &token.Class{Name: "Order", Fields: []string{"first", "id", "color", "more"}}
	item := &token.Class{Name: "Item", Fields: []string{"sku", "quantity"}}
	gift := &token.Class{Name: "Gift", Fields: []string{"from"}}
	color := &token.Class{Name: "Color", Fields: []string{"name"}}
	end := token.Token{Kind: token.End}
	text := func(s string) token.Token { return token.Token{Kind: token.String, Text: []byte(s)} }
	num := func(v int64, bits uint8) token.Token { return token.Token{Kind: token.Int, Bits: bits, Int: v} }
	obj := func(c *token.Class) token.Token { return token.Token{Kind: token.Object, Class: c} }
	whole := []token.Token{obj(order), obj(item), text("a"), num(1, 32), end, num(7, 64), obj(color), text("RED"), end, obj(gift), text("x"), end, end}
	enum := token.Token{Kind: token.Enum, Text: []byte("RED"), Class: color}
	pairs := []token.Token{{Kind: token.Map, Int: -1}, obj(color), text("RED"), end, num(1, 32), enum, num(2, 32), num(3, 32), num(3, 32), end}
	for _, c := range []struct {
		typ, want string
		in        []token.Token
	}{
		{"Object", `{"class":"Order","first":{"class":"Item","sku":"a","quantity":1},"id":7,"color":{"class":"Color","name":"RED"},"more":{"class":"Gift","from":"x"}}`, whole},
		{"Order", `{"first":{"sku":"a","quantity":1},"id":7,"color":"RED","more":{"class":"Gift","from":"x"}}`, whole},
		{"Base", `{"class":"Order","first":{"sku":"a","quantity":1},"id":7,"color":"RED","more":{"class":"Gift","from":"x"}}`, whole},
		// A contract that is wrong about the value does not stop it.
		{"String", `{"class":"Item","sku":"a","quantity":1}`, whole[1:5]},
		{"byte", `1000`, []token.Token{num(1000, 32)}},
		{"Item", `[1]`, []token.Token{{Kind: token.List, Int: 1}, num(1, 32), end}},
		{"Map<Color, Integer>", `{"RED":1,"RED":2,"3":3}`, pairs},
		{"Object", `{"RED":1,"RED":2,"3":3}`, pairs},
		{"Color", `"RED"`, []token.Token{enum}},
		{"Object", `{"class":"Color","name":"RED"}`, []token.Token{enum}},
		{"Object", `{"class":"Color","name":"RED"}`, []token.Token{{Kind: token.Enum, Text: []byte("RED"), Class: &token.Class{Name: "Color"}}}},
		{"long", `7`, []token.Token{num(7, 32)}},
		{"void", `null`, []token.Token{{}}},
	} {
		src := shapes
		want := contract.Builtin("void")
		if c.typ != "void" {
			want = typ(t, src, c.typ)
		}
		got, err := toJSON(want, c.in...)
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.typ, got, err, c.want)
		}
	}
	for want, in := range map[string][]token.Token{
		"token: copy: ${0}: an object cannot be a key": {{Kind: token.Map}, obj(item), text("a"), num(1, 32), end, {}, end},
		"token: copy: ${0}: a list cannot be a key":    {{Kind: token.Map}, {Kind: token.List}, end, {}, end},
		"token: copy: $.first: more values than the":   {obj(order), obj(gift), text("x"), text("y"), end, end},
		"token: copy: $: the value ends early":         {obj(order)},
		"token: copy: $: an end where a value is due":  {end},
		"token: copy: $: a reference that nobody":      {{Kind: token.Ref}},
	} {
		if got, err := toJSON(nil, in...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestMapsStayMapsWhereNoClassesAre(t *testing.T) {
	got, err := toJSON(typ(t, shapes, "Order"),
		token.Token{Kind: token.Map, Int: -1}, token.Token{Kind: token.Key, Text: []byte("color")}, token.Token{Kind: token.Enum, Text: []byte("RED")},
		token.Token{Kind: token.Key, Text: []byte("x")}, token.Token{}, token.Token{Kind: token.End})
	if want := `{"color":"RED","x":null}`; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// sharer is a printer that takes references.
type sharer struct{ printer }

func (s *sharer) Shares() bool { return true }

// refScript is a script that can give references.
type refScript struct {
	script
	kept bool
}

func (s *refScript) KeepRefs(apart bool) { s.kept = apart }

func TestReferencesPassWhereBothSidesHaveThem(t *testing.T) {
	r := &refScript{script: script{ts: []token.Token{{Kind: token.List, Int: 2}, {Kind: token.Map}, {Kind: token.End}, {Kind: token.Ref, Int: 1}, {Kind: token.End}}}}
	w := &sharer{}
	if _, err := token.Copy(w, r, typ(t, "", "String")); err != nil || !r.kept {
		t.Errorf("%v, references kept: %v", err, r.kept)
	}
	if got := w.b.String(); !strings.HasPrefix(got, "[{} ") {
		t.Errorf("got %s", got)
	}
}

func TestErrorsNameThePlaceBriefly(t *testing.T) {
	long := strings.Repeat("k", 500)
	_, _, err := toTyped(fmt.Sprintf(`{%q:{"":[{"a.b":"x"}]}}`, long), typ(t, "", "Map<String, Map<String, List<Map<String, Integer>>>>"))
	if err == nil || len(err.Error()) > 250 || !strings.Contains(err.Error(), `…][""][0]["a.b"]: "x" does not fit`) {
		t.Errorf("error %v", err)
	}
}
