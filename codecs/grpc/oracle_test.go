package grpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	gogrpc "google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// sample is a service of grpc-go: it does what its requests say.
type sample struct {
	pb.UnimplementedTestServiceServer
	canceled chan struct{} // one for each call that its caller left
}

// mirror sends metadata back: what the caller said, in the head and in the trailers.
func mirror(ctx context.Context) (head, tail metadata.MD) {
	md, _ := metadata.FromIncomingContext(ctx)
	head, tail = metadata.MD{}, metadata.MD{}
	for k, v := range md {
		switch {
		case strings.HasPrefix(k, "x-head"):
			head[k] = v
		case strings.HasPrefix(k, "x-tail"):
			tail[k] = v
		}
	}
	if d, ok := ctx.Deadline(); ok {
		head.Set("x-left", fmt.Sprint(time.Until(d) > time.Minute))
	}
	return head, tail
}

func (s *sample) UnaryCall(ctx context.Context, in *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	head, tail := mirror(ctx)
	_ = gogrpc.SetHeader(ctx, head)
	_ = gogrpc.SetTrailer(ctx, tail)
	if st := in.GetResponseStatus(); st != nil {
		made, err := status.New(codes.Code(st.GetCode()), st.GetMessage()).WithDetails(&errdetails.ErrorInfo{Reason: "SOLD_OUT", Domain: "shop"})
		if err != nil {
			return nil, err
		}
		return nil, made.Err()
	}
	if in.GetResponseSize() < 0 { // slow
		<-ctx.Done()
		s.canceled <- struct{}{}
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	return &pb.SimpleResponse{Payload: &pb.Payload{Body: append(in.GetPayload().GetBody(), make([]byte, in.GetResponseSize())...)}}, nil
}

func (s *sample) EmptyCall(context.Context, *pb.Empty) (*pb.Empty, error) { return &pb.Empty{}, nil }

func (s *sample) StreamingOutputCall(in *pb.StreamingOutputCallRequest, out gogrpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
	for _, p := range in.GetResponseParameters() {
		if err := out.Send(&pb.StreamingOutputCallResponse{Payload: &pb.Payload{Body: make([]byte, p.GetSize())}}); err != nil {
			return err
		}
	}
	if st := in.GetResponseStatus(); st != nil {
		return status.Error(codes.Code(st.GetCode()), st.GetMessage())
	}
	return nil
}

func (s *sample) StreamingInputCall(in gogrpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
	n := 0
	for {
		m, err := in.Recv()
		if errors.Is(err, io.EOF) {
			return in.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: int32(n)})
		}
		if err != nil {
			return err
		}
		n += len(m.GetPayload().GetBody())
	}
}

func (s *sample) FullDuplexCall(both gogrpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
	for {
		m, err := both.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if both.Context().Err() != nil {
				s.canceled <- struct{}{}
			}
			return err
		}
		if err := both.Send(&pb.StreamingOutputCallResponse{Payload: m.GetPayload()}); err != nil {
			return err
		}
	}
}

func startSample(t *testing.T) (*sample, string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{canceled: make(chan struct{}, 16)}
	srv := gogrpc.NewServer(gogrpc.MaxRecvMsgSize(64 << 20))
	pb.RegisterTestServiceServer(srv, s)
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(srv.Stop)
	return s, ln.Addr().String()
}

func dial(t *testing.T, addr string) *gogrpc.ClientConn {
	t.Helper()
	cc, err := gogrpc.NewClient("passthrough:"+addr, gogrpc.WithTransportCredentials(insecure.NewCredentials()),
		gogrpc.WithDefaultCallOptions(gogrpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cc.Close() })
	return cc
}

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// payload is n bytes.
func payload(n int) *pb.Payload { return &pb.Payload{Body: make([]byte, n)} }

