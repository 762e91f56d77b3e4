package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample is the service's name and text what a text must survive: a character outside the basic plane, and Chinese.
const (
	sample = "io.dragoman.sample.Sample"
	text   = "clef \U0001d11e 漢 end"
)

// tool is a program that is started for every call.
type tool map[string]func(call) error

// call is what a case of a tool has at hand.
type call struct {
	addr    string
	options map[string]any
}

// aTool makes a client of a program, with its cases. A name that ends in -h2 is the program over HTTP/2.
func aTool(t tool) func(*testing.T, string) (caller, error) {
	return func(_ *testing.T, name string) (caller, error) {
		_, err := exec.LookPath(strings.TrimSuffix(name, "-h2"))
		return t, err
	}
}

// cases implements caller.
func (t tool) cases() ([]string, error) { return slices.Sorted(maps.Keys(t)), nil }

// run implements caller.
func (t tool) run(name, addr string, options map[string]any) error {
	return t[name](call{addr, options})
}

// redisCLI makes calls that a person types.
var redisCLI = tool{
	"echo": func(c call) error {
		return errors.Join(c.cli(`{"ec":200,"em":"","result":"`+text+`"}`, "echo", `["`+text+`"]`), c.cli(`{"ec":200,"em":"","result":""}`, "echo", `[""]`))
	},
	"sums": func(c call) error {
		return errors.Join(c.cli(`{"ec":200,"em":"","result":9007199254740994}`, "addLong", "[9007199254740993,1]"),
			c.cli(`{"ec":200,"em":"","result":-2147483648}`, "addInt", "[2147483647,1]"))
	},
}

// cli makes a call with either version of RESP.
func (c call) cli(want, method, args string) error {
	host, port, err := net.SplitHostPort(c.addr)
	if err != nil {
		return err
	}
	key := fmt.Sprintf(`{"action":%q,"params":{"m":%q,"args":%s}}`, sample, method, args)
	for _, resp := range []string{"-2", "-3"} {
		got, err := exec.Command("redis-cli", resp, "-h", host, "-p", port, "GET", key).CombinedOutput()
		if err != nil || strings.TrimSpace(string(got)) != want {
			return fmt.Errorf("redis-cli %s GET %s: %v: got %s, want %s", resp, key, err, got, want)
		}
	}
	return nil
}

// curl makes calls over HTTP.
var curl = tool{
	"echo": func(c call) error {
		long := `"` + strings.Repeat("x", 5000) + `"`
		return errors.Join(c.gives(`"`+text+`"`, "echo", `["`+text+`"]`), c.gives(`""`, "echo", `[""]`), c.gives(long, "echo", "["+long+"]"))
	},
	"sums": func(c call) error {
		return errors.Join(c.gives("9007199254740994", "addLong", "[9007199254740993,1]"), c.gives("-2147483648", "addInt", "[2147483647,1]"),
			c.gives("-9223372036854775808", "addLong", "[-9223372036854775807,-1]"))
	},
	"pojo":    orders,
	"classes": classes,
	"overloads": func(c call) error {
		err := c.gives(`"string+int:x,1"`, "pick", `["x",1]`)
		if c.options["far"] == "go" {
			return err
		}
		return errors.Join(err, c.gives(`"string:x"`, "pick", `["x"]`), c.gives(`"long:3000000000"`, "pick", "[3000000000]"),
			c.gives(`"int:1"`, "pick", "[1]", "-H", "Dragoman-Types: int"))
	},
	"server-stream": streamed,
	"varargs":       func(c call) error { return c.gives(`"a-b"`, "join", `["-",["a","b"]]`) },
	"any": func(c call) error {
		var errs []error
		for _, v := range []string{`"text"`, "7", "true", "null", "3000000000", `["a",1,null]`, `{"k":"v"}`, `{"k":"v","n":1}`} {
			// Go has no null there, and gives a map in any order.
			if c.options["far"] == "go" && (v == "null" || v == `{"k":"v","n":1}`) {
				continue
			}
			if c.options["far"] == "grpc" && strings.Count(v, ":") > 1 {
				errs = append(errs, c.means(v, "any", "["+v+"]")) // a map of protobuf has no order
				continue
			}
			errs = append(errs, c.gives(v, "any", "["+v+"]"))
		}
		return errors.Join(errs...)
	},
	"exception": exception,
	"context":   metadata,
	"oneway":    oneway,
	"slow":      func(c call) error { return c.gives(`"slept 300"`, "slow", "[300]") },
	"timeout": func(c call) error {
		start := time.Now()
		_, status, _, err := c.curl("slow", "[4000]", "-H", "Dragoman-Timeout: 400")
		if took := time.Since(start); err == nil && (status != 504 || took > 2*time.Second) {
			err = fmt.Errorf("status %d after %v, want 504 after 400 ms", status, took)
		}
		return err
	},
	"missing-method": func(c call) error {
		body, status, _, err := c.curl("nosuch", `["x"]`)
		if err == nil && (status < 400 || !strings.Contains(string(body), "nosuch")) {
			err = fmt.Errorf("status %d: %s does not name nosuch", status, body)
		}
		return err
	},
}

