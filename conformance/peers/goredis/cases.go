package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// text holds a character outside the basic plane and a Chinese one.
const text = "clef \U0001D11E 漢 end"

// caller is one case that runs.
type caller struct {
	op
	ctx    context.Context
	client *redis.Client
	order  []byte
}

var cases = map[string]func(*caller) error{
	"echo": (*caller).echo, "sums": (*caller).sums, "pojo": (*caller).pojo, "overloads": (*caller).overloads,
	"varargs": (*caller).varargs, "exception": (*caller).exception, "slow": (*caller).slow, "context": (*caller).context,
	"oneway": (*caller).oneway, "collections": (*caller).collections, "missing-method": (*caller).missingMethod,
	"missing-service": (*caller).missingService, "pipeline": (*caller).pipeline, "pool": (*caller).pool, "mget": (*caller).mget,
}

// reply is the value of a key. Numbers keep their digits.
type reply struct {
	EC     json.Number `json:"ec"`
	EM     *string     `json:"em"`
	Result any         `json:"result"`
}

func parse(value string) (*reply, error) {
	r := &reply{}
	d := json.NewDecoder(strings.NewReader(value))
	d.UseNumber()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("the value %.300s: %w", value, err)
	}
	if r.EC == "" {
		return nil, fmt.Errorf("no ec in %.300s", value)
	}
	return r, nil
}

func (r *reply) ok() bool { return r.EC == "200" || r.EC == "0" }

func (r *reply) message() string {
	if r.EM == nil {
		return "(no em)"
	}
	return *r.EM
}

func (r *reply) is(what string, want any) error {
	if !r.ok() {
		return fmt.Errorf("%s: expected success, got ec %s: %s", what, r.EC, r.message())
	}
	return equal(what, want, r.Result)
}

func equal(what string, want, got any) error {
	if reflect.DeepEqual(want, got) {
		return nil
	}
	return fmt.Errorf("%s: expected %.1000v, got %.1000v", what, want, got)
}

func (c *caller) key(method string, props map[string]string, args ...any) string {
	if args == nil {
		args = []any{}
	}
	request := map[string]any{"action": c.Service, "params": map[string]any{"m": method, "args": args}}
	if props != nil {
		request["props"] = props
	}
	b, _ := json.Marshal(request) // of strings, numbers and raw JSON
	return string(b)
}

func (c *caller) call(method string, props map[string]string, args ...any) (*reply, error) {
	value, err := c.client.Get(c.ctx, c.key(method, props, args...)).Result()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return parse(value)
}

// returns calls and compares.
func (c *caller) returns(want any, method string, args ...any) error {
	r, err := c.call(method, nil, args...)
	if err != nil {
		return err
	}
	return r.is(method, want)
}

func (c *caller) fault(method string, args ...any) (*reply, error) {
	r, err := c.call(method, nil, args...)
	if err == nil && r.ok() {
		err = fmt.Errorf("%s: expected a fault, got %v", method, r.Result)
	}
	return r, err
}

func (c *caller) echo() error {
	var errs []error
	for _, s := range []any{"hello", "", text, strings.Repeat("x", c.Size), nil} {
		errs = append(errs, c.returns(s, "echo", s))
	}
	return errors.Join(errs...)
}

func (c *caller) sums() error {
	return errors.Join(
		c.returns(json.Number("42"), "addInt", 40, 2),
		c.returns(json.Number("9007199254740993"), "addLong", int64(9007199254740992), 1),
		c.returns(json.Number("-9223372036854775808"), "addLong", int64(-9223372036854775807), -1))
}

// fixture is the order with other values for some fields.
func (c *caller) fixture(other map[string]any) map[string]any {
	o := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(c.order))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		return map[string]any{"order.json": err.Error()}
	}
	for k, v := range other {
		o[k] = v
	}
	return o
}

func (c *caller) numbered(i int) map[string]any {
	return c.fixture(map[string]any{"id": json.Number(fmt.Sprint(i)), "name": fmt.Sprint("order-", i), "uuid": nil})
}

func (c *caller) pojo() error { return c.returns(c.fixture(nil), "order", json.RawMessage(c.order)) }

func (c *caller) overloads() error {
	return errors.Join(c.returns("string+int:x,1", "pick", "x", 1), c.returns("string:x", "pick", "x"),
		c.returns("long:3000000000", "pick", int64(3000000000)))
}

func (c *caller) varargs() error {
	return errors.Join(c.returns("a-b-c", "join", "-", []string{"a", "b", "c"}), c.returns("", "join", "-", []string{}))
}

