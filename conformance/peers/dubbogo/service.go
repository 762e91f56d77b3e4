package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"dubbo.apache.org/dubbo-go/v3"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	"dubbo.apache.org/dubbo-go/v3/protocol"
	"dubbo.apache.org/dubbo-go/v3/server"
	"github.com/apache/dubbo-go-hessian2/java_exception"
)

const service = "io.dragoman.sample.Sample"

// SampleService is the provider's side; the library wants it exported. It dispatches by name alone, so of the
// overloads there is one.
type SampleService struct {
	calls, notices atomic.Int64
}

var sample = &SampleService{}

// Reference is the name the library files the service under.
func (*SampleService) Reference() string { return service }

// MethodMapper gives the names on the wire.
func (*SampleService) MethodMapper() map[string]string {
	names := map[string]string{}
	for _, m := range []string{"Echo", "AddInt", "AddLong", "Order", "Pick", "Join", "Reserve", "Slow", "Notice",
		"Noticed", "Context", "Orders", "OrdersByName", "Any"} {
		names[m] = strings.ToLower(m[:1]) + m[1:]
	}
	return names
}

func (s *SampleService) Echo(_ context.Context, v string) (string, error) {
	s.calls.Add(1)
	return v, nil
}

func (s *SampleService) AddInt(_ context.Context, a, b int32) (int32, error) {
	s.calls.Add(1)
	return a + b, nil
}

func (s *SampleService) AddLong(_ context.Context, a, b int64) (int64, error) {
	s.calls.Add(1)
	return a + b, nil
}

func (s *SampleService) Order(_ context.Context, o *Order) (*Order, error) {
	s.calls.Add(1)
	if o != nil && o.Name == "fixture" {
		if d := difference(fixture(), o); d != "" {
			return nil, java_exception.NewIllegalStateException(d)
		}
	}
	return o, nil
}

func (s *SampleService) Pick(_ context.Context, a string, b int32) (string, error) {
	s.calls.Add(1)
	return fmt.Sprintf("string+int:%s,%d", a, b), nil
}

func (s *SampleService) Join(_ context.Context, sep string, parts []string) (string, error) {
	s.calls.Add(1)
	return strings.Join(parts, sep), nil
}

func (s *SampleService) Reserve(_ context.Context, sku string, _ int32) (*Order, error) {
	s.calls.Add(1)
	return nil, &OutOfStock{
		DetailMessage: "out of stock: " + sku, Sku: sku, Left: 3,
		StackTrace: []java_exception.StackTraceElement{},
		Cause:      java_exception.NewIllegalStateException("warehouse empty"),
	}
}

func (s *SampleService) Slow(_ context.Context, millis int64) (string, error) {
	s.calls.Add(1)
	time.Sleep(time.Duration(millis) * time.Millisecond)
	return fmt.Sprintf("slept %d", millis), nil
}

func (s *SampleService) Notice(context.Context, string) error {
	s.calls.Add(1)
	s.notices.Add(1)
	return nil
}

func (s *SampleService) Noticed(context.Context) (int64, error) {
	s.calls.Add(1)
	return s.notices.Load(), nil
}

// Context cannot set x-reply: dubbo-go gives a service no way to; it returns all request attachments by itself.
func (s *SampleService) Context(ctx context.Context) (map[string]string, error) {
	s.calls.Add(1)
	seen := map[string]string{}
	attachments, _ := ctx.Value(constant.AttachmentKey).(map[string]any)
	for k, v := range attachments {
		if !strings.HasPrefix(k, "x-") {
			continue
		}
		switch v := v.(type) {
		case string:
			seen[k] = v
		case []string:
			seen[k] = strings.Join(v, ",")
		}
	}
	return seen, nil
}

// Orders returns an untyped list, as its like in Java does; the library would write []*Order as an array.
func (s *SampleService) Orders(_ context.Context, n int32) ([]any, error) {
	s.calls.Add(1)
	orders := []any{}
	for i := range int(n) {
		orders = append(orders, numbered(i))
	}
	return orders, nil
}

func (s *SampleService) OrdersByName(_ context.Context, n int32) (map[any]any, error) {
	s.calls.Add(1)
	orders := map[any]any{}
	for i := range int(n) {
		o := numbered(i)
		orders[o.Name] = o
	}
	return orders, nil
}

func (s *SampleService) Any(_ context.Context, v any) (any, error) {
	s.calls.Add(1)
	return v, nil
}

func serve(o op) (int, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	// Remote metadata, of which there is none without a registry: else the library opens a port for them.
	instance, err := dubbo.NewInstance(dubbo.WithName("dragoman-peer"), dubbo.WithRemoteMetadata())
	if err != nil {
		return 0, err
	}
	srv, err := instance.NewServer(server.WithServerProtocol(
		protocol.WithDubbo(), protocol.WithIp("127.0.0.1"), protocol.WithPort(port)))
	if err != nil {
		return 0, err
	}
	if err := srv.Register(sample, nil, server.WithInterface(service),
		server.WithVersion(o.version()), server.WithGroup(o.group()), server.WithNotRegister()); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve() }()
	for range 100 {
		select {
		case err := <-ended:
			return 0, err
		case <-time.After(50 * time.Millisecond):
		}
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			c.Close()
			return port, nil
		}
	}
	return 0, fmt.Errorf("the server does not accept on port %d", port)
}
