package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// tap is a codec whose sessions tell what goes over the wire.
type tap struct {
	codecs.Codec
	tell func(format string, args ...any)
}

func tapped(list []codecs.Codec, tell func(format string, args ...any)) []codecs.Codec {
	taps := make([]codecs.Codec, len(list))
	for i, c := range list {
		taps[i] = tap{c, tell}
	}
	return taps
}

func (t tap) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	return &tapSession{t.Codec.Session(side, set), t.tell}
}

// tapSession passes the optional abilities of a client's session on, too.
type tapSession struct {
	codecs.Session
	tell func(format string, args ...any)
}

func (s *tapSession) Decode(m *codecs.Message, p []byte) (int, error) {
	n, err := s.Session.Decode(m, p)
	switch {
	case err != nil:
		s.tell("< %v\n%s", err, dump("< ", p[:max(n, min(len(p), 1<<10))]))
	case n > 0:
		s.tell("< %s\n%s", describe(m), dump("< ", p[:n]))
	}
	return n, err
}

func (s *tapSession) Encode(out *wire.Out, m *codecs.Message) (bool, error) {
	text, before := describe(m), out.Len()
	more, err := s.Session.Encode(out, m)
	if all := out.AppendTo(nil); err == nil && len(all) > before {
		s.tell("> %s\n%s", text, dump("> ", all[before:]))
	}
	return more, err
}

func (s *tapSession) LoadMeta(m *codecs.Message) error {
	if l, ok := s.Session.(codecs.MetaLoader); ok {
		return l.LoadMeta(m)
	}
	m.Meta.Loaded = true
	return nil
}

func (s *tapSession) FrameSize(p []byte) int {
	if z, ok := s.Session.(codecs.Sizer); ok {
		return z.FrameSize(p)
	}
	return 0
}

// describe tells what is in a message's head.
func describe(m *codecs.Message) string {
	parts := []string{m.Kind.String()}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	if m.ID != 0 {
		add("id", fmt.Sprint(m.ID))
	}
	add("service", m.Service)
	add("method", m.Method)
	add("version", m.Version)
	add("group", m.Group)
	add("types", m.Descriptor)
	if m.Timeout > 0 {
		add("timeout", m.Timeout.String())
	}
	if m.Kind == codecs.Reply {
		add("status", m.Status.String())
	}
	if m.Format.Encoding != "" {
		add("body", fmt.Sprintf("%v of %d bytes", m.Format, m.Body.Len()))
	}
	for _, p := range m.Meta.Pairs {
		add("meta", p.Key+"="+p.Value)
	}
	return strings.Join(parts, ", ")
}

func dump(prefix string, p []byte) string {
	var b strings.Builder
	for line := range strings.Lines(hex.Dump(p)) {
		b.WriteString(prefix + line)
	}
	return b.String()
}