func (c *caller) exception() error {
	r, err := c.fault("reserve", "A-1", 5)
	if err != nil {
		return err
	}
	f, _ := r.Result.(map[string]any)
	fields, _ := f["fields"].(map[string]any)
	err = errors.Join(equal("em", "out of stock: A-1", r.message()), equal("class", "io.dragoman.sample.OutOfStock", f["class"]),
		equal("message", "out of stock: A-1", f["message"]), equal("sku", "A-1", fields["sku"]), equal("left", json.Number("3"), fields["left"]))
	if c.Cause != nil && !*c.Cause {
		return err
	}
	cause, _ := f["cause"].(map[string]any)
	return errors.Join(err, equal("class of the cause", "java.lang.IllegalStateException", cause["class"]),
		equal("message of the cause", "warehouse empty", cause["message"]))
}

func (c *caller) slow() error { return c.returns("slept 300", "slow", 300) }

func (c *caller) context() error {
	r, err := c.call("context", map[string]string{"x-trace": "t-1", "x-other": "other value"})
	if err != nil {
		return err
	}
	return r.is("context", map[string]any{"x-trace": "t-1", "x-other": "other value"})
}

func (c *caller) noticed() (int64, error) {
	r, err := c.call("noticed", nil)
	if err != nil {
		return 0, err
	}
	n, ok := r.Result.(json.Number)
	if !r.ok() || !ok {
		return 0, fmt.Errorf("noticed: expected a number, got %v with ec %s: %s", r.Result, r.EC, r.message())
	}
	return n.Int64()
}

func (c *caller) oneway() error {
	before, err := c.noticed()
	if err != nil {
		return err
	}
	for range 3 {
		if r, err := c.call("notice", nil, "n"); err != nil || !r.ok() {
			return fmt.Errorf("notice: %v, %w", r, err)
		}
	}
	var after int64
	for range 50 {
		if after, err = c.noticed(); err != nil || after-before == 3 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return equal("noticed", int64(3), after-before)
}

func (c *caller) collections() error {
	return errors.Join(c.returns([]any{c.numbered(0), c.numbered(1)}, "orders", 2),
		c.returns(map[string]any{"order-0": c.numbered(0)}, "ordersByName", 1))
}

func (c *caller) missingMethod() error {
	r, err := c.fault("nosuch", "x")
	if err == nil && !strings.Contains(r.message(), "nosuch") {
		err = fmt.Errorf("the error does not name nosuch: %s", r.message())
	}
	return err
}

func (c *caller) missingService() error {
	c.Service = "io.dragoman.sample.Nowhere"
	r, err := c.fault("echo", "x")
	if err == nil && !strings.Contains(r.message(), "Nowhere") {
		err = fmt.Errorf("the error does not name the service: %s", r.message())
	}
	return err
}

func (c *caller) pipeline() error {
	var answers []*redis.StringCmd
	_, err := c.client.Pipelined(c.ctx, func(p redis.Pipeliner) error {
		for i := range c.Depth {
			answers = append(answers, p.Get(c.ctx, c.key("echo", nil, fmt.Sprint("p", i))))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, a := range answers {
		r, err := parse(a.Val())
		if err != nil {
			return err
		}
		if err := r.is(fmt.Sprint("answer ", i), fmt.Sprint("p", i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *caller) pool() error {
	errs := make([]error, c.Threads)
	var wait sync.WaitGroup
	for n := range errs {
		wait.Go(func() {
			for i := 0; i < c.Calls && errs[n] == nil; i++ {
				s := fmt.Sprintf("t%d-%d", n, i)
				errs[n] = c.returns(s, "echo", s)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

func (c *caller) mget() error {
	var keys []string
	for i := range 9 {
		keys = append(keys, c.key("echo", nil, fmt.Sprint("k", i)))
	}
	values, err := c.client.MGet(c.ctx, append(keys, c.key("reserve", nil, "A-1", 1))...).Result()
	if err != nil {
		return err
	}
	if len(values) != 10 {
		return fmt.Errorf("expected 10 answers, got %d", len(values))
	}
	var errs []error
	for i, v := range values {
		s, _ := v.(string)
		r, err := parse(s)
		switch {
		case err != nil:
			errs = append(errs, err)
		case i < 9:
			errs = append(errs, r.is(fmt.Sprint("answer ", i), fmt.Sprint("k", i)))
		default:
			errs = append(errs, equal("the failing one", "out of stock: A-1", r.message()))
		}
	}
	return errors.Join(errs...)
}
