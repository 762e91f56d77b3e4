package guide

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
)

// This file stands in for the Java programs of the guide.

// invocation is a call that has come to the provider.
type invocation struct {
	service, method, types string
	args                   []any
	generic                bool
}

// provider serves com.acme.User, as the guide has it, on addr, as Dubbo's Java provider puts it on the wire.
func provider(t *testing.T, addr string) {
	serve(t, addr, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, body, err := frame(r)
			if err != nil {
				return
			}
			if head[2]&0x20 != 0 {
				continue // heartbeats, and the goodbye
			}
			status, reply := byte(20), ""
			if in := readInvocation(body); in.service != "com.acme.User" {
				status, reply = 40, longText("Not found exported service: "+in.service)
			} else if in.ambiguous() {
				status, reply = 70, longText("java.lang.IllegalStateException: Not unique method for method name(greet) in class(com.acme.User), find 2 methods.")
			} else {
				reply = answer(in)
			}
			copy(head[2:4], []byte{2, status})
			binary.BigEndian.PutUint32(head[12:], uint32(len(reply)))
			if _, err := io.WriteString(c, string(head)+reply); err != nil {
				return
			}
		}
	})
}

// serve gives each connection to do until the test ends.
func serve(t *testing.T, addr string, do func(net.Conn)) {
	t.Helper()
	lis, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lis.Close() })
	go func() {
		for {
			c, err := lis.Accept()
			if err != nil {
				return
			}
			go func() {
				do(c)
				_ = c.Close()
			}()
		}
	}()
}

func frame(r *bufio.Reader) (head, body []byte, err error) {
	head = make([]byte, 16)
	if _, err = io.ReadFull(r, head); err != nil {
		return nil, nil, err
	}
	if head[0] != 0xda || head[1] != 0xbb {
		return nil, nil, fmt.Errorf("% x is no Dubbo", head)
	}
	body = make([]byte, binary.BigEndian.Uint32(head[12:]))
	_, err = io.ReadFull(r, body)
	return head, body, err
}

func readInvocation(body []byte) *invocation {
	r := &reader{p: body}
	words := make([]string, 5) // Dubbo's version, service, version, method, descriptor
	for i := range words {
		words[i] = fmt.Sprint(r.value())
	}
	in := &invocation{service: words[1], method: words[3], types: words[4]}
	if in.method == "$invoke" {
		in.generic = true
		in.method = fmt.Sprint(r.value())
		in.types = fmt.Sprint(r.value())
		in.args, _ = r.value().([]any)
		return in
	}
	in.args = []any{r.value()} // every method of the guide takes one
	return in
}

// ambiguous says whether a generic call leaves it open which method it means. What Java answers was seen with Dubbo 2.7.23 and 3.3.6.
func (in *invocation) ambiguous() bool {
	return in.generic && in.method == "greet" && in.types == "<nil>"
}

const (
	valueForm     = "\x94" // with attachments behind it, like those below
	exceptionForm = "\x93"
	since         = 1577836800000
)

// answer does what the service does, and writes the reply's body.
func answer(in *invocation) string {
	attached := dict(text("dubbo"), text("2.0.2"))
	key := in.method + " " + in.types
	if in.generic && in.method == "get" {
		key = "get J"
	}
	var id int64
	switch arg := in.args[0].(type) {
	case int64:
		id = arg
	case int32:
		id = int64(arg) // a generic call: Java widens
	}
	switch key {
	case "get J":
		switch {
		case id != 7 && in.generic:
			return exceptionForm + genericException("com.acme.NoSuchUser", fmt.Sprintf("no user %d", id)) + attached
		case id != 7:
			return exceptionForm + object(0, "com.acme.NoSuchUser", []string{"id", "detailMessage", "stackTrace"},
				smallLong(int(id)), text(fmt.Sprintf("no user %d", id)), stackTrace(1)) + attached
		case in.generic:
			return valueForm + profileMap() + attached
		}
		return valueForm + profile() + attached
	case "greet J", "greet [long]":
		return valueForm + text(fmt.Sprintf("user number %d", id)) + attached
	case "greet Ljava/lang/String;", "greet [java.lang.String]":
		return valueForm + text(fmt.Sprintf("dear %v", in.args[0])) + attached
	case "find Lcom/acme/Filter;":
		f, _ := in.args[0].(map[string]any)
		level, _ := f["level"].(map[string]any)
		if level["name"] == "GOLD" {
			return valueForm + "\x79" + profile() + attached
		}
		return valueForm + "\x78" + attached
	}
	return exceptionForm + genericException("java.lang.NoSuchMethodException", key) + attached
}

// profile is the one user, as an object of its class, its fields in the order in which Dubbo 3.3.6 was seen to write them.
func profile() string {
	return object(0, "com.acme.Profile", []string{"tags", "since", "credit", "level", "name", "id"},
		texts("early", "staff"), millis(since), object(1, "java.math.BigDecimal", []string{"value"}, text("19.90")),
		object(2, "com.acme.Level", []string{"name"}, text("GOLD")), text("Alice"), smallLong(7))
}

// profileMap is the same as a generic caller gets it: a HashMap, with names for enums.
func profileMap() string {
	return dict(text("level"), text("GOLD"), text("name"), text("Alice"), text("id"), smallLong(7),
		text("credit"), object(0, "java.math.BigDecimal", []string{"value"}, text("19.90")), text("class"), text("com.acme.Profile"),
		text("tags"), texts("early", "staff"), text("since"), millis(since))
}

func genericException(class, message string) string {
	return object(0, "com.alibaba.dubbo.rpc.service.GenericException", []string{"exceptionClass", "exceptionMessage", "stackTrace"},
		longText(class), longText(message), stackTrace(1))
}

// stackTrace is an array of one element, whose class is the number n of the stream.
func stackTrace(n int) string {
	return "\x71" + longText("[java.lang.StackTraceElement") + object(n, "java.lang.StackTraceElement",
		[]string{"declaringClass", "methodName", "fileName", "lineNumber"}, text("com.acme.UserImpl"), text("get"), text("UserImpl.java"), small(12))
}

// consume makes one call as a Java consumer with the interface on its class path would, and gives the reply's status and body.
func consume(t *testing.T, addr, service, method, descriptor, args string) (status byte, body string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	s := text("2.0.2") + text(service) + text("0.0.0") + text(method) + text(descriptor) + args +
		dict(text("path"), text(service), text("interface"), text(service), text("version"), text("0.0.0"))
	head := binary.BigEndian.AppendUint32([]byte{0xda, 0xbb, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 5}, uint32(len(s)))
	if _, err := io.WriteString(c, string(head)+s); err != nil {
		t.Fatal(err)
	}
	got, reply, err := frame(bufio.NewReader(c))
	if err != nil {
		t.Fatal(err)
	}
	return got[3], string(reply)
}
