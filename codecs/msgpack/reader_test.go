package msgpack_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// goods are values by the specification; what is not the shortest form is read, too, and written as the last column says.
var goods = []struct{ in, want, again string }{
	{"00", "0", ""}, {"7f", "127", ""}, {"ff", "-1", ""}, {"e0", "-32", ""},
	{"cc80", "128", ""}, {"ccff", "255", ""}, {"cd0100", "256", ""}, {"cdffff", "65535", ""}, {"ce00010000", "65536", ""},
	{"ceffffffff", "4294967295", ""}, {"cf0000000100000000", "4294967296", ""}, {"cf7fffffffffffffff", "9223372036854775807", ""},
	{"cf8000000000000000", "big:9223372036854775808", ""}, {"cfffffffffffffffff", "big:18446744073709551615", ""},
	{"d0df", "-33", ""}, {"d080", "-128", ""}, {"d1ff7f", "-129", ""}, {"d18000", "-32768", ""}, {"d2ffff7fff", "-32769", ""},
	{"d280000000", "-2147483648", ""}, {"d3ffffffff7fffffff", "-2147483649", ""}, {"d38000000000000000", "-9223372036854775808", ""},
	{"d30000000000000001", "1", "01"}, {"cf0000000000000001", "1", "01"}, {"d07f", "127", "7f"},
	{"c0", "null", ""}, {"c2", "false", ""}, {"c3", "true", ""},
	{"ca3fc00000", "1.5/32", ""}, {"cb3ff8000000000000", "1.5/64", ""}, {"cb8000000000000000", "-0/64", ""},
	{"cb7ff8000000000001", "NaN/64", ""}, {"cbfff0000000000000", "-Inf/64", ""}, {"ca7f800000", "+Inf/32", ""},
	{"a0", `""`, ""}, {"a3e6bca2", `"漢"`, ""}, {"d9026869", `"hi"`, "a26869"}, {"da00026869", `"hi"`, "a26869"},
	{"db000000026869", `"hi"`, "a26869"}, {"a4f09d849e", `"𝄞"`, ""}, {"a4eda0bd78", `"\xed\xa0\xbdx"`, ""},
	{"c40300ff80", "0x00ff80", ""}, {"c5000300ff80", "0x00ff80", "c40300ff80"}, {"c60000000300ff80", "0x00ff80", "c40300ff80"},
	{"90", "[0 .", ""}, {"9201c0", "[2 1 null .", ""}, {"dc000201c0", "[2 1 null .", "9201c0"}, {"dd0000000201c0", "[2 1 null .", "9201c0"},
	{"80", "{0 .", ""}, {"81a16b90", "{1 key:k [0 . .", ""}, {"de0001a16b01", "{1 key:k 1 .", "81a16b01"},
	{"df00000001a16b01", "{1 key:k 1 .", "81a16b01"}, {"8201c0c0c3", "{2 1 null null true .", ""}, {"81c4016b01", "{1 key:k 1 .", "81a16b01"},
	{"81c401ff01", "{1 0xff 1 .", ""}, {"81910180", "{1 [1 1 . {0 . .", ""}, {"81d6ff0000000001", "{1 @0 1 .", ""},
	{"d6ff00000000", "@0", ""}, {"d6ffffffffff", "@4294967295000", ""}, {"d7ff7735940000000001", "@1500", ""},
	{"d7ff0000000100000000", "@4294967296000", ""}, {"c70cff00000000ffffffffffffffff", "@-1000", ""},
	{"c70cff1dcd6500ffffffffffffffff", "@-500", ""}, {"d7ff0000000400000000", "@1970-01-01T00:00:00.000000001Z", ""},
	{"d7ff00000fa000000001", "@1970-01-01T00:00:01.000001Z", ""}, {"c704ff00000001", "@1000", "d6ff00000001"},
	{"c708ff0000000000000001", "@1000", "d6ff00000001"}, {"c70cff000000000000000000000001", "@1000", "d6ff00000001"},
}

func TestRead(t *testing.T) {
	for _, c := range goods {
		p := unhex(t, c.in)
		all, err := read(p)
		if got := tell(all); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.in, got, err, c.want)
		}
		again := p
		if c.again != "" {
			again = unhex(t, c.again)
		}
		if got, err := write(all); err != nil || string(got) != string(again) {
			t.Errorf("%s is written as %x, %v; want %x", c.in, got, err, again)
		}
	}
}