// curl posts args to a method and gives the answer, its status and its header.
func (c call) curl(method, args string, more ...string) (body []byte, status int, header string, err error) {
	head, err := os.CreateTemp("", "dragoman-interop-")
	if err != nil {
		return nil, 0, "", err
	}
	_ = head.Close()
	defer func() { _ = os.Remove(head.Name()) }()
	cmd := exec.Command("curl", append([]string{"-sS", "-m", "20", "-D", head.Name(), "-w", " %{http_code}", "-H", "Content-Type: application/json",
		"--data-binary", "@-", "http://" + c.addr + "/" + sample + "/" + method}, more...)...)
	if c.options["http2"] == true {
		cmd.Args = append(cmd.Args, "--http2-prior-knowledge")
	}
	cmd.Stdin = strings.NewReader(args)
	out, err := cmd.CombinedOutput()
	at := bytes.LastIndexByte(out, ' ')
	if err != nil || at < 0 {
		return nil, 0, "", fmt.Errorf("curl %s: %w: %s", method, err, out)
	}
	if _, err := fmt.Sscan(string(out[at:]), &status); err != nil {
		return nil, 0, "", err
	}
	h, err := os.ReadFile(head.Name())
	if version, _, _ := strings.Cut(string(h), " "); err == nil && c.options["http2"] == true && version != "HTTP/2" {
		err = fmt.Errorf("curl %s: answered over %s", method, version)
	}
	return out[:at], status, strings.ToLower(string(h)), err
}

// streamed calls a method that answers with many messages, in both forms.
func streamed(c call) error {
	for accept, prefix := range map[string]string{"application/x-ndjson": "", "text/event-stream": "data: "} {
		body, status, head, err := c.curl("Watch", `{"n":3}`, "-N", "-H", "Accept: "+accept)
		if err != nil {
			return err
		}
		var ids []string
		for line := range strings.Lines(string(body)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			var order struct{ ID json.Number }
			if err := json.Unmarshal([]byte(strings.TrimPrefix(line, prefix)), &order); err != nil || !strings.HasPrefix(line, prefix) {
				return fmt.Errorf("Watch in %s: line %s: %w", accept, short(line), err)
			}
			ids = append(ids, order.ID.String())
		}
		if status != 200 || !strings.Contains(head, "content-type: "+accept) || strings.Join(ids, " ") != "0 1 2" {
			return fmt.Errorf("Watch in %s: %d, ids %q, head %s", accept, status, ids, head)
		}
	}
	_, status, _, err := c.curl("Watch", `{"n":3}`)
	if err == nil && status != 501 {
		err = fmt.Errorf("Watch without asking for a stream: %d, want 501", status)
	}
	return err
}

// gives makes a call that must go well with just this result.
func (c call) gives(want, method, args string, more ...string) error {
	body, status, _, err := c.curl(method, args, more...)
	if err == nil && (status != 200 || string(body) != want) {
		err = fmt.Errorf("%s(%s): got %s %d, want %s 200", method, short(args), short(string(body)), status, short(want))
	}
	return err
}

// means makes a call that must go well with this result, the members of its objects in any order.
func (c call) means(want, method, args string) error {
	body, status, _, err := c.curl(method, args)
	if err != nil {
		return err
	}
	got, err := values(body)
	if wanted, _ := values([]byte(want)); err != nil || status != 200 || !reflect.DeepEqual(got, wanted) {
		return fmt.Errorf("%s(%s): got %s %d, %v; want %s 200", method, short(args), short(string(body)), status, err, want)
	}
	return nil
}

// values decodes JSON with numbers as they are written.
func values(p []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(p))
	d.UseNumber()
	return v, d.Decode(&v)
}

func orders(c call) error {
	sent, err := os.ReadFile("../peers/order.json")
	if err != nil {
		return err
	}
	body, status, _, err := c.curl("order", "["+string(sent)+"]")
	if err != nil || status != 200 {
		return fmt.Errorf("order: got %d %s, %v", status, short(string(body)), err)
	}
	want, err := values(sent)
	if err != nil {
		return err
	}
	if c.options["far"] == "go" { // it has one value for null and the empty list
		body = bytes.ReplaceAll(body, []byte(`"tags":null`), []byte(`"tags":[]`))
	}
	got, err := values(body)
	if err != nil {
		return err
	}
	if diff := compare("", want, got); diff != "" {
		return errors.New("order" + diff)
	}
	return nil
}

