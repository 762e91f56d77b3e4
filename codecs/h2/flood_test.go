package h2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/codectest/h2text"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// script feeds lines of frames to a server side, and gives its peer.
type script struct {
	*peer
	note *h2text.Notation
}

func newScript(t testing.TB, set codecs.Settings) *script {
	s := &script{newPeer(t, echoCodec, codecs.Server, set), h2text.New()}
	s.lines("preface", "settings")
	s.take()
	s.got = nil
	return s
}

func (s *script) lines(lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		b, err := s.note.Parse(line)
		if err != nil {
			s.t.Fatal(err)
		}
		s.feed(b)
	}
}

const get = " :method=GET :scheme=http :path=/svc/m"

// TestFloods: frames that bring no call forward end the connection, before they have cost much.
func TestFloods(t *testing.T) {
	for name, lines := range map[string][]string{
		"settings":              {"settings"},
		"settings that change":  {"settings window=%d", "settings streams=%d"},
		"ping":                  {"ping 0000000000000000"},
		"ping acknowledgements": {"ping ack 0000000000000000"},
		"settings acknowledged": {"settings ack"},
		"priority":              {"priority %d on=0"},
		"unknown frames":        {"raw 000000 ff 00 00000000"},
		"goaway":                {"goaway 0 NO_ERROR"},
		"connection windows":    {"window 0 1"},
		"rapid reset":           {"headers %d end" + get, "reset %d CANCEL"},
		"rapid reset, open":     {"headers %d" + get, "reset %d CANCEL"},
		"resets made here":      {"headers %d" + get, "window %d 0"},
		"resets made by length": {"headers %d" + get + " content-length=1", "data %d \"xx\""},
		"bad requests":          {"headers %d end" + get + " connection=close"},
		"unclaimed requests":    {"headers %d end" + get + " content-type=unknown"},
		"header bombs":          {"headers %d end" + get + " x-big=" + strings.Repeat("x", 2000)},
		"empty data":            {"headers 1" + get, "data 1 \"\""},
		"empty data with pad":   {"headers 1" + get, "data 1 pad=1 \"\""},
		"empty continuations": {"headers %d open end" + get, "continuation %d open", "continuation %d open", "continuation %d open",
			"continuation %d"},
		"data for what is reset": {"headers %d" + get + " content-type=unknown", "data %d \"x\""},
	} {
		t.Run(name, func(t *testing.T) {
			set := codecs.Settings{}
			if name == "header bombs" {
				set.MaxHead = 1024
			}
			s := newScript(t, set)
			n := 0
			for ; s.lost == nil && n < 20_000; n++ {
				for i, line := range lines {
					if i == 0 && !strings.Contains(line, "%d") && len(lines) > 1 && n > 0 {
						continue // opens the stream of the others
					}
					if strings.Contains(line, "%d") {
						line = fmt.Sprintf(line, 2*n+1)
					}
					s.lines(line)
				}
				if s.out.Len() > 1<<20 {
					s.take()
				}
			}
			if n > 10_001 || s.lost == nil || !strings.Contains(s.lost.Error(), "bring no call forward") {
				t.Errorf("after %d: %v", n, s.lost)
			}
		})
	}
}

// TestManyFragments: a block cannot be as long as a peer likes.
func TestManyFragments(t *testing.T) {
	s := newScript(t, codecs.Settings{})
	s.lines("headers 1 open" + get)
	for n := 0; s.lost == nil; n++ {
		if n > 32 {
			t.Fatal("over 32 fragments are taken")
		}
		s.lines("continuation 1 open 0001610162")
	}
	s = newScript(t, codecs.Settings{MaxHead: 1024})
	s.lines("headers 1 open end"+get, "continuation 1 open "+strings.Repeat("00016101 62", 100))
	for range 7 {
		s.lines("continuation 1 open " + strings.Repeat("0001610162", 50))
	}
	s.lines("continuation 1 open " + strings.Repeat("0001610162", 200))
	if s.lost == nil || !strings.Contains(s.lost.Error(), "compressed bytes") {
		t.Error(s.lost)
	}
}

