package h2_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// talk is a client and a server that say what a fuzzer wants them to say, with a third party that puts in frames of its own.
type talk struct {
	*wired
	p    []byte // what the fuzzer wants
	next uint64
	open []uint64
}

func (k *talk) byte() byte {
	if len(k.p) == 0 {
		return 0
	}
	b := k.p[0]
	k.p = k.p[1:]
	return b
}

func (k *talk) id() uint64 {
	if len(k.open) == 0 {
		return 1
	}
	return k.open[int(k.byte())%len(k.open)]
}

// message makes a message with a payload of up to 128 KiB.
func (k *talk) message(kind codecs.Kind, id uint64) codecs.Message {
	flags := k.byte()
	m := codecs.Message{Kind: kind, ID: id, End: flags&1 != 0, Part: flags&3 == 2, Bare: flags&4 != 0}
	if flags&8 != 0 {
		m.Format.Zip = "prefix"
	}
	m.Status.Code = codecs.Code(flags >> 4 & 1)
	if !m.Bare {
		m.Body = wire.Copy(make([]byte, int(k.byte())<<9))
	}
	return m
}

func (k *talk) step() {
	switch op := k.byte() % 12; op {
	case 0:
		m := k.message(codecs.Request, k.next)
		m.Service, m.Method = "svc", "m"
		if k.client.encode(&m) == nil {
			k.open = append(k.open, k.next)
		}
		k.next += 2
	case 1, 2:
		m := k.message(codecs.Data, k.id())
		k.say([...]*peer{k.client, k.server}[op-1], &m)
	case 3:
		m := k.message(codecs.Reply, k.id())
		k.say(k.server, &m)
	case 4, 5:
		p := [...]*peer{k.client, k.server}[op-4]
		m := codecs.Message{Kind: codecs.Cancel, ID: k.id()}
		m.Status.Code = codecs.Code(int(k.byte()) % codecs.Codes)
		if rest := p.waits[m.ID]; rest != nil {
			rest.Release()
			delete(p.waits, m.ID)
		}
		_ = p.encode(&m)
	case 6:
		_ = k.server.encode(&codecs.Message{Kind: codecs.Goaway})
	case 7, 8:
		k.inject([...]*peer{k.client, k.server}[op-7])
	default:
		k.move()
	}
}

// say encodes a message of a call whose last one has left.
func (k *talk) say(p *peer, m *codecs.Message) {
	if p.waits[m.ID] != nil {
		m.Release()
		return
	}
	_ = p.encode(m)
}

// inject feeds a frame of any kind, which is likely to say something of an open stream.
func (k *talk) inject(p *peer) {
	kind, flags, id, n := k.byte()%11, k.byte(), byte(k.id()), int(k.byte())%32
	frame := []byte{0, 0, byte(n), kind, flags, 0, 0, 0, id}
	for range n {
		frame = append(frame, k.byte())
	}
	p.feed(frame)
}

// FuzzTalk: whatever is said on both sides, and by whoever is between, nothing panics and all counts add up.
func FuzzTalk(f *testing.F) {
	f.Add([]byte("\x00\x01\x10\x09\x03\x00\x01\x09"))
	f.Add([]byte("\x00\x04\x09\x03\x04\x00\x09\x01\x00\x02\xff\x02\x00\x00\xff\x09\x01\x00\x01\x02\x02\x00\x01\x02\x09"))
	f.Add([]byte("\x00\x04\x00\x04\x09\x03\x04\x00\x02\x00\x02\xff\x05\x00\x03\x04\x01\x06\x09\x09"))
	f.Add([]byte("\x00\x04\x09\x08\x03\x00\x00\x04\x00\x00\x00\x08\x07\x08\x00\x00\x04\x00\x00\x01\x00\x09"))
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 4096 {
			return
		}
		k := &talk{wired: newWired(t, echoCodec), p: p, next: 1}
		for len(k.p) > 0 {
			k.step()
			for _, side := range [...]*peer{k.client, k.server} {
				if err := h2.Check(side.sess); err != nil && side.lost == nil {
					t.Fatal(err)
				}
			}
		}
		k.move()
	})
}
