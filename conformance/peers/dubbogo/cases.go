package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
	_ "dubbo.apache.org/dubbo-go/v3/imports"
)

var cases = map[string]func(op) error{
	"echo": echoCase, "sums": sumsCase, "pojo": pojoCase, "overloads": overloadsCase, "varargs": varargsCase,
	"exception": exceptionCase, "slow": slowCase, "oneway": onewayCase, "attachments": attachmentsCase,
	"collections": collectionsCase, "missing-method": missingMethodCase, "missing-service": missingServiceCase,
	"concurrent": concurrentCase,
}

func caseNames() []string { return slices.Sorted(maps.Keys(cases)) }

var (
	connections     = map[string]*client.Connection{}
	connectionsLock sync.Mutex
)

func connection(o op, name string) (*client.Connection, error) {
	connectionsLock.Lock()
	defer connectionsLock.Unlock()
	key := strings.Join([]string{o.Addr, name, o.version(), o.group()}, "|")
	if c := connections[key]; c != nil {
		return c, nil
	}
	cli, err := client.NewClient(client.WithClientNoCheck())
	if err != nil {
		return nil, err
	}
	c, err := cli.Dial(name, options(o)...)
	if err == nil {
		connections[key] = c
	}
	return c, err
}

func options(o op) []client.ReferenceOption {
	return []client.ReferenceOption{
		client.WithURL("dubbo://" + o.Addr), client.WithProtocolDubbo(), client.WithClusterFailFast(),
		client.WithVersion(o.version()), client.WithGroup(o.group()), client.WithRetries(0),
		client.WithSerialization(constant.Hessian2Serialization), client.WithRequestTimeout(5 * time.Second),
	}
}

// call invokes a method; reply is a pointer to the result.
func call(ctx context.Context, o op, reply any, method string, args ...any) error {
	c, err := connection(o, service)
	if err != nil {
		return err
	}
	// Without this option the library sends a timeout of 0 and waits for ever.
	return c.CallUnary(ctx, args, reply, method, client.WithCallRequestTimeout(5*time.Second))
}

// returns calls and compares.
func returns[T any](o op, want T, method string, args ...any) error {
	var got T
	if err := call(context.Background(), o, &got, method, args...); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return equal(method, want, got)
}

func echoCase(o op) error {
	size := o.Size
	if size == 0 {
		size = 5000
	}
	var errs []error
	for _, s := range []string{"hello", "", text, strings.Repeat("x", size)} {
		errs = append(errs, returns(o, s, "echo", s))
	}
	return errors.Join(errs...)
}

func sumsCase(o op) error {
	return errors.Join(
		returns(o, int32(42), "addInt", int32(40), int32(2)),
		returns(o, int64(9007199254740993), "addLong", int64(9007199254740992), int64(1)))
}

func pojoCase(o op) error {
	got := &Order{}
	if err := call(context.Background(), o, got, "order", fixture()); err != nil {
		return err
	}
	return check(fixture(), got)
}

func overloadsCase(o op) error {
	if err := returns(o, "string+int:x,1", "pick", "x", int32(1)); err != nil || o.Far == "go" {
		return err
	}
	return errors.Join(returns(o, "int:1", "pick", int32(1)), returns(o, "string:x", "pick", "x"),
		returns(o, "long:3000000000", "pick", int64(3000000000)))
}

func varargsCase(o op) error {
	return errors.Join(
		returns(o, "a-b-c", "join", "-", []string{"a", "b", "c"}),
		returns(o, text, "join", "-", []string{text}))
}

func exceptionCase(o op) error {
	got := &Order{}
	err := call(context.Background(), o, got, "reserve", "A-1", int32(5))
	if err == nil {
		return fmt.Errorf("reserve: expected an error, got %+v", got)
	}
	if !strings.Contains(err.Error(), "out of stock: A-1") {
		return fmt.Errorf("the error lacks the message: %w", err)
	}
	var typed *OutOfStock
	if !errors.As(err, &typed) {
		return fmt.Errorf("expected *OutOfStock, got %T: %w", err, err)
	}
	return errors.Join(equal("sku", "A-1", typed.Sku), equal("left", int32(3), typed.Left))
}

