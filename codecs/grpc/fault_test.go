package grpc_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	protobuf "github.com/dragoman-rpc/dragoman/codecs/proto"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var thrown = codecs.Format{Encoding: "proto", Shape: codecs.Thrown}

// faultOf gives the JSON of an exception as a dragoman.v1.Fault.
func faultOf(t testing.TB, text string) []byte {
	t.Helper()
	var out wire.Out
	from, to := codecs.Format{Encoding: "json", Shape: codecs.Thrown}, thrown
	r, w := json.Encoding{}.Reader(body(text), from, nil), protobuf.Encoding{}.Writer(&out, to, nil)
	if _, err := token.CopyFault(w, r, nil); err != nil {
		t.Fatalf("%.100s: %v", text, err)
	}
	r.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.AppendTo(nil)
}

// jsonOf is the opposite of faultOf.
func jsonOf(p []byte) (string, error) {
	var out wire.Out
	r, w := protobuf.Encoding{}.Reader(wire.Borrow(p), thrown, nil), json.Encoding{}.Writer(&out, codecs.Format{Encoding: "json", Shape: codecs.Thrown}, nil)
	_, err := token.CopyFault(w, r, nil)
	r.Close()
	if e := w.Close(); err == nil {
		err = e
	}
	return string(out.AppendTo(nil)), err
}

// failed is a whole reply of a call from another protocol that threw.
func failed(fault []byte, text string) codecs.Message {
	m := codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Borrow(fault)}
	m.Status, m.Format = codecs.Status{Code: codecs.Fault, Text: text}, thrown
	return m
}

const stock = `{"class":"com.acme.OutOfStock","message":"sold out: \u4e2d","fields":{"item":"x","left":0},` +
	`"cause":{"class":"java.lang.IllegalStateException","message":null,"fields":{},"cause":null}`

// An exception goes out in the details of a status, where grpc-go finds it, and comes back unchanged.
func TestFaultThereAndBack(t *testing.T) {
	fault := faultOf(t, stock+`,"trace":["at a.b(C.java:1)"]}`)
	var p h2.Parts
	m := failed(fault, "sold out: \u4e2d")
	if err := opened(t, codecs.Server).Write(&p, &m); err != nil || !m.Bare {
		t.Fatalf("%v, bare %v", err, m.Bare)
	}
	details, _ := h2.Get(p.Head, "grpc-status-details-bin")
	raw, err := base64.RawStdEncoding.DecodeString(details)
	if err != nil {
		t.Fatal(err)
	}
	var st spb.Status
	if err := proto.Unmarshal(raw, &st); err != nil {
		t.Fatal(err)
	}
	if st.GetCode() != 2 || st.GetMessage() != "sold out: \u4e2d" || len(st.GetDetails()) != 1 ||
		st.GetDetails()[0].GetTypeUrl() != "type.googleapis.com/dragoman.v1.Fault" || string(st.GetDetails()[0].GetValue()) != string(fault) {
		t.Errorf("details %v", &st)
	}
	var back codecs.Message
	if err := exchange(codecs.Client).Head(&back, p.Head, true); err != nil {
		t.Fatal(err)
	}
	if back.Status.Code != codecs.Fault || back.Status.Text != "sold out: \u4e2d" || back.Format != thrown || string(back.Body.Bytes()) != string(fault) {
		t.Errorf("back: %s, %v, %q", back.Status, back.Format, back.Body.Bytes())
	}
	again := write(opened(t, codecs.Server), back)
	if diff := cmp.Diff(lines(p.Head), again.Head); diff != "" {
		t.Errorf("to the next gRPC caller: %s", diff)
	}
}

// The exception of a service that chose its own code is read as one all the same.
func TestFaultUnderAnotherCode(t *testing.T) {
	st := &spb.Status{Code: 9, Message: "no", Details: nil}
	raw, err := proto.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	x := exchange(codecs.Client)
	m := failed(faultOf(t, stock+"}"), "no")
	m.Status.Code = codecs.Denied
	w := write(opened(t, codecs.Server), m)
	if w.Head[2] != "grpc-status: 7" {
		t.Errorf("%q", w.Head)
	}
	var back codecs.Message
	if err := x.Head(&back, block(w.Head...), true); err != nil || back.Status.Code != codecs.Fault || back.Status.Native.Code != 7 {
		t.Errorf("%v, %+v", err, back.Status)
	}
	if got := head(exchange(codecs.Client), answer("grpc-status: 9", "grpc-message: no", "grpc-status-details-bin: "+base64.StdEncoding.EncodeToString(raw)), true); !strings.Contains(got, "fault: no (9)") {
		t.Error(got)
	}
}

// What clients would not take is left out, the least first.
func TestLargeFaults(t *testing.T) {
	trace := `,"trace":[` + strings.Repeat(`"at com.acme.Shop.buy(Shop.java:17)",`, 200) + `"at x"]}`
	long := strings.Repeat("long ", 1000)
	for _, c := range []struct{ name, fault, text, want string }{
		{"traces", strings.Replace(stock, `"cause":null}`, `"cause":null`+trace, 1) + trace, "sold out", strings.Replace(stock, `\u4e2d`, "\u4e2d", 1) + "}"},
		{"fields", `{"class":"A","message":"m","fields":{"f":"` + long + `"},"cause":null}`, "sold out", `{"class":"A","message":"sold out","fields":{},"cause":null}`},
		{"message", `{"class":"A","message":"` + long + `","fields":{},"cause":null}`, long, `{"class":"A","message":"` + long[:768] + `","fields":{},"cause":null}`},
		{"class", `{"class":"` + long + `","message":"m","fields":{},"cause":null}`, "m", ""},
	} {
		w := write(opened(t, codecs.Server), failed(faultOf(t, c.fault), c.text))
		size := 0
		for _, line := range w.Head {
			size += len(line) + 32
		}
		if size > 8<<10 {
			t.Errorf("%s: a head of %d bytes", c.name, size)
		}
		var m codecs.Message
		if err := exchange(codecs.Client).Head(&m, block(w.Head...), true); err != nil || m.Status.Code != codecs.Fault {
			t.Fatalf("%s: %v, %s", c.name, err, m.Status)
		}
		if c.want == "" {
			if !m.Bare {
				t.Errorf("%s: %q", c.name, m.Body.Bytes())
			}
			continue
		}
		if got, err := jsonOf(m.Body.Bytes()); err != nil || got != c.want {
			t.Errorf("%s: %v\n%.300s, want\n%.300s", c.name, err, got, c.want)
		}
	}
}

