package grpc_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gogrpc "google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	gogzip "google.golang.org/grpc/encoding/gzip"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	pb "google.golang.org/grpc/interop/grpc_testing"
	reflectpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	alphapb "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// toLink is the way back of a call that a Handler answers.
type toLink struct {
	l  *link
	id uint64
}

func (b toLink) OnReady(func()) {}
func (b toLink) Send(m *codecs.Message) bool {
	m.ID = b.id
	b.l.send(*m, nil)
	return true
}
func (b toLink) Cancel(s codecs.Status) {
	b.l.send(codecs.Message{Kind: codecs.Cancel, ID: b.id, Header: codecs.Header{Status: s}}, nil)
}

// handling serves gRPC with Handlers, by service.
func handling(t *testing.T, handlers map[string]codecs.Handler) (addr string) {
	t.Helper()
	streams := map[*link]map[uint64]codecs.Stream{} // one client at a time
	return serving(t, nil, func(l *link, m codecs.Message, err error) {
		if streams[l] == nil {
			streams[l] = map[uint64]codecs.Stream{}
		}
		m.Body = m.Body.Share()
		switch {
		case err != nil:
			toLink{l, m.ID}.Cancel(codecs.StatusOf(err))
		case m.Kind == codecs.Request:
			streams[l][m.ID] = handlers[m.Service].Open(&codecs.Call{Req: m}, toLink{l, m.ID})
		case m.Kind == codecs.Cancel:
			streams[l][m.ID].Cancel(m.Status)
		default:
			streams[l][m.ID].Send(&m)
		}
	})
}

func TestHealth(t *testing.T) {
	h := grpc.Health(func(service string) grpc.Serving {
		return map[string]grpc.Serving{"": grpc.Serves, "up": grpc.Serves, "down": grpc.NotServing}[service] + map[bool]grpc.Serving{true: grpc.NoService}[service == "none"]
	})
	c := healthpb.NewHealthClient(dial(t, handling(t, map[string]codecs.Handler{grpc.HealthService: h})))
	ctx := patient(t)
	for service, want := range map[string]healthpb.HealthCheckResponse_ServingStatus{"": 1, "up": 1, "down": 2} {
		for _, opt := range [][]gogrpc.CallOption{nil, {gogrpc.UseCompressor(gogzip.Name)}} {
			got, err := c.Check(ctx, &healthpb.HealthCheckRequest{Service: service}, opt...)
			if err != nil || got.GetStatus() != want {
				t.Errorf("%q: %v, %v", service, got, err)
			}
		}
	}
	if _, err := c.Check(ctx, &healthpb.HealthCheckRequest{Service: "none"}); status.Code(err) != codes.NotFound {
		t.Errorf("an unknown service: %v", err)
	}
	if _, err := c.Check(ctx, &healthpb.HealthCheckRequest{Service: strings.Repeat("x", 100<<10)}); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a large request: %v", err)
	}
	if _, err := c.List(ctx, &healthpb.HealthListRequest{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("another method: %v", err)
	}
	for service, want := range map[string]healthpb.HealthCheckResponse_ServingStatus{"up": 1, "none": 3} {
		ctx, cancel := context.WithCancel(ctx)
		w, err := c.Watch(ctx, &healthpb.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.Recv(); err != nil || got.GetStatus() != want {
			t.Errorf("watch %q: %v, %v", service, got, err)
		}
		cancel()
		if _, err := w.Recv(); status.Code(err) != codes.Canceled {
			t.Errorf("watch %q, left: %v", service, err)
		}
	}
}

// told is what comes back, a line each.
type told struct{ lines []string }

func (b *told) OnReady(func()) {}
func (b *told) Send(m *codecs.Message) bool {
	b.lines = append(b.lines, say(m, nil))
	m.Release()
	return true
}
func (b *told) Cancel(s codecs.Status) { b.lines = append(b.lines, "cancel "+s.String()) }

// What a client of a library does not send.
func TestHealthOfStrangeCallers(t *testing.T) {
	h := grpc.Health(func(string) grpc.Serving { return grpc.Serves })
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 1<<20))
	_ = z.Close()
	proto := codecs.Format{Encoding: "proto", Shape: codecs.Args}
	for _, c := range []struct {
		name string
		req  codecs.Message
		more []codecs.Message
		want []string
	}{
		{"whole", codecs.Message{End: true, Header: codecs.Header{Format: proto}}, nil, []string{`reply end "\b\x01"`}},
		{"another encoding", codecs.Message{End: true, Body: body("[]"), Header: codecs.Header{Format: codecs.Format{Encoding: "json", Shape: codecs.Args}}}, nil,
			[]string{"cancel unimplemented: grpc: grpc.health.v1.Health is answered in protobuf only, and this is json/args"}},
		{"nothing", codecs.Message{End: true, Bare: true, Header: codecs.Header{Format: proto}}, nil,
			[]string{"cancel invalid: grpc: grpc.health.v1.Health: a call without a request"}},
		{"pieces", codecs.Message{Bare: true, Header: codecs.Header{Format: proto}},
			[]codecs.Message{{Part: true, Size: 4, Body: body("\n\x02")}, {Body: body("up"), End: true}}, []string{`reply end "\b\x01"`}},
		{"half a message", codecs.Message{Bare: true, Header: codecs.Header{Format: proto}},
			[]codecs.Message{{Part: true, Size: 4, Body: body("\n\x02")}, {Bare: true, End: true}}, []string{"cancel malformed: grpc: the request ended inside a message"}},
		{"two", codecs.Message{Bare: true, Header: codecs.Header{Method: "Watch", Format: proto}}, []codecs.Message{{}, {}},
			[]string{"reply bare", `data "\b\x01"`, "cancel invalid: grpc: grpc.health.v1.Health: a second request in one call"}},
		{"a bomb", codecs.Message{End: true, Body: wire.Borrow(packed.Bytes()), Header: codecs.Header{Format: codecs.Format{Encoding: "proto", Zip: "gzip"}}}, nil,
			[]string{"cancel limited: grpc: decompress request: over 65536 bytes"}},
		{"no gzip", codecs.Message{End: true, Body: body("x"), Header: codecs.Header{Format: codecs.Format{Encoding: "proto", Zip: "gzip"}}}, nil,
			[]string{"cancel invalid: grpc: decompress request: unexpected EOF"}},
		{"snappy", codecs.Message{End: true, Body: body("x"), Header: codecs.Header{Format: codecs.Format{Encoding: "proto", Zip: "snappy"}}}, nil,
			[]string{`cancel unimplemented: grpc: a request compressed with "snappy" cannot be read here`}},
		{"no protobuf", codecs.Message{End: true, Body: body("\x0a\xff\xff"), Header: codecs.Header{Format: proto}}, nil, []string{`reply end "\b\x01"`}},
	} {
		b := &told{}
		c.req.Kind, c.req.Service = codecs.Request, grpc.HealthService
		if c.req.Method == "" {
			c.req.Method = "Check"
		}
		fwd := h.Open(&codecs.Call{Req: c.req}, b)
		for i := range c.more {
			c.more[i].Kind = codecs.Data
			fwd.Send(&c.more[i])
		}
		fwd.Cancel(codecs.Status{Code: codecs.Canceled, Text: "left"})
		if len(c.want) == 2 {
			c.want = append(c.want, "cancel canceled: left")
		}
		if diff := cmp.Diff(c.want, b.lines); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// descriptors gives a file and what it needs.
func descriptors(t *testing.T, f protoreflect.FileDescriptor) [][]byte {
	t.Helper()
	var list [][]byte
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		p, err := proto.Marshal(protodesc.ToFileDescriptorProto(f))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i).FileDescriptor)
		}
	}
	add(f)
	return list
}