// bads are no values: by the shape, which Pass finds too, or by what is in them.
var bads = []struct {
	in, want string
	shape    bool
}{
	{"", "byte 0: the bytes end", true}, {"c1", "byte 0: 0xc1", true}, {"92c0c1", "byte 2: 0xc1", true}, {"cc", "byte 1: the bytes end", true},
	{"cd00", "byte 2: the bytes end", true}, {"cf00000000000000", "the bytes end", true}, {"a168 69", "byte 2: 1 bytes behind", true},
	{"a168 c0 c0", "byte 2: 2 bytes behind", true}, {"a2 68", "length 2 over the 1 bytes left", true}, {"d9ff", "length 255 over the 0", true},
	{"dbffffffff", "length 4294967295 over", true}, {"c6ffffffff00", "length 4294967295 over the 1", true}, {"ddffffffff", "length 4294967295 over", true},
	{"dfffffffff", "length 8589934590 over", true}, {"df80000000 00", "length 4294967296 over", true}, {"dc0003 01 02", "length 3 over the 2", true},
	{"82 a16b 01", "length 4 over the 3", true}, {"92 90", "length 2 over the 1", true}, {"92 91 01", "the bytes end", true},
	{"a1ff", "not UTF-8", false}, {"a2c328", "not UTF-8", false}, {"a3eda0", "length 3 over", true}, {"a6eda0bdedb880", "not UTF-8", false},
	{"81 a1ff 01", "not UTF-8", false}, {"a2c080", "not UTF-8", false},
	{"d4 05 00", "extension of type 5", false}, {"c7 01 7f 00", "extension of type 127", false}, {"d4 ff 00", "a time of 1 bytes", false},
	{"c7 00 ff", "a time of 0 bytes", false}, {"d8 ff 00000000000000000000000000000000", "a time of 16 bytes", false}, {"d6", "the bytes end", true},
	{"c7 05", "the bytes end", true}, {"c7 05 ff", "length 5 over the 0", true}, {"d7 ff ee6b2800 00000000", "a time of 1000000000 nanoseconds", false},
	{"c70cff 00000000 7fffffffffffffff", "milliseconds in 64 bits", false}, {"c70cff 00000000 8000000000000000", "milliseconds in 64 bits", false},
	{"c70cff 00000001 0000007000000000", "outside the years", false},
	{"c70cff 3b9aca00 0000000000000000", "a time of 1000000000 nanoseconds", false}, {"c70dff 00000001 00ffffffffffffffff", "a time of 13 bytes", false},
}

func TestReadRefuses(t *testing.T) {
	for _, c := range bads {
		p := unhex(t, c.in)
		all, err := read(p)
		if err == nil || !strings.HasPrefix(err.Error(), "msgpack: read: byte ") || !strings.Contains(err.Error(), c.want) || codecs.StatusOf(err).Code != codecs.Invalid {
			t.Errorf("%s: %s, %v; want %s", c.in, tell(all), err, c.want)
		}
		r := open(p)
		err = r.Pass()
		if r.Close(); (err != nil) != c.shape {
			t.Errorf("%s: Pass: %v", c.in, err)
		}
	}
}

// What is not there is no value for arguments, and only there.
func TestNothing(t *testing.T) {
	var tok token.Token
	for shape, good := range map[codecs.Shape]bool{codecs.Args: true, codecs.Void: true, codecs.Value: false, codecs.Thrown: false} {
		r := msgpack.Encoding{}.Reader(wire.Body{}, codecs.Format{Shape: shape}, nil)
		if err := r.Next(&tok); (err.Error() == "EOF") != good {
			t.Errorf("%s: %v", shape, err)
		}
		r.Close()
	}
}

// A bomb of nested arrays is refused at the limit, however it is read, and takes no memory for what it announces.
func TestBombs(t *testing.T) {
	deep := append([]byte(strings.Repeat("\x91", token.MaxDepth+1)), 0xc0)
	if _, err := read(deep); !errors.Is(err, token.ErrDepth) || codecs.StatusOf(err).Code != codecs.Invalid {
		t.Errorf("read: %v", err)
	}
	for name, hop := range map[string]func(token.Reader) error{"Skip": token.Reader.Skip, "Pass": token.Reader.Pass} {
		r := open(deep)
		if err := hop(r); !errors.Is(err, token.ErrDepth) {
			t.Errorf("%s: %v", name, err)
		}
		r.Close()
	}
	wide := append([]byte("\xdc\xff\xff"), strings.Repeat("\x00", 1<<16-1)...)
	if n := testing.AllocsPerRun(10, func() {
		r := open(wide)
		if err := r.Skip(); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}); n > 1 {
		t.Errorf("%v allocations to skip an array", n)
	}
}

// Going back is good into what was closed last, as token.Copy does it, and an error into what is gone.
func TestSeek(t *testing.T) {
	r := open(unhex(t, "92 81a16b01 02"))
	defer r.Close()
	var tok token.Token
	next := func(want string) {
		t.Helper()
		if err := r.Next(&tok); err != nil || tell([]token.Token{tok}) != want {
			t.Fatalf("%s, %v; want %s", tell([]token.Token{tok}), err, want)
		}
	}
	next("[2")
	outer := r.Mark()
	next("{1")
	inner := r.Mark()
	next("key:k")
	next("1")
	next(".")
	behind := r.Mark()
	if err := r.Seek(inner); err != nil {
		t.Fatal(err)
	}
	next("key:k")
	if err := r.Seek(behind); err != nil {
		t.Fatal(err)
	}
	next("2")
	next(".")
	if err := r.Seek(outer); err != nil {
		t.Fatal(err)
	}
	next("{1")
	if err := r.Seek(token.Mark{B: 7}); err == nil {
		t.Error("a place that is not there")
	}
	if err := r.Next(&tok); err == nil {
		t.Error("a reader goes on after an error")
	}
}
