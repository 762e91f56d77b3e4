package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/capture"
)

// seg is a segment between the client 10.0.0.1:40000 and the server 10.0.0.2:80, or the same in IPv6.
type seg struct {
	back     bool // from the server
	seq, ack uint32
	flags    string // of S, A, F, R
	data     string
	v6       bool
}

// packet writes a segment behind the head of a link.
func packet(t testing.TB, link layers.LinkType, s seg) []byte {
	t.Helper()
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: s.seq, Ack: s.ack, Window: 1000, SYN: strings.Contains(s.flags, "S"),
		ACK: strings.Contains(s.flags, "A"), FIN: strings.Contains(s.flags, "F"), RST: strings.Contains(s.flags, "R")}
	ends := [2]net.IP{net.IPv4(10, 0, 0, 1).To4(), net.IPv4(10, 0, 0, 2).To4()}
	if s.v6 {
		ends = [2]net.IP{net.ParseIP("fd00::1"), net.ParseIP("fd00::2")}
	}
	if s.back {
		tcp.SrcPort, tcp.DstPort, ends[0], ends[1] = tcp.DstPort, tcp.SrcPort, ends[1], ends[0]
	}
	var stack []gopacket.SerializableLayer
	kind := layers.EthernetTypeIPv4
	if s.v6 {
		kind = layers.EthernetTypeIPv6
	}
	raw := func(p ...byte) { stack = append(stack, gopacket.Payload(p)) }
	switch link {
	case layers.LinkTypeEthernet:
		mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
		stack = append(stack, &layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: layers.EthernetTypeDot1Q}, &layers.Dot1Q{VLANIdentifier: 7, Type: kind})
	case layers.LinkTypeNull:
		raw(2, 0, 0, 0)
	case layers.LinkTypeLinuxSLL:
		raw(append(make([]byte, 14), byte(kind>>8), byte(kind))...)
	case layers.LinkTypeLinuxSLL2:
		raw(append([]byte{byte(kind >> 8), byte(kind)}, make([]byte, 18)...)...)
	default:
	}
	var ip gopacket.NetworkLayer
	if s.v6 {
		v6 := &layers.IPv6{Version: 6, HopLimit: 9, NextHeader: layers.IPProtocolTCP, SrcIP: ends[0], DstIP: ends[1]}
		ip, stack = v6, append(stack, v6)
	} else {
		v4 := &layers.IPv4{Version: 4, TTL: 9, Protocol: layers.IPProtocolTCP, SrcIP: ends[0], DstIP: ends[1]}
		ip, stack = v4, append(stack, v4)
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, append(stack, tcp, gopacket.Payload(s.data))...); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b.Bytes())
}

var start = time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)

// pcap writes a file of the older form, a millisecond between packets.
func pcap(t testing.TB, link layers.LinkType, list ...seg) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	if err := w.WriteFileHeader(1<<16, link); err != nil {
		t.Fatal(err)
	}
	for i, s := range list {
		p := packet(t, link, s)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: start.Add(time.Duration(i) * time.Millisecond), CaptureLength: len(p), Length: len(p)}, p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// read gives the pieces of a capture as text: > or <, bytes, and what is missing before them.
func read(t testing.TB, file []byte) (list []string) {
	t.Helper()
	_, err := capture.Read(bytes.NewReader(file), func(p *capture.Piece) error {
		list = append(list, text(p))
		return nil
	})
	if err != nil {
		list = append(list, err.Error())
	}
	return list
}

func text(p *capture.Piece) string {
	s := ">"
	if p.FromServer {
		s = "<"
	}
	if p.Middle {
		s += " middle"
	}
	if p.Lost > 0 {
		s += fmt.Sprintf(" %d lost", p.Lost)
	}
	if p.End {
		return s + " end"
	}
	return s + " " + string(p.Bytes)
}

// opened are the segments with which a connection begins.
func opened(more ...seg) []seg {
	return append([]seg{{seq: 99, flags: "S"}, {back: true, seq: 499, ack: 100, flags: "SA"}}, more...)
}

