package h2text

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// Show gives the lines of whole frames. What is no frame is raw.
func (n *Notation) Show(b []byte) (lines []string) {
	if rest, ok := strings.CutPrefix(string(b), preface); ok {
		lines, b = append(lines, "preface"), []byte(rest)
	}
	for len(b) > 0 {
		size := len(b)
		if size >= headLen {
			size = headLen + int(b[0])<<16 + int(b[1])<<8 + int(b[2])
		}
		if size < headLen || size > len(b) || int(b[3]) >= len(kinds) {
			return append(lines, fmt.Sprintf("raw %x", b))
		}
		lines = append(lines, n.show(b[:size]))
		b = b[size:]
	}
	return lines
}

func (n *Notation) show(b []byte) string {
	kind, flags, id, p := kinds[b[3]], b[4], binary.BigEndian.Uint32(b[5:]), b[headLen:]
	words := []string{kind}
	add := func(cond bool, format string, args ...any) {
		if cond {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(kind != "settings" && kind != "ping" && kind != "goaway", "%d", id)
	add(flags&flagEnd != 0 && (kind == "data" || kind == "headers"), "end")
	add(flags&flagAck != 0 && (kind == "settings" || kind == "ping"), "ack")
	add(flags&flagHeaders == 0 && (kind == "headers" || kind == "continuation"), "open")
	if flags&flagPadded != 0 && (kind == "data" || kind == "headers") && len(p) > int(p[0]) {
		add(true, "pad=%d", p[0])
		p = p[1 : len(p)-int(p[0])]
	}
	if (kind == "headers" && flags&flagOn != 0 || kind == "priority") && len(p) >= 5 {
		add(true, "on=%d", binary.BigEndian.Uint32(p)&(1<<31-1))
		p = p[5:]
	}
	switch {
	case kind == "priority":
	case kind == "data":
		add(true, "%s", shorten(p))
	case kind == "headers":
		words = append(words, n.fields(p)...)
	case kind == "reset" && len(p) == 4:
		add(true, "%s", codeName(p))
	case kind == "settings":
		for ; len(p) >= 6; p = p[6:] {
			add(true, "%s=%d", settingName(binary.BigEndian.Uint16(p)), binary.BigEndian.Uint32(p[2:]))
		}
	case kind == "goaway" && len(p) >= 8:
		add(true, "%d %s", binary.BigEndian.Uint32(p), codeName(p[4:]))
		add(len(p) > 8, "%q", p[8:])
	case kind == "window" && len(p) == 4:
		add(true, "%d", binary.BigEndian.Uint32(p))
	default:
		add(true, "%x", p)
	}
	return strings.Join(words, " ")
}

// payloadMax is how much of a payload is shown, in bytes.
const payloadMax = 200

func shorten(p []byte) string {
	if len(p) > payloadMax {
		return fmt.Sprintf("%q… %d bytes", p[:payloadMax/10], len(p))
	}
	return strconv.Quote(string(p))
}

func codeName(p []byte) string {
	if c := binary.BigEndian.Uint32(p); int(c) < len(codes) {
		return codes[c]
	}
	return fmt.Sprintf("%#x", binary.BigEndian.Uint32(p))
}

func settingName(id uint16) string {
	if id > 0 && int(id) < len(settings) {
		return settings[id]
	}
	return fmt.Sprintf("%#x", id)
}

// fields gives the fields of a block, which must be whole.
func (n *Notation) fields(p []byte) (words []string) {
	n.dec.SetEmitFunc(func(f hpack.HeaderField) {
		w := f.Name + "=" + f.Value
		if strings.ContainsAny(w, " \"") || strconv.Quote(w) != `"`+w+`"` {
			w = strconv.Quote(w)
		}
		words = append(words, w)
	})
	if _, err := n.dec.Write(p); err != nil {
		return []string{fmt.Sprintf("undecodable: %v", err)}
	}
	if err := n.dec.Close(); err != nil {
		return []string{fmt.Sprintf("undecodable: %v", err)}
	}
	return words
}