func slowCase(o op) error { return returns(o, "slept 300", "slow", int64(300)) }

// onewayCase uses an asynchronous reference without a callback: the caller waits for nothing, though on the wire the
// library still asks for an answer.
func onewayCase(o op) error {
	cli, err := client.NewClient(client.WithClientNoCheck())
	if err != nil {
		return err
	}
	c, err := cli.Dial(service, append(options(o), client.WithAsync())...)
	if err != nil {
		return err
	}
	var before, after int64
	if err := call(context.Background(), o, &before, "noticed"); err != nil {
		return err
	}
	for range 3 {
		var nothing any
		err := c.CallUnary(context.Background(), []any{"n"}, &nothing, "notice", client.WithCallRequestTimeout(5*time.Second))
		if err != nil {
			return fmt.Errorf("notice: %w", err)
		}
	}
	for range 50 {
		if err := call(context.Background(), o, &after, "noticed"); err != nil || after-before == 3 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return equal("noticed", int64(3), after-before)
}

// contextService is filled in by the library. Only calls through such a proxy take attachments along.
type contextService struct {
	Context func(ctx context.Context) (map[any]any, error) `dubbo:"context"`
}

func attachmentsCase(o op) error {
	sent := map[string]any{"x-trace": "t-1", "x-other": "other value"}
	ctx := context.WithValue(context.Background(), constant.AttachmentKey, sent)
	cli, err := client.NewClient(client.WithClientNoCheck())
	if err != nil {
		return err
	}
	proxy := &contextService{}
	if _, err := cli.DialWithService(service, proxy, options(o)...); err != nil {
		return err
	}
	got, err := proxy.Context(ctx)
	if err != nil {
		return err
	}
	return equal("context", map[any]any{"x-trace": "t-1", "x-other": "other value"}, got)
}

func collectionsCase(o op) error {
	// The library cannot decode into a typed slice or a map of objects.
	var orders []any
	if err := call(context.Background(), o, &orders, "orders", int32(3)); err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	if len(orders) != 3 {
		return fmt.Errorf("orders: expected 3, got %d", len(orders))
	}
	for i, got := range orders {
		o, _ := got.(*Order)
		if err := check(numbered(i), o); err != nil {
			return fmt.Errorf("orders[%d]: %w", i, err)
		}
	}
	byName := map[any]any{}
	if err := call(context.Background(), o, &byName, "ordersByName", int32(2)); err != nil {
		return fmt.Errorf("ordersByName: %w", err)
	}
	second, _ := byName["order-1"].(*Order)
	return check(numbered(1), second)
}

func missingMethodCase(o op) error {
	var got string
	err := call(context.Background(), o, &got, "nosuch", "x")
	if err == nil {
		return fmt.Errorf("nosuch: expected an error, got %q", got)
	}
	if !strings.Contains(err.Error(), "nosuch") {
		return fmt.Errorf("the error does not name nosuch: %w", err)
	}
	return nil
}

func missingServiceCase(o op) error {
	c, err := connection(o, "io.dragoman.sample.Nowhere")
	if err != nil {
		return err
	}
	var got string
	start := time.Now()
	err = c.CallUnary(context.Background(), []any{"x"}, &got, "echo", client.WithCallRequestTimeout(5*time.Second))
	if err == nil {
		return fmt.Errorf("expected an error, got %q", got)
	}
	if took := time.Since(start); took > 2*time.Second {
		return fmt.Errorf("the error took %v", took)
	}
	return nil
}

func concurrentCase(o op) error {
	errs := make([]error, 100)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { errs[i] = returns(o, fmt.Sprint("c", i), "echo", fmt.Sprint("c", i)) })
	}
	wait.Wait()
	return errors.Join(errs...)
}
