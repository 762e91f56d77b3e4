package hessian

import (
	"errors"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Two cars, the second shared, in a list (specification §13 a, without the list in itself).
const cars = "7a 430b6578616d706c652e436172 92 056d6f64656c 05636f6c6f72 60 016d 0172 51 91"

func TestRead(t *testing.T) {
	e := Hessian2()
	for _, c := range []struct{ name, in, want string }{
		{"cars", cars, `list(2)[ object<example.Car>[model color]{ "m" "r" ] object<example.Car>[model color]{ "m" "r" ] ]`},
		{"types", "7d 70 146a6176612e7574696c2e4c696e6b65644c697374 70 90 4d 116a6176612e7574696c2e547265654d6170 5a 70 045b696e74 4d 91 5a", // §13 b
			"list(5)[ list(0)<java.util.LinkedList>[ ] list(0)<java.util.LinkedList>[ ] map(-1)<java.util.TreeMap>[ ] list(0)<[int>[ ] map(-1)<java.util.TreeMap>[ ] ]"},
		{"scalars", "58 9a 54 c92c f810 5f00010000 4b00e3838f 4a000000d04b9284b8 23010203 0461eda0bdedb88062 4e 5d80", // §13 c
			`list(10)[ true 300:32 16:64 65.536:f64 time(894621060000) time(894621091000) x010203 "a😀b" null -128:f64 ]`},
		{"ints", "7f 80 bf c0 00 cf ff d0 00 00 d7 ff ff 49 80 00 00 00", "list(7)[ -16:32 47:32 -2048:32 2047:32 -262144:32 262143:32 -2147483648:32 ]"},
		{"longs", "7f d8 ef f0 00 ff ff 38 00 00 3f ff ff 59 80 00 00 00", "list(7)[ -8:64 15:64 -2048:64 2047:64 -262144:64 262143:64 -2147483648:64 ]"},
		{"longer forms than needed", "7b 49 00 00 00 01 4c 00 00 00 00 00 00 00 01 44 00 00 00 00 00 00 00 00", "list(3)[ 1:32 1:64 0:f64 ]"},
		{"thousandths are multiplied", "5f 00 00 00 09", "0.009000000000000001:f64"},
		{"minus nothing", "44 80 00 00 00 00 00 00 00", "-0:f64"},
		{"minutes at the end", "7a 4b 7f ff ff ff 4b 80 00 00 00", "list(2)[ time(128849018820000) time(-128849018880000) ]"},
		{"chunks", "52 00 01 61 52 00 01 62 01 63", `"abc"`},
		{"a pair split between chunks", "52 00 01 ed a0 bd 01 ed b8 80", `"😀"`},
		{"low before high", "02 ed b8 80 ed a0 bd", `"\xed\xb8\x80\xed\xa0\xbd"`},
		{"empty chunks", "52 00 00 52 00 00 00", `""`},
		{"empty last chunk of bytes", "41 00 03 01 02 03 20", "x010203"},
		{"ten bits of length", "34 01 41", "x41"},
		{"keys", "48 01 61 91 91 92 4e 93 54 94 5b 95 78 96 5a", `map(-1)[ a: 1:32 1:32 2:32 null 3:32 true 4:32 0:f64 5:32 list(0)[ ] 6:32 ]`},
		{"a reference as key", "7a 78 48 51 91 91 5a", "list(2)[ list(0)[ ] map(-1)[ list(0)[ ] 1:32 ] ]"},
		{"no type", "70 00", "list(0)[ ]"},
		{"repeated type names take numbers", "7b 70 01 61 70 01 61 70 91", "list(3)[ list(0)<a>[ ] list(0)<a>[ ] list(0)<a>[ ] ]"},
		{"the old notation of objects", "4d 0b 6578616d706c652e436172 01 61 91 5a", "map(-1)<example.Car>[ a: 1:32 ]"},
		{"definitions that come early or never", "43 01 41 90 7a 43 01 42 90 43 01 43 90 60 62", "list(2)[ object<A>[]{ ] object<C>[]{ ] ]"},
		{"fields of one name", "43 01 41 92 01 61 01 61 60 91 92", "object<A>[a a]{ 1:32 2:32 ]"},
		{"class by a long index", "43 01 41 90 4f 90", "object<A>[]{ ]"},
		{"every open list", "7a 57 91 5a 55 01 74 91 5a", "list(2)[ list(-1)[ 1:32 ] list(-1)<t>[ 1:32 ] ]"},
		{"a cause that is itself is none", "43 01 45 91 05 6361757365 60 51 90", "object<E>[cause]{ null ]"},
	} {
		got, err := dump(e, unhex(t, c.in), codecs.Value, nil)
		if err != nil || got != c.want {
			t.Errorf("%s:\n got %s %v\nwant %s", c.name, got, err, c.want)
		}
	}
}

// obj is an object of a class with the fields named, the values of which are given in hex.
func obj(t *testing.T, class, fields, values string) []byte {
	t.Helper()
	names := strings.Fields(fields)
	p := AppendInt(AppendString([]byte{'C'}, class), int32(len(names)))
	for _, name := range names {
		p = AppendString(p, name)
	}
	return append(append(p, 0x60), unhex(t, values)...)
}

func TestReadJava(t *testing.T) {
	e := Hessian2()
	const (
		caucho = "com.caucho.hessian.io."
		lite   = "com.alibaba.com.caucho.hessian.io."
		big    = "java.math.BigInteger"
	)
	for _, c := range []struct{ class, fields, values, want string }{
		{big, "signum mag bitCount", "91 72 04 5b696e74 49ffffffff 49ffffffff 90", "big(18446744073709551615)<java.math.BigInteger>"},
		{big, "mag signum", "56 04 5b696e74 93 91 90 90 8f", "big(-18446744073709551616)<java.math.BigInteger>"},
		{big, "mag signum", "55 04 5b696e74 91 5a 8f", "big(-1)<java.math.BigInteger>"},
		{big, "mag signum", "70 04 5b696e74 90", "big(0)<java.math.BigInteger>"},
		{big, "signum mag firstNonzeroIntNum", "91 56 05 5b6c6f6e67 93 f840 e0 4cffffffffffffffff 90", "big(1180591620721706270719)<java.math.BigInteger>"}, // dubbo-go
		{big, "signum mag", "91 56 05 5b6c6f6e67 92 4c00000000ffffffff e1", "big(18446744069414584321)<java.math.BigInteger>"},
		{big, "signum mag", "91 56 05 5b6c6f6e67 91 4c0000000100000000", `object<java.math.BigInteger>[signum mag]{ 1:32 list(1)<[long>[ 4294967296:64 ] ]`},
		{"java.math.BigDecimal", "value", "04 31452b33", "big(1E+3)<java.math.BigDecimal>"},
		{"java.util.UUID", "mostSigBits leastSigBits", "4c0123456789abcdef 4cfedcba9876543210", `"01234567-89ab-cdef-fedc-ba9876543210"<java.util.UUID>`},
		{caucho + "ByteHandle", "value", "8f", "-1:8"},
		{caucho + "ShortHandle", "value", "c92c", "300:16"},
		{caucho + "FloatHandle", "value", "5f 00 00 04 4c", "1.100000023841858:f32"},
		{caucho + "LocaleHandle", "value", "02 7a68", `"zh"<java.util.Locale>`},
		{caucho + "java8.LocalDateHandle", "year month day", "cfe8 92 ad", "time(2024-02-29)<java.time.LocalDate>"},
		{"com.alipay.hessian.io.java8.YearHandle", "year", "cfe8", "time(2024)<java.time.Year>"},
		{"java.time.LocalDate", "date", "e0", "time(1970-01-01)<java.time.LocalDate>"},
		{"java.time.LocalDateTime", "date time", "df e0", "time(1969-12-31T00:00:00)<java.time.LocalDateTime>"},
		{lite + "CalendarHandle", "type date", "4e 4b00000001", "time(60000)<java.util.Calendar>"},
		// what does not look as it should stays an object
		{big, "mag signum", "01 31 91", `object<java.math.BigInteger>[mag signum]{ "1" 1:32 ]`},
		{big, "mag signum", "71 04 5b696e74 01 31 91", `object<java.math.BigInteger>[mag signum]{ list(1)<[int>[ "1" ] 1:32 ]`},
		{big, "mag signum", "70 04 5b696e74 92", `object<java.math.BigInteger>[mag signum]{ list(0)<[int>[ ] 2:32 ]`},
		{big, "signum", "91", `object<java.math.BigInteger>[signum]{ 1:32 ]`},
		{"java.math.BigDecimal", "value", "4e", `object<java.math.BigDecimal>[value]{ null ]`},
		{"java.math.BigDecimal", "value", "03 312e78", `object<java.math.BigDecimal>[value]{ "1.x" ]`},
		{"java.math.BigDecimal", "value scale", "01 31 90", `object<java.math.BigDecimal>[value scale]{ "1" 0:32 ]`},
		{"java.util.UUID", "mostSigBits", "e0", `object<java.util.UUID>[mostSigBits]{ 0:64 ]`},
		{caucho + "ByteHandle", "value", "c92c", "object<" + caucho + "ByteHandle>[value]{ 300:32 ]"},
		{caucho + "java8.LocalDateHandle", "year month day", "cfe9 92 ad", "object<" + caucho + "java8.LocalDateHandle>[year month day]{ 2025:32 2:32 29:32 ]"},
		{lite + "CalendarHandle", "type date", "01 78 4b00000001", "object<" + lite + `CalendarHandle>[type date]{ "x" time(60000) ]`},
		{"java.sql.Date", "value", "91", "object<java.sql.Date>[value]{ 1:32 ]"},
		{"com.acme.BigDecimal", "value", "01 31", `object<com.acme.BigDecimal>[value]{ "1" ]`},
	} {
		p := append(append([]byte{0x7a}, obj(t, c.class, c.fields, c.values)...), 'Q', 0x91)
		got, err := dump(e, p, codecs.Value, nil)
		if want := "list(2)[ " + c.want + " " + c.want + " ]"; err != nil || got != want {
			t.Errorf("%s %s:\n got %s %v\nwant %s", c.class, c.values, got, err, want)
		}
	}
}

// TestSharedMag has two BigIntegers that share their words, as x and x.negate() do in Java.
func TestSharedMag(t *testing.T) {
	p := append([]byte{0x7a}, obj(t, "java.math.BigInteger", "mag signum", "71 045b696e74 95 91 60 51 92 8f")...)
	got, err := dump(Hessian2(), p, codecs.Value, nil)
	if want := "list(2)[ big(5)<java.math.BigInteger> big(-5)<java.math.BigInteger> ]"; err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

// TestSharedHandle has a date that stands alone and, by reference, in a date and time.
func TestSharedHandle(t *testing.T) {
	const io = "com.caucho.hessian.io.java8."
	p := append([]byte{0x7b}, obj(t, io+"LocalDateHandle", "year month day", "cfe8 92 ad")...)
	p = append(p, obj(t, io+"LocalDateTimeHandle", "date time", "51 91")...)
	p[len(p)-3] = 0x61 // the second class
	p = append(p, obj(t, io+"LocalTimeHandle", "hour minute second nano", "91 92 90 90")...)
	p[len(p)-5] = 0x62
	got, err := dump(Hessian2(), append(p, 'Q', 0x92), codecs.Value, nil)
	const dt = " time(2024-02-29T01:02:00)<java.time.LocalDateTime>"
	if want := "list(3)[ time(2024-02-29)<java.time.LocalDate>" + dt + dt + " ]"; err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
	// a date and time that is its own date
	p = obj(t, io+"LocalDateTimeHandle", "date time", "51 90 51 90")
	if got, err := dump(Hessian2(), p, codecs.Value, nil); !errors.Is(err, token.ErrCycle) {
		t.Errorf("a handle in itself: %s %v", got, err)
	}
}

func TestReadEnum(t *testing.T) {
	e := Hessian2()
	enum := &contract.Type{Kind: contract.Enum, Name: "E"}
	base := &contract.Type{Kind: contract.Class, Name: "Base"}
	base.Subs = []*contract.Type{{Kind: contract.Class, Name: "B", Fields: []contract.Field{{Name: "e", Type: enum}}}}
	list := &contract.Type{Kind: contract.List, Elem: base}
	p := unhex(t, "79 43 01 42 91 01 65 43 01 45 91 04 6e616d65 60 61 03 524544")
	for _, c := range []struct {
		t    *contract.Type
		want string
	}{
		{list, "list(1)[ object<B>[e]{ enum(RED)<E> ] ]"},
		{nil, `list(1)[ object<B>[e]{ object<E>[name]{ "RED" ] ] ]`},
		{&contract.Type{Kind: contract.List}, `list(1)[ object<B>[e]{ object<E>[name]{ "RED" ] ] ]`},
	} {
		if got, err := dump(e, p, codecs.Value, c.t); err != nil || got != c.want {
			t.Errorf("got %s %v, want %s", got, err, c.want)
		}
	}
	got, err := dump(e, unhex(t, "48 43 01 45 91 04 6e616d65 60 03 524544 91 5a"), codecs.Value, nil)
	if want := "map(-1)[ enum(RED)<E> 1:32 ]"; err != nil || got != want {
		t.Errorf("as a key: got %s %v, want %s", got, err, want)
	}
}

func TestReadArgs(t *testing.T) {
	e := Hessian2()
	two := &contract.Type{Kind: contract.Tuple, Fields: make([]contract.Field, 2)}
	p := unhex(t, "91 79 01 61 48 5a")
	for _, c := range []struct {
		name string
		t    *contract.Type
		want string
	}{
		{"of a tuple, attachments behind", two, `list(2)[ 1:32 list(1)[ "a" ] ]`},
		{"of nothing known", nil, `list(-1)[ 1:32 list(1)[ "a" ] map(-1)[ ] ]`},
		{"none", &contract.Type{Kind: contract.Tuple}, "list(0)[ ]"},
	} {
		if got, err := dump(e, p, codecs.Args, c.t); err != nil || got != c.want {
			t.Errorf("%s: got %s %v, want %s", c.name, got, err, c.want)
		}
	}
	if got, err := dump(e, p, codecs.Void, nil); err != nil || got != "" {
		t.Errorf("void: %s %v", got, err)
	}
	three := &contract.Type{Kind: contract.Tuple, Fields: make([]contract.Field, 4)}
	if _, err := dump(e, p, codecs.Args, three); err == nil {
		t.Error("more parameters than values: no error")
	}
	if _, err := dump(e, p, codecs.Shape(9), nil); codecs.StatusOf(err).Code != codecs.Unimplemented {
		t.Errorf("no shape: %v", err)
	}
}

func TestReadGeneric(t *testing.T) {
	e := Hessian2()
	for _, c := range []struct{ in, want string }{
		{"01 6d 71 07 5b737472696e67 03 696e74 71 07 5b6f626a656374 91 48 5a", "list(1)<[object>[ 1:32 ]"},
		{"01 6d 4e 7a 91 51 90", ""},
		{"01 6d 4e 4e", "list(0)[ ]"},
	} {
		got, err := dump(e, unhex(t, c.in), codecs.Generic, nil)
		if c.want == "" {
			if !errors.Is(err, token.ErrCycle) {
				t.Errorf("%s: %v", c.in, err)
			}
			continue
		}
		if want := strings.Replace(c.want, "<[object>", "", 1); err != nil || got != want {
			t.Errorf("%s: got %s %v, want %s", c.in, got, err, want)
		}
	}
}

func TestKeepRefs(t *testing.T) {
	e := Hessian2()
	read := func(p []byte, shape codecs.Shape, t *contract.Type) string {
		r := readerOf(e, p, shape, t)
		defer r.Close()
		r.(token.RefReader).KeepRefs(false)
		s, err := dumpReader(r)
		if err != nil {
			return err.Error()
		}
		return s
	}
	for _, c := range []struct {
		name, in, want string
		shape          codecs.Shape
	}{
		{"shared", cars, `list(2)[ object<example.Car>[model color]{ "m" "r" ] ref(1) ]`, codecs.Value},
		{"cycle", "79 51 90", "list(1)[ ref(0) ]", codecs.Value},
		{"behind a scalar that is an object", "7c 43 14 6a6176612e6d6174682e426967446563696d616c 91 05 76616c7565 60 01 31 78 51 91 51 92",
			"list(4)[ big(1)<java.math.BigDecimal> list(0)[ ] big(1)<java.math.BigDecimal> ref(1) ]", codecs.Value},
		{"arguments count the list around them", "78 51 90", "list(2)[ list(0)[ ] ref(1) ]", codecs.Args},
	} {
		var tuple *contract.Type
		if c.shape == codecs.Args {
			tuple = &contract.Type{Kind: contract.Tuple, Fields: make([]contract.Field, 2)}
		}
		if got := read(unhex(t, c.in), c.shape, tuple); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
