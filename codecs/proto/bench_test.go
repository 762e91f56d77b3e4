package proto_test

import (
	"fmt"
	"strings"
	"testing"

	pb "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// orders is a message of about 1 KB with what real ones have: numbers, texts, an enum, a time, and a list of messages.
const orders = `syntax = "proto3";
package t;
import "google/protobuf/timestamp.proto";
service S { rpc Echo(All) returns (All); }
enum State { STATE_UNSPECIFIED = 0; OPEN = 1; PAID = 2; }
message Item { int64 id = 1; string name = 2; int32 quantity = 3; double price = 4; repeated string tags = 5; }
message All { int64 id = 1; string customer = 2; State state = 3; google.protobuf.Timestamp at = 4; repeated Item items = 5; map<string, string> labels = 6; string note = 7; }
`

func order() string {
	var items []string
	for i := range 8 {
		items = append(items, fmt.Sprintf(`{"id":%d,"name":"item number %d","quantity":%d,"price":%d.25,"tags":["red","large"]}`, 1<<40+i, i, i+1, i*10))
	}
	return `{"id":1099511627776,"customer":"Grace Hopper","state":"PAID","at":"2026-11-21T03:18:00.123Z","items":[` + strings.Join(items, ",") +
		`],"labels":{"region":"eu-west","tier":"gold"},"note":"` + strings.Repeat("a note of some length ", 10) + `"}`
}

// convert is one conversion with the memory that a gateway keeps from one call to the next.
func convert(o *wire.Out, from, to codecs.Encoding, t *contract.Type, p []byte) error {
	r := from.Reader(wire.Borrow(p), format(from, codecs.Value), t)
	w := to.Writer(o, format(to, codecs.Value), t)
	_, err := token.Copy(w, r, t)
	r.Close()
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}

func benchmark(b *testing.B, from, to codecs.Encoding, t *contract.Type, p []byte) {
	var o wire.Out
	b.ReportAllocs()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		if err := convert(&o, from, to, t, p); err != nil {
			b.Fatal(err)
		}
		o.B = o.B[:0]
	}
}

func BenchmarkMessage(b *testing.B) {
	o := newOracle(b, orders)
	text := []byte(order())
	p, err := o.toProto(text)
	if err != nil {
		b.Fatal(err)
	}
	h, err := result(enc, hessian2, o.m, p)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("to JSON", func(b *testing.B) { benchmark(b, enc, plain, o.m.Result, p) })
	b.Run("from JSON", func(b *testing.B) { benchmark(b, plain, enc, o.m.Result, text) })
	b.Run("to Hessian", func(b *testing.B) { benchmark(b, enc, hessian2, o.m.Result, p) })
	b.Run("from Hessian", func(b *testing.B) { benchmark(b, hessian2, enc, o.m.Result, h) })
	b.Run("dynamicpb to JSON", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m := dynamicpb.NewMessage(o.md)
			if err := pb.Unmarshal(p, m); err != nil {
				b.Fatal(err)
			}
			if _, err := protojson.Marshal(m); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestNoAllocations: a gateway converts messages without making garbage.
func TestNoAllocations(t *testing.T) {
	o := newOracle(t, orders)
	text := []byte(order())
	p, err := o.toProto(text)
	if err != nil {
		t.Fatal(err)
	}
	h, err := result(enc, hessian2, o.m, p)
	if err != nil {
		t.Fatal(err)
	}
	var out wire.Out
	for name, c := range map[string]struct {
		from, to codecs.Encoding
		p        []byte
		most     float64
	}{"to JSON": {enc, plain, p, 0}, "from JSON": {plain, enc, text, 0}, "from Hessian": {hessian2, enc, h, 0},
		"to Hessian": {enc, hessian2, p, 1}} { // for the Instant

		n := testing.AllocsPerRun(200, func() {
			if err := convert(&out, c.from, c.to, o.m.Result, c.p); err != nil {
				t.Error(err)
			}
			out.B = out.B[:0]
		})
		if n > c.most && !racing {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
