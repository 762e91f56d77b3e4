package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// cell is one pair of the matrix.
type cell struct {
	Client  string `json:"client"`
	Server  string `json:"server"`
	OK      bool   `json:"ok"`
	Error   string `json:"error"`
	AddedUS int64  `json:"added_us"`
}

const (
	samples  = 200             // calls that a median is of
	demoTime = 5 * time.Second // for one call
)

// matrix calls every service from every protocol through the gateway, row by row. The error is ctx's.
func (d *demo) matrix(ctx context.Context) ([]cell, error) {
	direct, via := map[string]*client{}, map[string]*client{}
	for _, s := range d.samples {
		for _, to := range []struct {
			clients map[string]*client
			addr    string
		}{{direct, s.addr}, {via, d.addr}} {
			cl, err := newClient(clientOptions{protocol: s.protocol, version: s.version, addr: to.addr, contracts: sampleContracts()})
			if err != nil {
				return nil, err
			}
			defer cl.close()
			to.clients[s.name] = cl
		}
	}
	var cells []cell
	for _, from := range d.samples {
		for _, to := range d.samples {
			c := cell{Client: from.name, Server: to.name}
			err := try(ctx, &trial{via[from.name], from.protocol, to})
			if err == nil {
				c.AddedUS, err = added(ctx, &trial{via[from.name], from.protocol, to}, &trial{direct[to.name], to.protocol, to})
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if c.OK = err == nil; err != nil {
				c.Error = err.Error()
			}
			cells = append(cells, c)
		}
	}
	return cells, nil
}

// byProtocol makes one cell of those that differ only in the wires of a protocol: it is good if all of them are, and its time is that of
// the usual wires.
func byProtocol(cells []cell) (merged []cell) {
	of := map[string]string{}
	for _, k := range kinds() {
		of[k.name] = k.protocol
	}
	at := map[[2]string]int{}
	for _, c := range cells {
		pair := [2]string{of[c.Client], of[c.Server]}
		i, ok := at[pair]
		switch {
		case !ok:
			at[pair] = len(merged)
			merged = append(merged, cell{pair[0], pair[1], c.OK, c.Error, c.AddedUS})
		case merged[i].OK && !c.OK:
			merged[i].OK, merged[i].Error = false, c.Client+" to "+c.Server+": "+c.Error
		}
	}
	return merged
}

// trial is a client that speaks a protocol, and the sample service that it calls, directly or not.
type trial struct {
	client   *client
	protocol string
	sample   *sample
}

// call calls a method of the service by the name that the client's protocol has for it.
func (t *trial) call(ctx context.Context, method, args string, oneway bool) ([]byte, error) {
	canonical, redis, http := sampleName(t.sample.name)
	r := &request{service: canonical, method: method, args: []byte(args), timeout: demoTime, oneway: oneway}
	switch t.protocol {
	case "redis":
		r.service = redis
	case "http":
		r.service = strings.TrimPrefix(http, "/")
	}
	return t.client.call(ctx, r)
}

// checks are the calls that have a result, and what it is.
var checks = [...]struct{ method, args, want string }{
	{"echo", `["grüße, 😀 \"\\"]`, `"grüße, 😀 \"\\"`},
	{"sum", `[9007199254740993,1]`, `9007199254740994`},
	{"reserve", `["pen",2]`, `{"id":9007199254740993,"sku":"pen","wanted":2,"price":19.90,` +
		`"items":[{"name":"pen","gift":false},{"name":"a card","gift":true}],"stock":{"pen":5}}`},
	{"slow", `[20]`, `"done"`},
}

// try makes one call of each kind and checks what comes back.
func try(ctx context.Context, t *trial) error {
	for _, c := range checks {
		got, err := t.call(ctx, c.method, c.args, false)
		if err != nil {
			return fmt.Errorf("%s: %w", c.method, err)
		}
		if !sameJSON(got, []byte(c.want)) {
			return fmt.Errorf("%s: got %s, want %s", c.method, got, c.want)
		}
	}
	if err := tryFault(ctx, t); err != nil {
		return fmt.Errorf("reserve of too much: %w", err)
	}
	if err := tryOneway(ctx, t); err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return nil
}

// tryFault has the service throw.
func tryFault(ctx context.Context, t *trial) error {
	got, err := t.call(ctx, "reserve", `["pen",1000]`, false)
	var f *failure
	switch {
	case err == nil:
		return fmt.Errorf("got %s, want an exception", got)
	case !errors.As(err, &f) || f.thrown == nil:
		return err
	case f.thrown.Class != "demo.OutOfStock" || f.thrown.Message != "7 left" || !sameJSON(f.thrown.Fields, []byte(`{"sku":"pen","left":7}`)):
		return fmt.Errorf("another exception: %w", f)
	}
	return nil
}

// tryOneway sees whether the service gets a call that nobody waits for.
func tryOneway(ctx context.Context, t *trial) error {
	before := t.sample.noticed.Load()
	if _, err := t.call(ctx, "notice", `["hello"]`, true); err != nil {
		return err
	}
	for end := time.Now().Add(demoTime); t.sample.noticed.Load() == before; {
		if time.Now().After(end) || ctx.Err() != nil {
			return errors.New("it never came")
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// added is the time that a call takes longer through the gateway than directly, in microseconds: the medians' difference, with
// the calls of both made in turn.
func added(ctx context.Context, via, direct *trial) (int64, error) {
	var took [2][]time.Duration
	args := `["` + strings.Repeat("x", 100) + `"]`
	for range samples {
		for i, t := range []*trial{via, direct} {
			start := time.Now()
			if _, err := t.call(ctx, "echo", args, false); err != nil {
				return 0, err
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	return (took[0][samples/2] - took[1][samples/2]).Microseconds(), nil
}

// sameJSON compares values; numbers by their digits.
func sameJSON(a, b []byte) bool {
	var values [2]any
	for i, p := range [][]byte{a, b} {
		d := json.NewDecoder(bytes.NewReader(p))
		d.UseNumber()
		if d.Decode(&values[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}