func TestStreams(t *testing.T) {
	for _, c := range []struct {
		name string
		segs []seg
		want []string
	}{
		{"in order", opened(seg{seq: 100, flags: "A", data: "abc"}, seg{back: true, seq: 500, flags: "A", data: "xyz"},
			seg{seq: 103, flags: "AF", data: "d"}, seg{back: true, seq: 503, flags: "AF"}), []string{"> abc", "< xyz", "> d", "> end", "< end"}},
		{"out of order", opened(seg{seq: 103, data: "def"}, seg{seq: 106, data: "g"}, seg{seq: 100, data: "abc"}),
			[]string{"> abc", "> def", "> g", "> end", "< end"}},
		{"sent again, in other pieces", opened(seg{seq: 100, data: "abc"}, seg{seq: 99, data: "."}, seg{seq: 100, data: "abcd"}, seg{seq: 102, data: "cd"}),
			[]string{"> abc", "> d", "> end", "< end"}},
		{"lost: the server has what is missing", opened(seg{seq: 103, data: "def"}, seg{back: true, seq: 500, ack: 106, flags: "A"}),
			[]string{"> 3 lost def", "> end", "< end"}},
		{"lost at the end", opened(seg{seq: 100, data: "a"}, seg{seq: 103, data: "def"}), []string{"> a", "> 2 lost def", "> end", "< end"}},
		{"the end before what it ends", opened(seg{seq: 103, flags: "F", data: "d"}, seg{seq: 100, data: "abc"}, seg{seq: 104, data: "no"}),
			[]string{"> abc", "> d", "> end", "< end"}},
		{"reset", opened(seg{seq: 100, data: "a"}, seg{back: true, seq: 500, flags: "R"}, seg{seq: 101, data: "b"}), []string{"> a", "> end", "< end"}},
		{"the middle", []seg{{back: true, seq: 7, data: "x"}, {seq: 9, data: "y"}}, []string{"< middle x", "> middle y", "> end", "< end"}},
		{"numbers that go round", []seg{{seq: 1<<32 - 3, flags: "S"}, {seq: 1, data: "de"}, {seq: 1<<32 - 2, data: "abc"}},
			[]string{"> abc", "> de", "> end", "< end"}},
		{"the same ends again", append(opened(seg{seq: 100, data: "a"}), seg{seq: 5000, flags: "S"}, seg{seq: 5001, data: "b"}),
			[]string{"> a", "> end", "< end", "> b", "> end", "< end"}},
		{"the beginning again", opened(seg{seq: 99, flags: "S"}, seg{seq: 100, data: "a"}), []string{"> a", "> end", "< end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, pcap(t, layers.LinkTypeEthernet, c.segs...))); diff != "" {
				t.Error("-want +got\n", diff)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	for _, link := range []layers.LinkType{layers.LinkTypeEthernet, layers.LinkTypeNull, layers.LinkTypeRaw, layers.LinkTypeLinuxSLL, layers.LinkTypeLinuxSLL2} {
		for _, v6 := range []bool{false, true} {
			segs := opened(seg{seq: 100, data: "abc"})
			for i := range segs {
				segs[i].v6 = v6
			}
			if diff := cmp.Diff([]string{"> abc", "> end", "< end"}, read(t, pcap(t, link, segs...))); diff != "" {
				t.Error(link, v6, diff)
			}
		}
	}
	if got := read(t, pcap(t, layers.LinkTypeIEEE802_11, seg{})); !strings.Contains(got[0], "link type 105 cannot be read") {
		t.Error(got)
	}
}

// TestClock: times are those of the capture, and the roles those of who connects to whom.
func TestClock(t *testing.T) {
	for name, file := range map[string][]byte{
		"pcap":             pcap(t, layers.LinkTypeRaw, opened(seg{seq: 100, data: "a"})...),
		"pcap, big endian": bigEndian(pcap(t, layers.LinkTypeRaw, opened(seg{seq: 100, data: "a"})...)),
		"pcapng":           pcapng(t, opened(seg{seq: 100, data: "a"})),
	} {
		var got []string
		counts, err := capture.Read(bytes.NewReader(file), func(p *capture.Piece) error {
			if len(p.Bytes) > 0 {
				got = append(got, p.Conn.String()+" "+p.At.UTC().Format(time.RFC3339Nano))
			}
			return nil
		})
		want := []string{"10.0.0.1:40000 > 10.0.0.2:80 2026-01-02T03:04:05.002006Z"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil || counts != (capture.Counts{Packets: 3, Conns: 1}) {
			t.Error(name, err, counts, diff)
		}
	}
}

// bigEndian turns the heads of a pcap file round.
func bigEndian(p []byte) []byte {
	p = bytes.Clone(p)
	turn := func(at, n int) {
		for i := range n / 2 {
			p[at+i], p[at+n-1-i] = p[at+n-1-i], p[at+i]
		}
	}
	for _, f := range [][2]int{{0, 4}, {4, 2}, {6, 2}, {8, 4}, {12, 4}, {16, 4}, {20, 4}} {
		turn(f[0], f[1])
	}
	for at := 24; at < len(p); {
		n := int(binary.LittleEndian.Uint32(p[at+8:]))
		for i := range 4 {
			turn(at+4*i, 4)
		}
		at += 16 + n
	}
	return p
}

func pcapng(t testing.TB, list []seg) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeRaw)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range list {
		p := packet(t, layers.LinkTypeRaw, s)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: start.Add(time.Duration(i) * time.Millisecond), CaptureLength: len(p), Length: len(p)}, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBadFiles: what is no capture, or not all of one, is said.
func TestBadFiles(t *testing.T) {
	good, ng := pcap(t, layers.LinkTypeRaw, opened(seg{seq: 100, data: "abc"})...), pcapng(t, opened(seg{seq: 100, data: "abc"}))
	long, section := bytes.Clone(good), []byte{10, 13, 13, 10, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
		255, 255, 255, 255, 255, 255, 255, 255, 28, 0, 0, 0}
	binary.LittleEndian.PutUint32(long[24+8:], 1<<31)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":                  {nil, "EOF"},
		"something else":           {[]byte("GET / HTTP/1.1"), "neither pcap nor pcapng"},
		"cut in its head":          {good[:20], "within its head"},
		"cut in a packet":          {good[:len(good)-1], "within a packet"},
		"a packet without end":     {long, "over limit 262144"},
		"pcapng cut":               {ng[:len(ng)-1], "within a packet"},
		"a packet of no one":       {append(bytes.Clone(section), 6, 0, 0, 0, 32, 0, 0, 0, 9, 0, 0, 0), "within a packet"},
		"a packet of no interface": {append(append(bytes.Clone(section), 6, 0, 0, 0, 32, 0, 0, 0, 9, 0, 0, 0), make([]byte, 20)...), "not described"},
		"a block of length 0":      {append(bytes.Clone(section), 6, 0, 0, 0, 0, 0, 0, 0), "a block of length 0"},
		"a block without end":      {append(bytes.Clone(section), 6, 0, 0, 0, 0xf0, 0xff, 0xff, 0x7f), "over limit"},
		"a section of no order":    {[]byte{10, 13, 13, 10, 28, 0, 0, 0, 1, 2, 3, 4}, "byte order"},
	} {
		got := read(t, c.file)
		if len(got) == 0 || !strings.Contains(got[len(got)-1], c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestAnErrorEnds: the callback's error is Read's.
func TestAnErrorEnds(t *testing.T) {
	file := pcap(t, layers.LinkTypeRaw, opened(seg{seq: 100, data: "a"}, seg{seq: 101, data: "b"})...)
	n := 0
	_, err := capture.Read(bytes.NewReader(file), func(*capture.Piece) error { n++; return io.ErrClosedPipe })
	if err != io.ErrClosedPipe || n != 1 {
		t.Error(n, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pcap(f, layers.LinkTypeEthernet, opened(seg{seq: 103, data: "def"}, seg{seq: 100, data: "abc"}, seg{back: true, seq: 500, ack: 106, flags: "AF"})...))
	f.Add(pcap(f, layers.LinkTypeLinuxSLL2, seg{seq: 1, data: "x", v6: true}))
	f.Add(pcapng(f, opened(seg{seq: 100, data: "abc"}, seg{seq: 100, flags: "R"})))
	if real, err := os.ReadFile("../../testdata/decode/calls.pcap"); err != nil {
		f.Error(err)
	} else {
		f.Add(real)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		total := 0
		ended := map[string]int{}
		_, _ = capture.Read(bytes.NewReader(p), func(piece *capture.Piece) error {
			total += len(piece.Bytes)
			key := fmt.Sprintf("%p %v", piece.Conn, piece.FromServer)
			if piece.End {
				ended[key]++
			}
			if ended[key] > 1 || ended[key] == 1 && len(piece.Bytes) > 0 {
				t.Errorf("%v goes on behind its end", piece.Conn)
			}
			return nil
		})
		if total > len(p) {
			t.Errorf("%d bytes out of %d", total, len(p))
		}
	})
}