func TestReflection(t *testing.T) {
	h, err := grpc.Reflection(descriptors(t, pb.File_grpc_testing_test_proto), grpc.HealthService)
	if err != nil {
		t.Fatal(err)
	}
	cc := dial(t, handling(t, map[string]codecs.Handler{grpc.ReflectionService: h, grpc.ReflectionAlphaService: h}))
	s, err := reflectpb.NewServerReflectionClient(cc).ServerReflectionInfo(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(q *reflectpb.ServerReflectionRequest) *reflectpb.ServerReflectionResponse {
		t.Helper()
		q.Host = "here"
		if err := s.Send(q); err != nil {
			t.Fatal(err)
		}
		a, err := s.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if a.GetValidHost() != "here" || !proto.Equal(a.GetOriginalRequest(), q) {
			t.Errorf("the answer to %v repeats %v", q, a.GetOriginalRequest())
		}
		return a
	}
	var services []string
	for _, s := range ask(&reflectpb.ServerReflectionRequest{MessageRequest: &reflectpb.ServerReflectionRequest_ListServices{}}).GetListServicesResponse().GetService() {
		services = append(services, s.GetName())
	}
	want := []string{"grpc.health.v1.Health", "grpc.testing.LoadBalancerStatsService", "grpc.testing.ReconnectService", "grpc.testing.TestService",
		"grpc.testing.UnimplementedService", "grpc.testing.XdsUpdateHealthService"}
	if !slices.Contains(services, "grpc.testing.HookService") || len(services) < len(want) {
		t.Errorf("services %q", services)
	}
	for _, w := range want {
		if !slices.Contains(services, w) {
			t.Errorf("services %q lack %s", services, w)
		}
	}
	files := func(a *reflectpb.ServerReflectionResponse) (list []string) {
		for _, p := range a.GetFileDescriptorResponse().GetFileDescriptorProto() {
			var f descriptorpb.FileDescriptorProto
			if err := proto.Unmarshal(p, &f); err != nil {
				t.Error(err)
			}
			list = append(list, f.GetName())
		}
		return list
	}
	symbol := func(name string) *reflectpb.ServerReflectionRequest {
		return &reflectpb.ServerReflectionRequest{MessageRequest: &reflectpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: name}}
	}
	if got := files(ask(symbol("grpc.testing.TestService"))); len(got) < 3 || got[0] != "grpc/testing/test.proto" {
		t.Errorf("the service and all it needs: %q", got)
	}
	for _, name := range []string{"grpc.testing.SimpleRequest", "grpc.testing.SimpleRequest.payload", "grpc.testing.PayloadType", "grpc.testing.COMPRESSABLE",
		"grpc.testing.LoadBalancerStatsResponse.RpcsByPeer", "grpc.testing.LoadBalancerStatsResponse.MetadataType.INITIAL"} {
		if got := files(ask(symbol(strings.Replace(name, "MetadataType.", "", 1)))); !slices.Equal(got, []string{"grpc/testing/messages.proto"}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := files(ask(symbol("grpc.testing.TestService.UnaryCall"))); !slices.Equal(got, []string{"grpc/testing/test.proto"}) {
		t.Errorf("a method, whose needs the caller has: %q", got)
	}
	byName := &reflectpb.ServerReflectionRequest{MessageRequest: &reflectpb.ServerReflectionRequest_FileByFilename{FileByFilename: "grpc/testing/empty.proto"}}
	if got := files(ask(byName)); !slices.Equal(got, []string{"grpc/testing/empty.proto"}) {
		t.Errorf("by name: %q", got)
	}
	for _, q := range []*reflectpb.ServerReflectionRequest{symbol("no.Such"), {}, {MessageRequest: &reflectpb.ServerReflectionRequest_FileByFilename{FileByFilename: "x"}},
		{MessageRequest: &reflectpb.ServerReflectionRequest_AllExtensionNumbersOfType{AllExtensionNumbersOfType: "no.Such"}},
		{MessageRequest: &reflectpb.ServerReflectionRequest_FileContainingExtension{FileContainingExtension: &reflectpb.ExtensionRequest{ContainingType: "x", ExtensionNumber: 1}}}} {
		if e := ask(q).GetErrorResponse(); e.GetErrorCode() != 5 && e.GetErrorCode() != 3 || e.GetErrorMessage() == "" {
			t.Errorf("%v: %v", q, e)
		}
	}
	if err := s.CloseSend(); err != nil {
		t.Error(err)
	}
	if _, err := s.Recv(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	a, err := alphapb.NewServerReflectionClient(cc).ServerReflectionInfo(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	_ = a.CloseSend()
	if _, err := a.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("v1alpha, nothing asked: %v", err)
	}
}

// Extensions are found by what they extend.
func TestReflectionOfExtensions(t *testing.T) {
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("x.proto"), Package: proto.String("x"), Syntax: proto.String("proto2"),
		Dependency: []string{"missing.proto"},
		MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("M"), NestedType: []*descriptorpb.DescriptorProto{{Name: proto.String("N"),
			Extension: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("inner"), Number: proto.Int32(103), Extendee: proto.String(".x.M")}}}}}},
		Extension: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("e"), Number: proto.Int32(101), Extendee: proto.String(".x.M")}}}
	p, err := proto.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := grpc.Reflection([][]byte{p, p})
	if err != nil {
		t.Fatal(err)
	}
	s, err := reflectpb.NewServerReflectionClient(dial(t, handling(t, map[string]codecs.Handler{grpc.ReflectionService: h}))).ServerReflectionInfo(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []*reflectpb.ServerReflectionRequest{
		{MessageRequest: &reflectpb.ServerReflectionRequest_AllExtensionNumbersOfType{AllExtensionNumbersOfType: "x.M"}},
		{MessageRequest: &reflectpb.ServerReflectionRequest_FileContainingExtension{FileContainingExtension: &reflectpb.ExtensionRequest{ContainingType: "x.M", ExtensionNumber: 103}}},
		{MessageRequest: &reflectpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: "x.M.N.inner"}},
	} {
		_ = s.Send(q)
		a, err := s.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if n := a.GetAllExtensionNumbersResponse(); n != nil && !slices.Equal(n.GetExtensionNumber(), []int32{101, 103}) {
			t.Errorf("extensions of %s: %v", n.GetBaseTypeName(), n.GetExtensionNumber())
		}
		if a.GetErrorResponse() != nil {
			t.Errorf("%v: %v", q, a.GetErrorResponse())
		}
	}
	if _, err := grpc.Reflection([][]byte{{0xff}}); err == nil {
		t.Error("what is no descriptor is taken")
	}
}
