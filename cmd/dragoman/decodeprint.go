package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/capture"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/dissect"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/hexdump"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/show"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// heard is a connection whose messages are printed.
type heard struct {
	*dissect.Conn // nil: it is over, and its memory is for others
	d             *decoder
	name          string // its lines begin so; "" where there is one connection
	ends          string // between whom it is, if that is known
	protocol      string // as it was said
	begun         time.Time
	ended         [2]bool
	failed        int
}

func (d *decoder) hear(name, ends string) *heard {
	h := &heard{d: d, name: name, ends: ends}
	o := d.options
	o.Say = h.say
	h.Conn = dissect.New(&o)
	return h
}

// capture prints the messages of a capture, in the order of its packets.
func (d *decoder) capture(in io.Reader) error {
	conns := map[*capture.Conn]*heard{}
	var first time.Time
	counts, err := capture.Read(in, func(p *capture.Piece) error {
		h := conns[p.Conn]
		if h == nil {
			h = d.hear(fmt.Sprintf("%d ", len(conns)+1), " "+p.Conn.String())
			conns[p.Conn] = h
		}
		if first.IsZero() {
			first = p.At
		}
		h.begun = first
		h.piece(p)
		return nil
	})
	if err != nil {
		return err
	}
	if counts.Conns == 0 {
		return fmt.Errorf("%d packets and no TCP connection among them", counts.Packets)
	}
	failed := 0
	for _, h := range conns {
		failed += h.failed
	}
	return trouble(failed)
}

// piece reads the next bytes of a capture.
func (h *heard) piece(p *capture.Piece) {
	if h.Conn == nil {
		return
	}
	if p.Middle || p.Lost > 0 {
		h.Lose(p.FromServer, p.Lost)
	}
	if len(p.Bytes) > 0 {
		h.Feed(p.FromServer, p.At, p.Bytes)
	}
	if p.End {
		side := 0
		if p.FromServer {
			side = 1
		}
		if h.ended[side] = true; h.ended[1-side] {
			h.End()
			h.Conn = nil
		}
	}
}

// chunks prints the messages of bytes that are no capture.
func (d *decoder) chunks(list []hexdump.Chunk) error {
	if d.f.side != "" {
		for i := range list {
			list[i].Side = d.f.side
		}
	}
	server := codecs.Server.String()
	both := slices.ContainsFunc(list, func(c hexdump.Chunk) bool { return c.Side != list[0].Side })
	h := d.hear("", "")
	if both {
		for _, c := range list {
			h.Feed(c.Side == server, time.Time{}, c.Bytes)
		}
		h.End()
		return trouble(h.failed)
	}
	var all []byte
	for _, c := range list {
		all = append(all, c.Bytes...)
	}
	h.Lone(all, list[0].Side)
	return trouble(h.failed)
}

// trouble is the error of a decode that could not read everything.
func trouble(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%s could not be read", count(n, "part"))
}

// maxSmallTalk is the length in bytes up to which what is no call is printed as it is.
const maxSmallTalk = 256

// say prints what was read.
func (h *heard) say(e *dissect.Event) {
	if protocol := h.Protocol(); protocol != h.protocol { // it may be known better later on
		h.protocol = protocol
		h.d.say("%s%s%s\n", h.name, protocol, h.ends)
	}
	mark := ">"
	if e.FromServer {
		mark = "<"
	}
	line := h.name + mark + " "
	if !e.At.IsZero() {
		line += fmt.Sprintf("%.6f ", e.At.Sub(h.begun).Seconds())
	}
	h.d.say("%s%s", line, h.text(e))
	if h.d.f.hex && len(e.Bytes) > 0 {
		h.d.say("%s", show.Dump(mark+" ", e.Bytes))
	}
}

// text is what an event says, from behind the beginning of its line.
func (h *heard) text(e *dissect.Event) string {
	var asked *codecs.Header
	title := ""
	if len(e.Bytes) > 0 && e.Message != nil {
		title = ", " + count(len(e.Bytes), "byte")
	}
	if a := e.Asked; a != nil {
		asked = &a.Head
		title += ", of " + show.Method(asked)
		if e.FromServer && !a.At.IsZero() && !e.At.IsZero() {
			title += fmt.Sprintf(", after %v", e.At.Sub(a.At).Round(time.Microsecond))
		}
	}
	switch {
	case e.Err != nil:
		h.failed++
		if e.Message == nil {
			return fmt.Sprintf("unreadable: %s\n", show.Safe(e.Err.Error()))
		}
		head := *e.Message
		head.Bare = true
		return h.d.print.Message(&head, title, asked, "    ") + fmt.Sprintf("    %-9s %s\n", "refused", show.Safe(e.Err.Error()))
	case e.Message == nil && len(e.Bytes) <= maxSmallTalk && len(e.Bytes) > 0:
		return fmt.Sprintf("%s\n    %-9s %q\n", e.Note, "bytes", e.Bytes)
	case e.Message == nil:
		return e.Note + "\n"
	}
	text := h.d.print.Message(e.Message, title, asked, "    ")
	if e.Message.Kind == codecs.Control && len(e.Bytes) <= maxSmallTalk {
		text += fmt.Sprintf("    %-9s %q\n", "bytes", e.Bytes)
	}
	return text
}