// TestGoThroughSessions: grpc-go on both sides, and between them a server session and a client session that pass messages on.
func TestGoThroughSessions(t *testing.T) {
	s, backend := startSample(t)
	cc := dial(t, through(t, backend))
	c := pb.NewTestServiceClient(cc)
	for _, k := range []struct {
		name string
		run  func(*testing.T, context.Context, pb.TestServiceClient, *sample)
	}{
		{"unary", goUnary}, {"metadata", goMetadata}, {"deadline", goDeadline}, {"status", goStatus}, {"server stream", goServerStream},
		{"client stream", goClientStream}, {"both ways", goBothWays}, {"cancel", goCancel}, {"compressed", goCompressed}, {"slow reader", goSlowReader},
	} {
		t.Run(k.name, func(t *testing.T) { k.run(t, patient(t), c, s) })
	}
	if err := cc.Invoke(patient(t), "/no.Such/method", &pb.Empty{}, &pb.Empty{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("no such service: %v", err)
	}
}

func goUnary(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	if _, err := c.EmptyCall(ctx, &pb.Empty{}); err != nil {
		t.Error(err)
	}
	for _, n := range []int{0, 1, 16373, 16384, 65536, 271828, 1 << 20} {
		out, err := c.UnaryCall(ctx, &pb.SimpleRequest{Payload: payload(n), ResponseSize: 314})
		if err != nil || len(out.GetPayload().GetBody()) != n+314 {
			t.Errorf("%d bytes: %d back, %v", n, len(out.GetPayload().GetBody()), err)
		}
	}
}

func goMetadata(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	ctx = metadata.AppendToOutgoingContext(ctx, "x-head", "one", "x-head", "two", "x-head-bin", "\x00\xff\x01", "x-tail-bin", "\xab\xab\xab", "x-tail", "100% sure")
	var head, tail metadata.MD
	if _, err := c.UnaryCall(ctx, &pb.SimpleRequest{}, gogrpc.Header(&head), gogrpc.Trailer(&tail)); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for k, v := range head {
		got["head "+k] = v
	}
	for k, v := range tail {
		got["tail "+k] = v
	}
	delete(got, "head content-type")
	want := map[string][]string{"head x-head": {"one", "two"}, "head x-head-bin": {"\x00\xff\x01"}, "head x-left": {"true"}, "tail x-tail-bin": {"\xab\xab\xab"},
		"tail x-tail": {"100% sure"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func goDeadline(t *testing.T, ctx context.Context, c pb.TestServiceClient, s *sample) {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := c.UnaryCall(ctx, &pb.SimpleRequest{ResponseSize: -1}); status.Code(err) != codes.DeadlineExceeded {
		t.Error(err)
	}
	<-s.canceled
}

func goStatus(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	const text = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
	for code := codes.Code(1); code <= codes.Unauthenticated; code++ {
		_, err := c.UnaryCall(ctx, &pb.SimpleRequest{ResponseStatus: &pb.EchoStatus{Code: int32(code), Message: text}})
		st := status.Convert(err)
		if st.Code() != code || st.Message() != text || len(st.Details()) != 1 || st.Details()[0].(*errdetails.ErrorInfo).GetReason() != "SOLD_OUT" {
			t.Errorf("%v: %v %q %v", code, st.Code(), st.Message(), st.Details())
		}
	}
	out, err := c.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{ResponseParameters: []*pb.ResponseParameters{{Size: 7}},
		ResponseStatus: &pb.EchoStatus{Code: 10, Message: text}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Recv(); err != nil {
		t.Error(err)
	}
	if _, err := out.Recv(); status.Code(err) != codes.Aborted || status.Convert(err).Message() != text {
		t.Errorf("behind a message: %v", err)
	}
	if _, err := c.UnimplementedCall(ctx, &pb.Empty{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("no such method: %v", err)
	}
}

func goServerStream(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	sizes := []int32{31415, 0, 9, 2653, 1 << 20, 58979}
	in := &pb.StreamingOutputCallRequest{}
	for _, n := range sizes {
		in.ResponseParameters = append(in.ResponseParameters, &pb.ResponseParameters{Size: n})
	}
	for _, in := range []*pb.StreamingOutputCallRequest{in, {}} {
		out, err := c.StreamingOutputCall(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		var got []int32
		for {
			m, err := out.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, int32(len(m.GetPayload().GetBody())))
		}
		if want := sizes[:len(in.GetResponseParameters())]; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func goClientStream(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	in, err := c.StreamingInputCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{27182, 8, 0, 1828, 1 << 20} {
		if err := in.Send(&pb.StreamingInputCallRequest{Payload: payload(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := in.CloseAndRecv(); err != nil || out.GetAggregatedPayloadSize() != 27182+8+1828+1<<20 {
		t.Errorf("%v, %v", out, err)
	}
}

func goBothWays(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	both, err := c.FullDuplexCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 70000, 5, 300000} {
		if err := both.Send(&pb.StreamingOutputCallRequest{Payload: payload(n)}); err != nil {
			t.Fatal(err)
		}
		if m, err := both.Recv(); err != nil || len(m.GetPayload().GetBody()) != n {
			t.Fatalf("%d bytes: %d back, %v", n, len(m.GetPayload().GetBody()), err)
		}
	}
	if err := both.CloseSend(); err != nil {
		t.Error(err)
	}
	if _, err := both.Recv(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	empty, err := c.FullDuplexCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_ = empty.CloseSend()
	if _, err := empty.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("nothing either way: %v", err)
	}
}

func goCancel(t *testing.T, ctx context.Context, c pb.TestServiceClient, s *sample) {
	ctx, cancel := context.WithCancel(ctx)
	both, err := c.FullDuplexCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := both.Send(&pb.StreamingOutputCallRequest{Payload: payload(1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := both.Recv(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := both.Recv(); status.Code(err) != codes.Canceled {
		t.Error(err)
	}
	<-s.canceled
}

func goCompressed(t *testing.T, ctx context.Context, c pb.TestServiceClient, _ *sample) {
	for _, n := range []int{0, 100, 1 << 20} {
		out, err := c.UnaryCall(ctx, &pb.SimpleRequest{Payload: payload(n), ResponseSize: 10}, gogrpc.UseCompressor(gzip.Name))
		if err != nil || len(out.GetPayload().GetBody()) != n+10 {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// A reader who does not read stops its own sender; others go on, and all of it arrives in the end.
func goSlowReader(t *testing.T, ctx context.Context, c pb.TestServiceClient, s *sample) {
	in := &pb.StreamingOutputCallRequest{}
	for range 64 {
		in.ResponseParameters = append(in.ResponseParameters, &pb.ResponseParameters{Size: 64 << 10})
	}
	out, err := c.StreamingOutputCall(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	goUnary(t, ctx, c, s)
	for i := range 64 {
		if m, err := out.Recv(); err != nil || len(m.GetPayload().GetBody()) != 64<<10 {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if _, err := out.Recv(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