// compare says where two values differ, down to the digits of their numbers.
func compare(at string, want, got any) string {
	w, ok1 := want.(map[string]any)
	g, ok2 := got.(map[string]any)
	if ok1 && ok2 && len(w) == len(g) {
		for _, k := range slices.Sorted(maps.Keys(w)) {
			if diff := compare(at+"."+k, w[k], g[k]); diff != "" {
				return diff
			}
		}
		return ""
	}
	if a, b := fmt.Sprint(want), fmt.Sprint(got); a != b {
		return fmt.Sprintf("%s: got %s, want %s", at, short(b), short(a))
	}
	return ""
}

// classes: where nothing is known of a method, objects come as maps that name their classes, to be understood and not to be chosen.
func classes(c call) error {
	body, status, _, err := c.curl("orders", "[1]")
	if err != nil {
		return err
	}
	for _, want := range []string{`"class":"io.dragoman.sample.Order"`, `"price":1.10`, `"color":"GREEN"`, `"total":9007199254740993`} {
		if status != 200 || !strings.Contains(string(body), want) {
			return fmt.Errorf("orders: %d %s lacks %s", status, body, want)
		}
	}
	return nil
}

func exception(c call) error {
	body, status, header, err := c.curl("reserve", `["A-1",5]`)
	if err != nil {
		return err
	}
	want := []string{`"class":"io.dragoman.sample.OutOfStock"`, `"message":"out of stock: A-1"`}
	if c.options["plain"] == nil { // a generic call has no more than these
		want = append(want, `"sku":"A-1"`, `"left":3`)
	}
	if c.options["plain"] == nil && c.options["cause"] == nil {
		want = append(want, `"class":"java.lang.IllegalStateException"`, "warehouse empty")
	}
	for _, part := range want {
		if status != 500 || !strings.Contains(header, "application/problem+json") || !strings.Contains(string(body), part) {
			return fmt.Errorf("reserve: status %d: %s lacks %s", status, short(string(body)), part)
		}
	}
	return nil
}

func metadata(c call) error {
	body, status, header, err := c.curl("context", "[]", "-H", "Dragoman-Meta-x-trace: t%25-1", "-H", "Dragoman-Meta-x-other: %E6%BC%A2 b")
	if err != nil {
		return err
	}
	got, err := values(body)
	if err != nil || status != 200 || compare("", map[string]any{"x-other": "漢 b", "x-trace": "t%-1"}, got) != "" {
		return fmt.Errorf("context: got %d %s, %v", status, body, err)
	}
	if want := "dragoman-meta-x-reply: seen:t%25-1"; c.options["reply"] == nil && !strings.Contains(header, want) {
		return fmt.Errorf("context: the header %q lacks %s", header, want)
	}
	return nil
}

func oneway(c call) error {
	number := func() (n int, err error) {
		body, _, _, err := c.curl("noticed", "[]")
		if err == nil {
			_, err = fmt.Sscan(string(body), &n)
		}
		return n, err
	}
	before, err := number()
	if err != nil {
		return err
	}
	if body, status, _, err := c.curl("notice", `["n"]`, "-H", "Dragoman-Oneway: true"); err != nil || status != 202 {
		return fmt.Errorf("notice: got %d %s, %v", status, body, err)
	}
	for range 50 { // it may still be on its way when the next call is answered
		if n, err := number(); err != nil || n == before+1 {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.New("notice was not counted")
}

// wrk checks no result, but says whether any answer was none.
var wrk = tool{
	"load": func(c call) error {
		script, err := os.CreateTemp("", "dragoman-interop-*.lua")
		if err != nil {
			return err
		}
		defer func() { _ = os.Remove(script.Name()) }()
		_, err = script.WriteString("wrk.method = 'POST'\nwrk.body = '[\"hello\"]'\nwrk.headers['Content-Type'] = 'application/json'\n")
		if e := script.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
		out, err := exec.Command("wrk", "-t1", "-c8", "-d2s", "-s", script.Name(), "http://"+c.addr+"/"+sample+"/echo").CombinedOutput()
		var made int
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "Non-2xx") || strings.Contains(line, "Socket errors") {
				err = errors.Join(err, errors.New(strings.TrimSpace(line)))
			}
			if strings.Contains(line, " requests in ") {
				_, _ = fmt.Sscan(line, &made) // no number is none
			}
		}
		if made == 0 {
			err = errors.Join(err, errors.New("no request was answered"))
		}
		return err
	},
}
