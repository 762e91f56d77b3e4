package http

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// caller is what the client side of either version knows from its settings.
type caller struct {
	path  template
	host  string
	agent string
	fault string // the member that makes a good answer a fault; "": none
	err   error  // what is wrong with the options
	last  *line  // the request line that was read last
}

func newCaller(t *codecs.Traits, set *codecs.Settings) caller {
	c := caller{path: newTemplate(set.Option(t, "path")), host: set.Option(t, "host"), agent: set.Name}
	if c.host == "" {
		c.host = set.Addr
	}
	if !isHost([]byte(c.host)) { // a Unix socket, or not known
		c.host = "localhost"
	}
	c.fault, c.err = faultMember(set.Option(t, "fault"))
	if c.path.err != nil {
		c.err = c.path.err
	}
	if !isToken([]byte(c.agent)) {
		c.agent = "dragoman"
	}
	return c
}

// faultMember gives the member that the option fault names; "": it names none.
func faultMember(option string) (string, error) {
	member, named := strings.CutPrefix(option, "field:")
	switch {
	case named && member != "":
		return member, nil
	case option == "status":
		return "", nil
	}
	return "", codecs.Errorf(codecs.Internal, "http: option fault: %.64q is neither status nor field:NAME", option)
}

func checkFault(option string) error {
	_, err := faultMember(option)
	return err
}

// request says how a request is written: its method, what is asked for, appended to dst, and its body.
func (c *caller) request(m *codecs.Message, dst []byte) (method string, target []byte, body wire.Body, err error) {
	switch {
	case c.err != nil:
		return "", dst, body, c.err
	case !m.End || m.Part:
		return "", dst, body, codecs.Errorf(codecs.Unimplemented, "http: encode request: it comes in pieces")
	case m.Body.Len() > 0 && (!isEncoding(m.Format) || m.Format.Shape != codecs.Args && m.Format.Shape != codecs.Value):
		return "", dst, body, codecs.Errorf(codecs.Internal, "http: encode request: body in %v", m.Format)
	}
	if body = m.Body; m.Bare || body.Len() == 0 {
		body = wire.Borrow(noArguments)
	}
	if !isLine(m.Method) {
		target, err = c.path.append(dst, m.Service, m.Method)
		return "POST", target, body, err
	}
	l := c.last
	if l == nil || l.text != m.Method {
		if l, err = parseLine(m.Method); err != nil {
			return "", dst, body, err
		}
		c.last = l
	}
	f, err := l.fill(body.Bytes())
	if err != nil {
		return "", dst, body, err
	}
	if target, err = f.appendTarget(dst); err != nil {
		return "", dst, body, err
	}
	return l.method, target, wire.Copy(f.body(nil)), nil
}
