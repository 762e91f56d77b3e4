package token_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// sampleOrder is one of everything that a Java service puts into an object, in the form in which JSON gets it back.
const sampleOrder = `{"id":72057594037927937,"createdBy":"李雷","name":"fixture","count":3,"total":9007199254740993,"ratio":0.1,"paid":true,"color":"GREEN",` +
	`"price":1.10,"big":1180591620717411303424,"at":"2026-11-21T03:18:00.123Z","day":"2026-11-21","moment":"2026-11-21T03:18:00","instant":"2026-11-21T03:18:00.000000001Z",` +
	`"blob":"AAF/gP8=","uuid":"123e4567-e89b-12d3-a456-426614174000","items":[{"sku":"A-1","quantity":2,"tags":["red","𝄞"]},{"sku":"B-漢","quantity":null,"tags":[]}],` +
	`"bySku":{"A-1":{"sku":"A-1","quantity":2,"tags":["red","𝄞"]},"B-漢":{"sku":"B-漢","quantity":null,"tags":[]}},"names":{"1":"one","2":"二"},` +
	`"first":{"sku":"A-1","quantity":2,"tags":["red","𝄞"]},"again":{"sku":"A-1","quantity":2,"tags":["red","𝄞"]},"note":null,"numbers":[1,-2,2147483647],"boxed":null,"letter":"é"}`

func TestSampleOrder(t *testing.T) {
	order := sample(t).Type("io.dragoman.sample.Order")
	var o wire.Out
	if err := convert(&o, []byte(sampleOrder), json.Encoding{}, hessian2, order); err != nil {
		t.Fatal(err)
	}
	want := `Order(id=72057594037927937l createdBy="李雷" name="fixture" count=3i total=9007199254740993l ratio=0.1d paid=true color=Color(name="GREEN") ` +
		`price=BigDecimal 1.10 big=BigInteger 1180591620717411303424 at=@1795231080123 day=LocalDate@2026-11-21 moment=LocalDateTime@2026-11-21T03:18:00 ` +
		`instant=Instant@2026-11-21T03:18:00.000000001Z blob=0x00017f80ff uuid=UUID"123e4567-e89b-12d3-a456-426614174000" items=[Item(`
	if got := tell(t, o.B, codecs.Value); !strings.HasPrefix(got, want) {
		t.Errorf("Java gets %s\nwant      %s", got, want)
	}
	for _, e := range []json.Encoding{{}, {Strings: true}} {
		text, _ := roundTrip(t, o.B, e, order)
		want := sampleOrder
		if e.Strings {
			want = strings.NewReplacer("72057594037927937", `"72057594037927937"`, "9007199254740993", `"9007199254740993"`, "1.10", `"1.10"`, "1180591620717411303424", `"1180591620717411303424"`).Replace(want)
		}
		if text != want {
			t.Errorf("%s: came back as\n%s, want\n%s", e.Name(), text, want)
		}
	}
}

// A generic invocation has objects as maps, and in them what Java makes itself: dates of java.time keep their class.
func TestMapOfTimes(t *testing.T) {
	days := typ(t, "class Days { java.time.LocalDate day; java.time.LocalDateTime moment; java.time.Instant instant; java.util.UUID uuid; }", "Days")
	const text = `{"day":"2026-11-21","moment":"2026-11-21T03:18:00","instant":"2026-11-21T03:18:00Z","uuid":"123e4567-e89b-12d3-a456-426614174000"}`
	var object, asMap, back wire.Out
	if err := convert(&object, []byte(text), json.Encoding{}, hessian2, days); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		from, to *wire.Out
		shape    codecs.Shape
	}{{&object, &asMap, codecs.Generic}, {&asMap, &back, codecs.Value}} {
		r := hessian2.Reader(wire.Borrow(step.from.B), codecs.Format{Shape: codecs.Value}, nil)
		if step.shape == codecs.Value {
			r = token.Untyped(r)
		}
		w := hessian2.Writer(step.to, codecs.Format{Shape: step.shape}, days)
		if _, err := token.Copy(w, r, days); err != nil {
			t.Fatalf("%v: %v", step.shape, err)
		}
		r.Close()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := tell(t, back.B, codecs.Value), tell(t, object.B, codecs.Value); got != want {
		t.Errorf("through %s\ngot  %s\nwant %s", tell(t, asMap.B, codecs.Value), got, want)
	}
}

