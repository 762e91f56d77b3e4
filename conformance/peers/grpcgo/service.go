package main

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/emptypb"

	// Also makes gzip known, to both sides.
	"google.golang.org/grpc/encoding/gzip"

	faultpb "grpcgo/pb/fault"
	pb "grpcgo/pb/sample"
)

const serviceName = "io.dragoman.sample.Sample"

//go:embed order.proto.json
var orderJSON []byte

// order is the fixture.
func order() *pb.Order {
	o := &pb.Order{}
	if err := protojson.Unmarshal(orderJSON, o); err != nil {
		o.Name = err.Error() // and so is equal to nothing
	}
	return o
}

// numbered is the i-th order of Orders, OrdersByName and Watch.
func numbered(i int) *pb.Order {
	o := order()
	o.Id, o.Name, o.Uuid = int64(i), fmt.Sprintf("order-%d", i), nil
	return o
}

func orders(n int32) []*pb.Order {
	list := make([]*pb.Order, n)
	for i := range list {
		list[i] = numbered(i)
	}
	return list
}

// service is the sample service.
type service struct {
	pb.UnimplementedSampleServer
	calls, notices, canceled atomic.Int64
}

var sample service

func serve(o op) (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	options := []grpc.ServerOption{grpc.MaxRecvMsgSize(64 << 20), grpc.UnaryInterceptor(countUnary), grpc.StreamInterceptor(countStream)}
	if o.Cert != "" {
		creds, err := credentials.NewServerTLSFromFile(o.Cert, o.Key)
		if err != nil {
			return 0, err
		}
		options = append(options, grpc.Creds(creds))
	}
	s := grpc.NewServer(options...)
	pb.RegisterSampleServer(s, &sample)
	checks := health.NewServer()
	checks.SetServingStatus(serviceName, healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(s, checks)
	reflection.Register(s)
	go s.Serve(l)
	return l.Addr().(*net.TCPAddr).Port, nil
}

func countUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	count(info.FullMethod)
	return next(ctx, req)
}

func countStream(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	count(info.FullMethod)
	return next(srv, s)
}

func count(method string) {
	if strings.HasPrefix(method, "/"+serviceName+"/") {
		sample.calls.Add(1)
	}
}

// failure is an error with one detail.
func failure(code codes.Code, message string, detail proto.Message) error {
	s, err := status.New(code, message).WithDetails(protoadapt.MessageV1Of(detail))
	if err != nil {
		return err
	}
	return s.Err()
}

func shortage(left int32) *pb.Shortage { return &pb.Shortage{Sku: "A-1", Left: left} }

// pause waits, and counts the call as canceled when it ends meanwhile.
func (s *service) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
	case <-time.After(d):
		// Of two that are ready either is taken.
		if ctx.Err() == nil {
			return nil
		}
	}
	s.canceled.Add(1)
	return status.FromContextError(ctx.Err()).Err()
}

func (s *service) Echo(ctx context.Context, r *pb.EchoRequest) (*pb.EchoReply, error) {
	if slices.Contains(metadata.ValueFromIncomingContext(ctx, "x-compress"), gzip.Name) {
		if err := grpc.SetSendCompressor(ctx, gzip.Name); err != nil {
			return nil, err
		}
	}
	return &pb.EchoReply{Value: r.S}, nil
}

func (s *service) AddInt(_ context.Context, r *pb.AddIntRequest) (*pb.AddIntReply, error) {
	return &pb.AddIntReply{Value: r.A + r.B}, nil
}

func (s *service) AddLong(_ context.Context, r *pb.AddLongRequest) (*pb.AddLongReply, error) {
	return &pb.AddLongReply{Value: r.A + r.B}, nil
}

func (s *service) Order(_ context.Context, o *pb.Order) (*pb.Order, error) {
	if o.GetName() == "fixture" {
		if err := equal("order", order(), o); err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
	}
	return o, nil
}

func (s *service) Pick(_ context.Context, r *pb.PickRequest) (*pb.PickReply, error) {
	return &pb.PickReply{Value: fmt.Sprintf("string+int:%s,%d", r.A, r.B)}, nil
}

func (s *service) Join(_ context.Context, r *pb.JoinRequest) (*pb.JoinReply, error) {
	return &pb.JoinReply{Value: strings.Join(r.Parts, r.Sep)}, nil
}