// TestHeaderBomb: fields that are small on the wire and large in the table are counted as what they are.
func TestHeaderBomb(t *testing.T) {
	s := newScript(t, codecs.Settings{})
	big := strings.Repeat("v", 3000)
	// The first takes a place in the table; each further one is a byte on the wire.
	s.lines("headers 1 end" + get + strings.Repeat(" x-bomb="+big, 100))
	if said := s.note.Show(s.take()); s.lost != nil || len(s.got) > 0 || len(said) != 1 || said[0] != "headers 1 end :status=431" {
		t.Errorf("%v, %q, answered with %q", s.lost, s.got, said)
	}
	s.lines("headers 3 end" + get)
	s.expect("request 3 svc.m bare end")
}

// TestFairPeers: what real clients do a lot of is not taken for a flood.
func TestFairPeers(t *testing.T) {
	const calls = 5000
	for name, c := range map[string]struct {
		lines []string
		reply func(p *peer, id uint64)
	}{
		"half of the calls are canceled": {
			[]string{"headers %d end" + get, "reset %d CANCEL", "headers %[2]d end" + get},
			func(p *peer, id uint64) {
				if id%4 == 3 {
					p.do(reply(id, "x", codecs.Status{}))
				}
			}},
		"a cancel in three comes too late": {
			[]string{"headers %d end" + get, "headers %[2]d end" + get, "reset %d CANCEL"},
			func(p *peer, id uint64) { p.do(reply(id, "x", codecs.Status{})) }},
		"a ping and two windows for each call": {
			[]string{"headers %d end" + get, "window %d 10", "window 0 10", "ping 0000000000000000"},
			func(p *peer, id uint64) { p.do(reply(id, "x", codecs.Status{})) }},
		"streams that are canceled when enough has come": {
			[]string{"headers %d end" + get, "window %d 10", "window %d 10", "reset %d CANCEL"},
			func(p *peer, id uint64) {
				p.do(codecs.Message{Kind: codecs.Reply, ID: id, Bare: true})
				p.do(data(id, "one", false))
				p.do(data(id, "two", false))
			}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, codecs.Settings{})
			s.each = func(m *codecs.Message, _ error) {
				if m.Kind == codecs.Request {
					c.reply(s.peer, m.ID)
				}
			}
			for n := range calls {
				for _, line := range c.lines {
					if strings.Contains(line, "%") {
						line = strings.Split(fmt.Sprintf(line+"%[3]s", 4*n+1, 4*n+3, "\n"), "\n")[0]
					}
					s.lines(line)
				}
				s.take()
				if s.lost != nil {
					t.Fatalf("call %d: %v", n, s.lost)
				}
			}
		})
	}
}

// TestResetsOfFinishedStreams: a client that resets what was answered, call after call, is told to calm down.
func TestResetsOfFinishedStreams(t *testing.T) {
	s := newScript(t, codecs.Settings{})
	s.each = func(m *codecs.Message, _ error) {
		if m.Kind == codecs.Request {
			s.do(reply(m.ID, "x", codecs.Status{}))
		}
	}
	n := 0
	for ; s.lost == nil && n < 20_000; n++ {
		s.lines(fmt.Sprintf("headers %d end"+get, 2*n+1), fmt.Sprintf("reset %d CANCEL", 2*n+1))
		s.take()
	}
	if s.lost == nil || n > 5000 || !strings.Contains(s.lost.Error(), "bring no call forward") {
		t.Errorf("after %d: %v", n, s.lost)
	}
}

// TestWindowGame: a peer that opens its window byte by byte makes us work for nothing.
func TestWindowGame(t *testing.T) {
	s := newScript(t, codecs.Settings{})
	s.lines("settings window=1", "headers 1 end"+get)
	s.do(codecs.Message{Kind: codecs.Reply, ID: 1, End: true, Body: wire.Copy(make([]byte, 1<<20))})
	n := 0
	for ; s.lost == nil && n < 1<<20; n++ {
		s.lines("window 1 1")
		s.take()
	}
	if n > 15_000 {
		t.Errorf("%d frames of one byte", n)
	}
}

// TestCallsAtOnce: no more streams are open than were announced, and those that were refused leave room.
func TestCallsAtOnce(t *testing.T) {
	s := newScript(t, codecs.Settings{Calls: 2})
	s.lines("headers 1 end"+get, "headers 3 end"+get)
	s.take()
	s.lines("headers 5 end" + get)
	if said := s.note.Show(s.take()); len(said) != 1 || said[0] != "reset 5 REFUSED_STREAM" {
		t.Errorf("the third is answered with %q", said)
	}
	s.got = nil
	s.do(reply(1, "", codecs.Status{}))
	s.lines("headers 7 end" + get)
	s.expect("request 7 svc.m bare end")
}
