// Package h2text is how transcripts write HTTP/2: a line for each frame, header blocks as their fields.
//
// It knows the layout of frames and header compression. It refuses to know what is allowed: tests write what is not. The lines are
//
//	preface
//	settings [ack] [table=N] [push=N] [streams=N] [window=N] [frame=N] [headlist=N] [0xID=N]
//	headers ID [end] [open] [pad=N] [on=DEPENDENCY] [cut=N] name=value …     cut: CONTINUATION from there on; open: no END_HEADERS
//	continuation ID [open] HEX
//	data ID [end] [pad=N] "payload"
//	priority ID on=DEPENDENCY     reset ID CODE     ping [ack] HEX     goaway LAST CODE "text"     window ID N
//	raw HEX
//
// Values that hold blanks are written as Go strings, whole: "name=a value".
package h2text

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// Notation reads lines into frames, and frames into lines. It holds the header tables of one conversation.
type Notation struct {
	block bytes.Buffer
	enc   *hpack.Encoder
	dec   *hpack.Decoder
}

// New makes the Notation of one conversation.
func New() *Notation {
	n := &Notation{}
	n.enc = hpack.NewEncoder(&n.block)
	n.dec = hpack.NewDecoder(4096, nil)
	return n
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

var (
	kinds    = []string{"data", "headers", "priority", "reset", "settings", "push", "ping", "goaway", "window", "continuation"}
	settings = []string{"", "table", "push", "streams", "window", "frame", "headlist"}
	codes    = []string{"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
		"FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY",
		"HTTP_1_1_REQUIRED"}
)

const (
	flagEnd     = 0x1
	flagAck     = 0x1
	flagHeaders = 0x4
	flagPadded  = 0x8
	flagOn      = 0x20
	headLen     = 9
)

// frame is a line taken apart.
type frame struct {
	kind  int
	flags byte
	id    uint32
	args  []string // that stand for no flag
	pad   int      // -1: none
	on    uint32
	cut   int
}

func (f *frame) append(b, payload []byte) []byte {
	if f.flags&flagPadded != 0 {
		payload = slices.Concat([]byte{byte(f.pad)}, payload, make([]byte, f.pad))
	}
	n := len(payload)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), byte(f.kind), f.flags)
	return append(binary.BigEndian.AppendUint32(b, f.id), payload...)
}

// Parse gives the bytes of a line.
func (n *Notation) Parse(line string) ([]byte, error) {
	words, err := split(line)
	if err != nil || len(words) == 0 {
		return nil, fmt.Errorf("h2text: %q is no line: %w", line, err)
	}
	switch words[0] {
	case "preface":
		return []byte(preface), nil
	case "raw":
		return hex.DecodeString(strings.Join(words[1:], ""))
	}
	f := frame{kind: slices.Index(kinds, words[0]), pad: -1, cut: -1}
	if f.kind < 0 {
		return nil, fmt.Errorf("h2text: no frame is called %q", words[0])
	}
	if err := f.words(words[1:]); err != nil {
		return nil, err
	}
	return n.frame(&f)
}

// split takes a line apart at blanks outside of Go strings.
func split(line string) (words []string, err error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] == '"' {
			q, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, err
			}
			w, _ := strconv.Unquote(q)
			words, line = append(words, w), line[len(q):]
			continue
		}
		w, rest, _ := strings.Cut(line, " ")
		words, line = append(words, w), rest
	}
	return words, nil
}

// words reads what stands behind a frame's name.
func (f *frame) words(words []string) (err error) {
	if !slices.Contains([]int{4, 6, 7}, f.kind) && len(words) > 0 {
		if f.id, err = u32(words[0]); err != nil {
			return err
		}
		words = words[1:]
	}
	if f.kind == 1 || f.kind == 9 {
		f.flags |= flagHeaders
	}
	for i, w := range words {
		key, value, _ := strings.Cut(w, "=")
		var v uint32
		if key == "pad" || key == "on" || key == "cut" {
			if v, err = u32(value); err != nil {
				return err
			}
		}
		switch key {
		case "end":
			f.flags |= flagEnd
		case "ack":
			f.flags |= flagAck
		case "open":
			f.flags &^= flagHeaders
		case "pad":
			f.flags, f.pad = f.flags|flagPadded, int(v)
		case "on":
			f.on = v
			if f.kind == 1 {
				f.flags |= flagOn
			}
		case "cut":
			f.cut = int(v)
		default:
			f.args = words[i:]
			return nil
		}
	}
	return nil
}

func u32(s string) (uint32, error) {
	v, err := strconv.ParseUint(s, 0, 32)
	return uint32(v), err
}

// frame gives the bytes of a frame.
func (n *Notation) frame(f *frame) ([]byte, error) {
	var p []byte
	var err error
	switch arg := strings.Join(f.args, ""); kinds[f.kind] {
	case "data":
		p = []byte(arg)
	case "headers":
		return n.headers(f)
	case "priority":
		p = append(binary.BigEndian.AppendUint32(nil, f.on), 0)
	case "reset":
		p = code(nil, arg)
	case "settings":
		p, err = parseSettings(f.args)
	case "goaway":
		if len(f.args) < 2 {
			return nil, fmt.Errorf("h2text: goaway wants a stream and a code")
		}
		var last uint32
		last, err = u32(f.args[0])
		p = append(code(binary.BigEndian.AppendUint32(nil, last), f.args[1]), strings.Join(f.args[2:], " ")...)
	case "window":
		var v uint32
		v, err = u32(arg)
		p = binary.BigEndian.AppendUint32(nil, v)
	default:
		p, err = hex.DecodeString(arg)
	}
	return f.append(nil, p), err
}

func code(b []byte, name string) []byte {
	i := slices.Index(codes, name)
	if i < 0 {
		v, _ := u32(name)
		i = int(v)
	}
	return binary.BigEndian.AppendUint32(b, uint32(i))
}

func parseSettings(args []string) (p []byte, err error) {
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		id := uint32(max(slices.Index(settings, name), 0))
		if id == 0 {
			if id, err = u32(name); err != nil {
				return nil, err
			}
		}
		v, err := u32(value)
		if err != nil {
			return nil, err
		}
		p = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(p, uint16(id)), v)
	}
	return p, nil
}

// headers compresses a block.
func (n *Notation) headers(f *frame) ([]byte, error) {
	n.block.Reset()
	for _, a := range f.args {
		i := strings.IndexByte(a[min(1, len(a)):], '=') + 1 // a pseudo field's name begins with a colon, never with =
		if i == 0 {
			return nil, fmt.Errorf("h2text: %q is no field", a)
		}
		if err := n.enc.WriteField(hpack.HeaderField{Name: a[:i], Value: a[i+1:]}); err != nil {
			return nil, err
		}
	}
	p := bytes.Clone(n.block.Bytes())
	var rest []byte
	cut := f.cut >= 0 && f.cut < len(p)
	if cut {
		p, rest = p[:f.cut], p[f.cut:]
	}
	if f.flags&flagOn != 0 {
		p = slices.Concat(binary.BigEndian.AppendUint32(nil, f.on), []byte{15}, p)
	}
	if !cut {
		return f.append(nil, p), nil
	}
	tail := frame{kind: 9, flags: f.flags & flagHeaders, id: f.id}
	f.flags &^= flagHeaders
	return tail.append(f.append(nil, p), rest), nil
}