func (s *service) Reserve(_ context.Context, r *pb.ReserveRequest) (*pb.Order, error) {
	message := "out of stock: " + r.Sku
	return nil, failure(codes.Unknown, message, &faultpb.Fault{
		Class:   "io.dragoman.sample.OutOfStock",
		Message: proto.String(message),
		Fields: map[string]*faultpb.Value{
			"sku":  {Kind: &faultpb.Value_String_{String_: r.Sku}},
			"left": {Kind: &faultpb.Value_Int{Int: 3}},
		},
		Cause: &faultpb.Fault{Class: "java.lang.IllegalStateException", Message: proto.String("warehouse empty")},
	})
}

func (s *service) Slow(ctx context.Context, r *pb.SlowRequest) (*pb.SlowReply, error) {
	if err := s.pause(ctx, time.Duration(r.Millis)*time.Millisecond); err != nil {
		return nil, err
	}
	return &pb.SlowReply{Value: fmt.Sprintf("slept %d", r.Millis)}, nil
}

func (s *service) Notice(context.Context, *pb.NoticeRequest) (*emptypb.Empty, error) {
	s.notices.Add(1)
	return &emptypb.Empty{}, nil
}

func (s *service) Noticed(context.Context, *emptypb.Empty) (*pb.NoticedReply, error) {
	return &pb.NoticedReply{Value: s.notices.Load()}, nil
}

func (s *service) Canceled(context.Context, *emptypb.Empty) (*pb.CanceledReply, error) {
	return &pb.CanceledReply{Value: s.canceled.Load()}, nil
}

func (s *service) Context(ctx context.Context, _ *emptypb.Empty) (*pb.ContextReply, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	seen := map[string]string{}
	head, trailers := metadata.MD{}, metadata.MD{}
	for k, values := range md {
		switch {
		case !strings.HasPrefix(k, "x-"):
		case strings.HasSuffix(k, "-bin"):
			seen[k] = base64.StdEncoding.EncodeToString([]byte(values[0]))
		default:
			seen[k] = strings.Join(values, ",")
		}
	}
	if v := md.Get("x-trace"); len(v) > 0 {
		head.Set("x-head", "head:"+v[0])
		trailers.Set("x-reply", "seen:"+v[0])
	}
	if v := md.Get("x-trace-bin"); len(v) > 0 {
		b := []byte(v[0])
		slices.Reverse(b)
		trailers.Set("x-reply-bin", string(b))
	}
	return &pb.ContextReply{Value: seen}, errors.Join(grpc.SetHeader(ctx, head), grpc.SetTrailer(ctx, trailers))
}

func (s *service) Orders(_ context.Context, r *pb.OrdersRequest) (*pb.OrdersReply, error) {
	return &pb.OrdersReply{Value: orders(r.N)}, nil
}

func (s *service) OrdersByName(_ context.Context, r *pb.OrdersByNameRequest) (*pb.OrdersByNameReply, error) {
	reply := &pb.OrdersByNameReply{Value: map[string]*pb.Order{}}
	for _, o := range orders(r.N) {
		reply.Value[o.Name] = o
	}
	return reply, nil
}

func (s *service) Any(_ context.Context, r *pb.AnyRequest) (*pb.AnyReply, error) {
	return &pb.AnyReply{Value: r.O}, nil
}

func (s *service) Watch(r *pb.WatchRequest, out grpc.ServerStreamingServer[pb.Order]) error {
	for i := range r.N {
		if r.FailAfter != nil && *r.FailAfter == i {
			return failure(codes.Aborted, fmt.Sprintf("stopped after %d", i), shortage(i))
		}
		o := numbered(int(i))
		if r.Size > 0 {
			o.Note = proto.String(strings.Repeat("x", int(r.Size)))
		}
		if err := out.Send(o); err != nil {
			s.canceled.Add(1)
			return err
		}
		if r.Millis > 0 {
			if err := s.pause(out.Context(), time.Duration(r.Millis)*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *service) Total(in grpc.ClientStreamingServer[pb.Item, pb.TotalReply]) error {
	total := &pb.TotalReply{}
	for {
		item, err := in.Recv()
		if errors.Is(err, io.EOF) {
			return in.SendAndClose(total)
		}
		if err != nil {
			return err
		}
		total.Items++
		total.Quantity += int64(item.GetQuantity())
	}
}

func (s *service) Chat(both grpc.BidiStreamingServer[pb.EchoRequest, pb.EchoReply]) error {
	for {
		r, err := both.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = both.Send(&pb.EchoReply{Value: r.S})
		}
		if err != nil {
			return err
		}
	}
}

func (s *service) Fail(_ context.Context, r *pb.FailRequest) (*pb.EchoReply, error) {
	return nil, failure(codes.Code(r.Code), r.Message, shortage(3))
}