// A status of other gRPC software is an exception to other protocols if it has details, or a code that only services say.
func TestForeignStatuses(t *testing.T) {
	with := func(code codes.Code, text string, details ...protoMessage) []h2.Field {
		st := status.New(code, text).Proto()
		for _, d := range details {
			made, err := status.FromProto(st).WithDetails(d)
			if err != nil {
				t.Fatal(err)
			}
			st = made.Proto()
		}
		raw, err := proto.Marshal(st)
		if err != nil {
			t.Fatal(err)
		}
		b := answer(fmt.Sprintf("grpc-status: %d", code), "grpc-message: "+text)
		if len(details) > 0 {
			b = append(b, h2.Field{Name: "grpc-status-details-bin", Value: base64.RawStdEncoding.EncodeToString(raw)})
		}
		return b
	}
	const class = `{"class":"io.grpc.StatusRuntimeException","message":`
	for _, c := range []struct {
		block []h2.Field
		code  codecs.Code
		want  string
	}{
		{with(codes.NotFound, "no user 7"), codecs.NotFound, class + `"NOT_FOUND: no user 7","fields":{"status":"NOT_FOUND"},"cause":null}`},
		{with(codes.AlreadyExists, ""), codecs.Fault, class + `"ALREADY_EXISTS","fields":{"status":"ALREADY_EXISTS"},"cause":null}`},
		{with(codes.Unavailable, "away"), codecs.Unavailable, ""},
		{with(codes.Unknown, "oops"), codecs.Fault, ""},
		{with(codes.InvalidArgument, "bad", &errdetails.ErrorInfo{Reason: "R"}, &errdetails.RequestInfo{RequestId: "7"}), codecs.Invalid,
			class + `"INVALID_ARGUMENT: bad","fields":{"status":"INVALID_ARGUMENT","details":[{"type":"type.googleapis.com/google.rpc.ErrorInfo","value":"CgFS"},` +
				`{"type":"type.googleapis.com/google.rpc.RequestInfo","value":"CgE3"}]},"cause":null}`},
		{answer("grpc-status: 99", "grpc-message: x"), codecs.Fault, ""},
		{answer("grpc-status: 13", "grpc-status-details-bin: !"), codecs.Internal, ""},
		{answer("grpc-status: 13", "grpc-status-details-bin: /////w"), codecs.Internal, ""},
	} {
		var m codecs.Message
		if err := exchange(codecs.Client).Head(&m, c.block, true); err != nil || m.Status.Code != c.code {
			t.Errorf("%q: %v, %s", lines(c.block), err, m.Status)
			continue
		}
		if c.want == "" {
			if !m.Bare {
				t.Errorf("%q: %q", lines(c.block), m.Body.Bytes())
			}
			continue
		}
		got, err := jsonOf(m.Body.Bytes())
		if err != nil || got != c.want {
			t.Errorf("%q: %v\n%s, want\n%s", lines(c.block), err, got, c.want)
		}
	}
}

// protoMessage is what details are made of.
type protoMessage = interface {
	proto.Message
	Reset()
	String() string
	ProtoMessage()
}

// FuzzDetails: whatever stands in the details, the status is read, and what is made of foreign ones is a fault that can be read.
func FuzzDetails(f *testing.F) {
	for _, st := range []*spb.Status{status.New(codes.NotFound, "x").Proto(), {Code: 5, Message: "y"}} {
		p, err := proto.Marshal(st)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p, uint8(5), "text")
	}
	made, err := status.New(codes.Aborted, "x").WithDetails(&errdetails.ErrorInfo{Reason: "R", Metadata: map[string]string{"a": "b"}})
	if err != nil {
		f.Fatal(err)
	}
	p, err := proto.Marshal(made.Proto())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p, uint8(10), "\xff")
	f.Add([]byte("\x1a\x28\x0a\x25type.googleapis.com/dragoman.v1.Fault\x12\x00"), uint8(2), "")
	f.Fuzz(func(t *testing.T, p []byte, code uint8, text string) {
		var m codecs.Message
		b := append(answer(fmt.Sprintf("grpc-status: %d", code)), h2.Field{Name: "grpc-message", Value: text},
			h2.Field{Name: "grpc-status-details-bin", Value: base64.StdEncoding.EncodeToString(p)})
		if err := exchange(codecs.Client).Head(&m, b, true); err != nil {
			t.Fatal(err)
		}
		if code == 0 != (m.Status.Code == codecs.OK) || m.Body.Len() > 4*len(p)+len(text)*3+200 {
			t.Fatalf("%s, a body of %d bytes", m.Status, m.Body.Len())
		}
		var got spb.Status
		ours := strings.Contains(string(p), "dragoman.v1.Fault") || proto.Unmarshal(p, &got) != nil
		if _, err := jsonOf(m.Body.Bytes()); err != nil && !ours && !m.Bare {
			t.Fatalf("%q: %v", m.Body.Bytes(), err)
		}
	})
}
