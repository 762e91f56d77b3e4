package interop

import (
	"bytes"
	"encoding/base64"
	stdjson "encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// turned is a value that the library of Caucho reads and writes anew: its type, what it is in JSON, and of what class it is to Java.
type turned struct{ typ, json, class string }

var turnedValues = []turned{
	{"boolean", `true`, "java.lang.Boolean"}, {"int", `-2147483648`, "java.lang.Integer"}, {"int", `47`, "java.lang.Integer"},
	{"int", `-2048`, "java.lang.Integer"}, {"int", `262143`, "java.lang.Integer"}, {"int", `262144`, "java.lang.Integer"},
	{"long", `15`, "java.lang.Long"}, {"long", `-2049`, "java.lang.Long"}, {"long", `2147483648`, "java.lang.Long"},
	{"long", `9007199254740993`, "java.lang.Long"}, {"long", `-9223372036854775808`, "java.lang.Long"},
	{"double", `0.0`, "java.lang.Double"}, {"double", `1.0`, "java.lang.Double"}, {"double", `-32768.0`, "java.lang.Double"},
	{"double", `0.001`, "java.lang.Double"}, {"double", `0.1`, "java.lang.Double"}, {"double", `5e-324`, "java.lang.Double"},
	{"String", `null`, "null"}, {"String", `""`, "java.lang.String"}, {"String", `"grüße, 世界 😀𝄞"`, "java.lang.String"},
	{"String", `"` + strings.Repeat("漢", 70000) + `"`, "java.lang.String"}, {"byte[]", `"AAF/gP8="`, "[B"},
	{"byte[]", `"` + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1, 2}, 50000)) + `"`, "[B"},
	{"Date", `"2026-11-21T03:18:00.123Z"`, "java.util.Date"}, {"Date", `"1969-12-31T23:59:00.000Z"`, "java.util.Date"},
	{"BigDecimal", `-123456789012345678901234567890.10`, "java.math.BigDecimal"},
	{"BigInteger", `1180591620717411303424`, "java.math.BigInteger"}, {"BigInteger", `-9223372036854775809`, "java.math.BigInteger"},
	{"UUID", `"123e4567-e89b-12d3-a456-426614174000"`, "java.util.UUID"}, {"LocalDate", `"2026-11-21"`, "java.time.LocalDate"},
	{"Instant", `"2026-11-21T03:18:00.000000001Z"`, "java.time.Instant"}, {"Color", `"GREEN"`, "io.dragoman.sample.Color"},
	{"List<String>", `[]`, "java.util.ArrayList"}, {"List<String>", `["1","2","3","4","5","6","7","8"]`, "java.util.ArrayList"},
	{"int[]", `[1,-2,2147483647]`, "[I"}, {"String[]", `["x",null]`, "[Ljava.lang.String;"},
	{"Map<String, Integer>", `{"a":1}`, "java.util.HashMap"}, {"Map<Integer, String>", `{"7":"seven"}`, "java.util.HashMap"},
	{"Item", `{"sku":"A-1","quantity":2,"tags":["red","𝄞"]}`, "io.dragoman.sample.Item"},
	{"List<Item>", `[{"sku":"a","quantity":null,"tags":[]},{"sku":"b","quantity":-1,"tags":["t"]}]`, "java.util.ArrayList"},
}

// TestCaucho has the library of Caucho read what the encodings write and write it anew, and reads that: nothing is lost either way.
func TestCaucho(t *testing.T) {
	need(t, "caucho")
	order, err := os.ReadFile("../peers/order.json")
	if err != nil {
		t.Fatal(err)
	}
	values := append(turnedValues, turned{"Order", string(order), "io.dragoman.sample.Order"})
	for codec, e := range map[string]codecs.Encoding{"1": hessian.Hessian1(), "4": hessian.Hessian2()} {
		t.Run(e.Name(), func(t *testing.T) { turn(t, codec, e, values) })
	}
}

// turn passes all values of one encoding through one run of the program.
func turn(t *testing.T, codec string, e codecs.Encoding, values []turned) {
	types := turnedTypes(t, values)
	var in strings.Builder
	for i, v := range values {
		fmt.Fprintln(&in, codec, base64.StdEncoding.EncodeToString(convert(t, json.Encoding{}, []byte(v.json), e, types[i])))
	}
	out, err := answers(t, time.Minute, in.String(), "caucho")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(values) {
		t.Fatalf("%d answers to %d values", len(lines), len(values))
	}
	for i, v := range values {
		class, text, _ := strings.Cut(lines[i], " ")
		body, err := base64.StdEncoding.DecodeString(text)
		if err != nil || class != v.class {
			t.Errorf("%s %.100s: got %.300s, want the class %s", v.typ, v.json, lines[i], v.class)
			continue
		}
		if got := convert(t, e, body, json.Encoding{}, types[i]); !sameJSON(t, got, []byte(v.json)) {
			t.Errorf("%s %.900s came back as %.900s", v.typ, v.json, got)
		}
	}
}

// turnedTypes are the types of the values by the contract of the sample service.
func turnedTypes(t *testing.T, values []turned) (all []*contract.Type) {
	t.Helper()
	sample, err := os.ReadFile("../peers/sample.contract")
	if err != nil {
		t.Fatal(err)
	}
	var service strings.Builder
	service.WriteString("package io.dragoman.sample;\nservice Turned {\n")
	for i, v := range values {
		fmt.Fprintf(&service, "  %s m%d();\n", v.typ, i)
	}
	var files []*contract.File
	for _, text := range []string{string(sample), service.String() + "}\n"} {
		f, err := contract.Parse("sample.contract", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	book, err := contract.Build(files...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range values {
		all = append(all, book.Lookup("io.dragoman.sample.Turned", "", "", fmt.Sprint("m", i), "", 0)[0].Result)
	}
	return all
}

// sameJSON compares with every digit, but not the order of members: Java has its own for fields.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var v [2]any
	for i, text := range [][]byte{a, b} {
		d := stdjson.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v[i]); err != nil {
			t.Error(err)
		}
	}
	return reflect.DeepEqual(v[0], v[1])
}

// convert gives one value in another encoding.
func convert(t *testing.T, from codecs.Encoding, body []byte, to codecs.Encoding, typ *contract.Type) []byte {
	t.Helper()
	r := from.Reader(wire.Borrow(body), codecs.Format{Encoding: from.Name(), Shape: codecs.Value}, typ)
	defer r.Close()
	var out wire.Out
	w := to.Writer(&out, codecs.Format{Encoding: to.Name(), Shape: codecs.Value}, typ)
	_, err := token.Copy(w, r, typ)
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Errorf("%.100q from %s to %s: %v", body, from.Name(), to.Name(), err)
	}
	return out.AppendTo(nil)
}
