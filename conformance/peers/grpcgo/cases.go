package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	faultpb "grpcgo/pb/fault"
	pb "grpcgo/pb/sample"
)

// text holds a character outside the basic plane, and Chinese.
const text = "clef \U0001d11e 漢 end"

type namedCase struct {
	name string
	run  func(op) error
}

var cases = []namedCase{
	{"echo", echoCase}, {"nulls", nullsCase}, {"sums", sumsCase}, {"pojo", pojoCase}, {"overloads", overloadsCase},
	{"varargs", varargsCase}, {"exception", exceptionCase}, {"status", statusCase}, {"slow", slowCase}, {"deadline", deadlineCase},
	{"oneway", onewayCase}, {"context", contextCase}, {"metadata", metadataCase}, {"collections", collectionsCase}, {"any", anyCase},
	{"missing-method", missingMethodCase}, {"missing-service", missingServiceCase}, {"server-stream", serverStreamCase},
	{"client-stream", clientStreamCase}, {"bidi", bidiCase}, {"stream-error", streamErrorCase}, {"cancel", cancelCase},
	{"cancel-unary", cancelUnaryCase}, {"large", largeCase}, {"compression", compressionCase}, {"concurrent", concurrentCase},
	{"health", healthCase},
}

var (
	connections     = map[string]*grpc.ClientConn{}
	connectionsLock sync.Mutex
)

// connection is one connection per address.
func connection(o op) (*grpc.ClientConn, error) {
	connectionsLock.Lock()
	defer connectionsLock.Unlock()
	if c := connections[o.Addr+o.CA]; c != nil {
		return c, nil
	}
	creds := insecure.NewCredentials()
	if o.CA != "" {
		var err error
		if creds, err = credentials.NewClientTLSFromFile(o.CA, ""); err != nil {
			return nil, err
		}
	}
	c, err := grpc.NewClient("passthrough:///"+o.Addr, grpc.WithTransportCredentials(creds), grpc.WithNoProxy(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
	if err == nil {
		connections[o.Addr+o.CA] = c
	}
	return c, err
}

// calling gives a case a client, and the time that it has.
func calling(o op, f func(context.Context, pb.SampleClient) error) error {
	c, err := connection(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout(10*time.Second))
	defer cancel()
	return f(ctx, pb.NewSampleClient(c))
}

// gives compares what a call gave, if it did.
func gives(what string, want, got any, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return equal(what, want, got)
}

func fails(what string, want codes.Code, err error) error {
	if got := status.Code(err); got != want {
		return fmt.Errorf("%s: expected %v, got %v: %w", what, want, got, err)
	}
	return nil
}

// detail compares the only detail of a status, and its message.
func detail(err error, message string, want proto.Message) error {
	s := status.Convert(err)
	if len(s.Details()) != 1 {
		return fmt.Errorf("expected one detail, got %v", s.Details())
	}
	return errors.Join(equal("message", message, s.Message()), equal("code in the details", int32(s.Code()), s.Proto().Code),
		equal("message in the details", message, s.Proto().Message), equal("detail", want, s.Details()[0]))
}

// reaches asks until a counter of the service is there: what it counts may be under way.
func reaches(what string, want int64, get func() (int64, error)) error {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got, err := get()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if got >= want || time.Now().After(end) {
			return equal(what, want, got)
		}
	}
}

func ping(ctx context.Context, c pb.SampleClient, s string, options ...grpc.CallOption) error {
	got, err := c.Echo(ctx, &pb.EchoRequest{S: &s}, options...)
	return gives("echo", &pb.EchoReply{Value: &s}, got, err)
}

func echoCase(o op) error {
	size := o.Size
	if size == 0 {
		size = 5000
	}
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		return errors.Join(ping(ctx, c, "hello"), ping(ctx, c, ""), ping(ctx, c, text), ping(ctx, c, strings.Repeat("x", size)))
	})
}

func nullsCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		got, err := c.Echo(ctx, &pb.EchoRequest{})
		return gives("echo of null", &pb.EchoReply{}, got, err)
	})
}

func sumsCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		a, errA := c.AddInt(ctx, &pb.AddIntRequest{A: 40, B: 2})
		b, errB := c.AddInt(ctx, &pb.AddIntRequest{A: 1<<31 - 1, B: 1})
		l, errL := c.AddLong(ctx, &pb.AddLongRequest{A: 1 << 53, B: 1})
		m, errM := c.AddLong(ctx, &pb.AddLongRequest{A: -1<<63 + 1, B: -1})
		return errors.Join(gives("AddInt", int32(42), a.GetValue(), errA), gives("AddInt", int32(-1<<31), b.GetValue(), errB),
			gives("AddLong", int64(1<<53+1), l.GetValue(), errL), gives("AddLong", int64(-1<<63), m.GetValue(), errM))
	})
}

func pojoCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		got, err := c.Order(ctx, order())
		return gives("order", order(), got, err)
	})
}

func overloadsCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		got, err := c.Pick(ctx, &pb.PickRequest{A: "x", B: 1})
		return gives("Pick", "string+int:x,1", got.GetValue(), err)
	})
}

func varargsCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		some, errSome := c.Join(ctx, &pb.JoinRequest{Sep: "-", Parts: []string{"a", "b", "c"}})
		none, errNone := c.Join(ctx, &pb.JoinRequest{Sep: "-"})
		return errors.Join(gives("Join", "a-b-c", some.GetValue(), errSome), gives("Join of none", "", none.GetValue(), errNone))
	})
}

func exceptionCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		_, err := c.Reserve(ctx, &pb.ReserveRequest{Sku: "A-1", Wanted: 5})
		s := status.Convert(err)
		if len(s.Details()) != 1 {
			return fmt.Errorf("expected one detail, got %v of %w", s.Details(), err)
		}
		f, ok := s.Details()[0].(*faultpb.Fault)
		if !ok {
			return fmt.Errorf("the detail is a %T: %v", s.Details()[0], s.Details()[0])
		}
		err = errors.Join(fails("Reserve", codes.Unknown, err), equal("message", "out of stock: A-1", s.Message()),
			equal("class", "io.dragoman.sample.OutOfStock", f.Class), equal("message of the fault", "out of stock: A-1", f.GetMessage()),
			equal("sku", "A-1", f.Fields["sku"].GetString_()), equal("left", int32(3), f.Fields["left"].GetInt()))
		if o.Cause != nil && !*o.Cause {
			return err
		}
		return errors.Join(err, equal("class of the cause", "java.lang.IllegalStateException", f.Cause.GetClass()),
			equal("message of the cause", "warehouse empty", f.Cause.GetMessage()))
	})
}

func statusCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		var errs []error
		for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
			message := "100 % of " + text // percent-encoded on the wire
			_, err := c.Fail(ctx, &pb.FailRequest{Code: int32(code), Message: message})
			errs = append(errs, fails("Fail", code, err), detail(err, message, shortage(3)))
		}
		return errors.Join(errs...)
	})
}

func slowCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		got, err := c.Slow(ctx, &pb.SlowRequest{Millis: 300})
		return gives("Slow", "slept 300", got.GetValue(), err)
	})
}

func deadlineCase(o op) error {
	limit := o.timeout(500 * time.Millisecond)
	o.Timeout = 0
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		millis := int64(o.Millis)
		if millis == 0 {
			millis = limit.Milliseconds() + 1500
		}
		start := time.Now()
		short, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		_, err := c.Slow(short, &pb.SlowRequest{Millis: millis})
		if took := time.Since(start); took < limit-50*time.Millisecond || took > limit+2*time.Second {
			return fmt.Errorf("it took %v", took)
		}
		return errors.Join(fails("Slow", codes.DeadlineExceeded, err), ping(ctx, c, "after"))
	})
}

func onewayCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		noticed := func() (int64, error) {
			n, err := c.Noticed(ctx, &emptypb.Empty{})
			return n.GetValue(), err
		}
		before, err := noticed()
		for i := range 3 {
			got, noticeErr := c.Notice(ctx, &pb.NoticeRequest{S: fmt.Sprintf("n%d", i)})
			err = errors.Join(err, gives("Notice", &emptypb.Empty{}, got, noticeErr))
		}
		return errors.Join(err, reaches("noticed", before+3, noticed))
	})
}

func contextCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		var head, trailers metadata.MD
		ctx = metadata.AppendToOutgoingContext(ctx, "x-trace", "t-1", "x-other", "other value")
		got, err := c.Context(ctx, &emptypb.Empty{}, grpc.Header(&head), grpc.Trailer(&trailers))
		err = gives("context", map[string]string{"x-trace": "t-1", "x-other": "other value"}, got.GetValue(), err)
		if o.Reply == nil || *o.Reply {
			err = errors.Join(err, equal("x-reply", []string{"seen:t-1"}, append(head.Get("x-reply"), trailers.Get("x-reply")...)))
		}
		return err
	})
}

func metadataCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		raw := make([]byte, 256)
		for i := range raw {
			raw[i] = byte(i)
		}
		long := strings.Repeat("y", 6000)
		var head, trailers metadata.MD
		ctx = metadata.AppendToOutgoingContext(ctx, "x-trace", "t-2", "x-trace-bin", string(raw), "x-many", "a", "x-many", "b", "x-long", long)
		got, err := c.Context(ctx, &emptypb.Empty{}, grpc.Header(&head), grpc.Trailer(&trailers))
		if err != nil {
			return err
		}
		seen := maps.Clone(got.Value)
		seen["x-many"] = strings.Replace(seen["x-many"], ", ", ",", 1)
		want := map[string]string{"x-trace": "t-2", "x-trace-bin": base64.StdEncoding.EncodeToString(raw), "x-many": "a,b", "x-long": long}
		slices.Reverse(raw)
		return errors.Join(equal("context", want, seen), equal("x-head", []string{"head:t-2"}, head.Get("x-head")),
			equal("x-reply", []string{"seen:t-2"}, trailers.Get("x-reply")),
			equal("x-reply-bin", []string{string(raw)}, trailers.Get("x-reply-bin")))
	})
}

func collectionsCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		list, errList := c.Orders(ctx, &pb.OrdersRequest{N: 3})
		byName, errByName := c.OrdersByName(ctx, &pb.OrdersByNameRequest{N: 2})
		want := &pb.OrdersByNameReply{Value: map[string]*pb.Order{"order-0": numbered(0), "order-1": numbered(1)}}
		return errors.Join(gives("Orders", &pb.OrdersReply{Value: orders(3)}, list, errList), gives("OrdersByName", want, byName, errByName))
	})
}

func anyCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		var errs []error
		for _, v := range []any{"text", 7.0, true, map[string]any{"k": "v", "n": 1.5, "list": []any{"a", true, nil}}} {
			want, err := structpb.NewValue(v)
			if err != nil {
				return err
			}
			got, err := c.Any(ctx, &pb.AnyRequest{O: want})
			errs = append(errs, gives("Any", want, got.GetValue(), err))
		}
		return errors.Join(errs...)
	})
}

func missingMethodCase(o op) error { return missing(o, "/"+serviceName+"/Nosuch") }

func missingServiceCase(o op) error { return missing(o, "/io.dragoman.sample.Nowhere/Echo") }

func missing(o op, method string) error {
	return calling(o, func(ctx context.Context, _ pb.SampleClient) error {
		c, err := connection(o)
		if err != nil {
			return err
		}
		return fails(method, codes.Unimplemented, c.Invoke(ctx, method, &emptypb.Empty{}, &emptypb.Empty{}))
	})
}

func largeCase(o op) error {
	size := o.Size
	if size == 0 {
		size = 3000000 // beyond every window, below the 4 MiB that a receiver takes unless told otherwise
	}
	return calling(o, func(ctx context.Context, c pb.SampleClient) error { return ping(ctx, c, strings.Repeat("x", size)) })
}

func compressionCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		ctx = metadata.AppendToOutgoingContext(ctx, "x-compress", gzip.Name)
		return ping(ctx, c, strings.Repeat("gzip ", 2000), grpc.UseCompressor(gzip.Name))
	})
}

func concurrentCase(o op) error {
	return calling(o, func(ctx context.Context, c pb.SampleClient) error {
		errs := make([]error, 200)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = ping(ctx, c, fmt.Sprintf("c%d", i)) })
		}
		all.Wait()
		return errors.Join(errs...)
	})
}

func healthCase(o op) error {
	return calling(o, func(ctx context.Context, _ pb.SampleClient) error {
		conn, err := connection(o)
		if err != nil {
			return err
		}
		c := healthpb.NewHealthClient(conn)
		want := &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}
		all, errAll := c.Check(ctx, &healthpb.HealthCheckRequest{})
		one, errOne := c.Check(ctx, &healthpb.HealthCheckRequest{Service: serviceName})
		_, errLost := c.Check(ctx, &healthpb.HealthCheckRequest{Service: "nosuch"})
		return errors.Join(gives("health of all", want, all, errAll), gives("health of the service", want, one, errOne),
			fails("health of nothing", codes.NotFound, errLost))
	})
}
