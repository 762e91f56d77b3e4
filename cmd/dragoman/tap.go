package main

import (
	"fmt"

	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/show"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// tap is a codec whose sessions tell what goes over the wire.
type tap struct {
	codecs.Codec
	print *show.Printer
	tell  func(format string, args ...any)
}

func tapped(list []codecs.Codec, print *show.Printer, tell func(format string, args ...any)) []codecs.Codec {
	taps := make([]codecs.Codec, len(list))
	for i, c := range list {
		taps[i] = tap{c, print, tell}
	}
	return taps
}

func (t tap) Session(side codecs.Side, set codecs.Settings) codecs.Session {
	return &tapSession{Session: t.Codec.Session(side, set), tap: t, asked: map[uint64]*codecs.Header{}}
}

// tapSession passes the optional abilities of a client's session on, too.
type tapSession struct {
	codecs.Session
	tap
	asked map[uint64]*codecs.Header // of the requests, few as they are
}

func (s *tapSession) Decode(m *codecs.Message, p []byte) (int, error) {
	n, err := s.Session.Decode(m, p)
	switch {
	case err != nil:
		s.tell("< %s\n%s", show.Safe(err.Error()), show.Dump("< ", p[:max(n, min(len(p), 1<<10))]))
	case n > 0:
		s.tell("< %s%s", s.text(m), show.Dump("< ", p[:n]))
	}
	return n, err
}

func (s *tapSession) Encode(out *wire.Out, m *codecs.Message) (bool, error) {
	text, before := s.text(m), out.Len()
	if m.Kind == codecs.Request {
		head := m.Header
		s.asked[m.ID] = &head
	}
	more, err := s.Session.Encode(out, m)
	if all := out.AppendTo(nil); err == nil && len(all) > before {
		s.tell("> %s%s", text, show.Dump("> ", all[before:]))
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

// text is a message in lines. Metadata is read for it alone, from a copy of the message.
func (s *tapSession) text(m *codecs.Message) string {
	shown := *m
	if l, ok := s.Session.(codecs.MetaLoader); ok && !m.Meta.Loaded && m.Frame.Of != "" {
		if err := l.LoadMeta(&shown); err != nil {
			return fmt.Sprintf("%s, %s\n", show.Title(m), show.Safe(err.Error()))
		}
	}
	return s.print.Message(&shown, "", s.asked[m.ID], "    ")
}
