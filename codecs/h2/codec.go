// Package h2 is HTTP/2 (RFC 9113, RFC 7541): frames, streams, flow control, header compression and the limits that keep a hostile
// peer cheap, for both sides of a connection.
//
// It knows when a stream opens and ends, what a header block may hold and how many bytes may be under way. It refuses to know what
// a call is: a Mapping says what the blocks and payloads of a stream mean, and several mappings share a connection.
package h2

import (
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Name is what the wire is called where no mapping gives it another name, and in the Native of its error codes.
const Name = "h2"

// preface is what a client sends first (RFC 9113 §3.4). A SETTINGS frame follows.
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Codec is HTTP/2 with the meaning that its mappings give it. It is immutable and safe for concurrent use.
type Codec struct {
	protocols []protocol
	traits    codecs.Traits
}

// protocol is a mapping, and the Codec that has it alone.
type protocol struct {
	Mapping
	of *Codec
}

var _ codecs.Joint = (*Codec)(nil)

// New makes the Codec of one mapping, or of several that share connections. The first one is that of the client side.
func New(mappings ...Mapping) *Codec {
	protocols := make([]protocol, 0, len(mappings))
	for _, m := range mappings {
		one := &Codec{}
		one.set([]protocol{{m, one}})
		protocols = append(protocols, one.protocols[0])
	}
	return join(protocols)
}

func join(protocols []protocol) *Codec {
	if len(protocols) == 1 {
		return protocols[0].of
	}
	c := &Codec{}
	c.set(protocols)
	return c
}

// Join gives the Codec of this and the others' mappings. Codecs of other wires are left out, and so is what is there already.
func (c *Codec) Join(others []codecs.Codec) codecs.Codec {
	all := slices.Clone(c.protocols)
	for _, other := range others {
		o, ok := other.(*Codec)
		if !ok {
			continue
		}
		for _, p := range o.protocols {
			if !slices.ContainsFunc(all, func(have protocol) bool { return have.Name() == p.Name() }) {
				all = append(all, p)
			}
		}
	}
	return join(all)
}

// Name is that of the only mapping, or "h2".
func (c *Codec) Name() string {
	if len(c.protocols) == 1 {
		return c.protocols[0].Name()
	}
	return Name
}

// Traits are those of the mappings and of the wire.
func (c *Codec) Traits() codecs.Traits { return c.traits }

func (c *Codec) set(protocols []protocol) {
	c.protocols = protocols
	var t codecs.Traits
	for i, p := range protocols {
		pt := p.Traits()
		if i == 0 {
			t = pt
			continue
		}
		t.Deadline = t.Deadline || pt.Deadline
		t.Formats = slices.Concat(t.Formats, pt.Formats)
		t.Options = slices.Concat(t.Options, pt.Options)
		t.Reserved = slices.Concat(t.Reserved, pt.Reserved)
	}
	t.InOrder, t.Stream, t.Cancels, t.Goaway, t.Hello = false, true, true, true, true
	t.IDs = codecs.IDs{First: 1, Step: 2, Max: maxStream}
	t.ALPN, t.Version = "h2", "2"
	c.traits = t
}

// Sniff knows the preface.
func (c *Codec) Sniff(p []byte) codecs.Verdict {
	n := min(len(p), len(preface))
	switch {
	case string(p[:n]) != preface[:n]:
		return codecs.No
	case n < len(preface):
		return codecs.More
	}
	return codecs.Yes
}

// Session makes the state of one connection, which must not be shared.
func (c *Codec) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	return newSession(c, side, set.WithDefaults())
}

// String lists the mappings, for people.
func (c *Codec) String() string {
	names := make([]string, len(c.protocols))
	for i, p := range c.protocols {
		names[i] = p.Name()
	}
	return Name + "(" + strings.Join(names, ", ") + ")"
}