func TestCyclesAreRefused(t *testing.T) {
	for in, want := range map[string]string{
		"79 51 90":                      "token: copy: $[0]: ",                    // a list that holds itself
		"48 01 61 79 51 90 5a":          "token: copy: $.a[0]: ",                  // {"a":[the map]}
		"43 01 4e 91 01 6e 60 60 51 91": "token: copy: $.n.n: ",                   // class N { n }: a node whose next is its own next
		"7a 79 79 4e 51 91":             "",                                       // shared, not a cycle
		"7a 78 51 90":                   "token: copy: $[1]: ",                    // behind another element
		"4d 01 6d 01 6b 51 90 5a":       "token: copy: $.k: ",                     // a typed map
		"79 48 01 61 51 91 5a":          "token: copy: $[0].a: ",                  // a map in a list
		"79 43 01 4e 91 01 6e 60 51 90": "token: copy: $[0].n: ",                  // an object in a list
		"7b 51 90 4e 4e":                "token: copy: $[0]: ",                    // the rest is not looked at
		"79 79 79 79 79 79 79 79 51 94": "token: copy: $[0][0][0][0][0][0][0][0]", // further out
	} {
		p, err := hex.DecodeString(strings.ReplaceAll(in, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var o wire.Out
		err = convert(&o, p, hessian2, json.Encoding{}, nil)
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", in, err)
			}
			continue
		}
		if !errors.Is(err, token.ErrCycle) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", in, err, want)
		}
	}
}

// TestFaultsCross takes a fault of a JSON server to a Java caller, and what a Java service throws to JSON.
func TestFaultsCross(t *testing.T) {
	throws := sample(t).Lookup("io.dragoman.sample.Sample", "", "", "reserve", "", -1)[0].Throws
	f := codecs.Format{Shape: codecs.Thrown}
	var o, back wire.Out
	r := json.Encoding{}.Reader(wire.Borrow([]byte(`{"message":"out of stock: A-1","cause":{"class":"db.Down","message":"no rows"},"class":"OutOfStock","fields":{"left":"2","sku":"A-1"}}`)), f, nil)
	w := hessian2.Writer(&o, f, nil)
	_, err := token.CopyFault(w, r, throws)
	r.Close()
	if e := w.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	r = hessian2.Reader(wire.Borrow(o.B), f, nil)
	w = json.Encoding{}.Writer(&back, f, nil)
	_, err = token.CopyFault(w, r, throws)
	r.Close()
	if e := w.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	want := `{"class":"io.dragoman.sample.OutOfStock","message":"out of stock: A-1","fields":{"left":2,"sku":"A-1"},"cause":{"class":"java.lang.RuntimeException","message":"db.Down: no rows","fields":{},"cause":null}}`
	if got := string(back.B); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestReferenceBomb: each of 30 lists refers eight times to the one before, which would be 8^30 values.
func TestReferenceBomb(t *testing.T) {
	p := []byte{0x58, 0xc8, 31, 0x78} // a list of 31, of which the first is empty
	for i := range 30 {
		p = append(p, 0x58, 0x98) // a list of 8
		for range 8 {
			p = append(p, 0x51, byte(0x91+i))
		}
	}
	var o wire.Out
	if err := convert(&o, p, hessian2, json.Encoding{}, nil); !errors.Is(err, token.ErrExpand) || len(o.B) > 64<<20 {
		t.Errorf("error %v after %d bytes", err, len(o.B))
	}
}
