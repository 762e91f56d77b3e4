package house

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// layer says what packages may import, besides the standard library and the libraries that have their home there. In its lists
// a name stands for itself, with /... for what lies under it too.
type layer struct {
	of      string
	may     []string
	because string
}

// layers are looked through from the top: the first that a package belongs to holds.
var layers = []layer{
	{"codecs/wire", nil, "memory is under everything"},
	{"codecs/contract", nil, "types are under everything"},
	{"codecs/token", []string{"codecs/contract"}, "a value needs no wire"},
	{"codecs", []string{"codecs/wire", "codecs/token", "codecs/contract"}, "the vocabulary knows no protocol"},
	{"codecs/all", []string{"codecs/..."}, "it is the list of codecs and nothing else"},
	{"codecs/codectest", append([]string{"bridge/..."}, words...), "what every codec gets knows none by name"},
	{"codecs/dubbo", append([]string{"codecs/hessian"}, words...), "a protocol knows its own encoding and no other protocol"},
	{"codecs/bolt", append([]string{"codecs/hessian", "codecs/json"}, words...), "a protocol knows its own encodings and no other protocol"},
	{"codecs/hsf", append([]string{"codecs/hessian", "codecs/json"}, words...), "a protocol knows its own encodings and no other protocol"},
	{"codecs/redis", append([]string{"codecs/json", "codecs/msgpack"}, words...), "a protocol knows its own encodings and no other protocol"},
	{"codecs/http", append([]string{"codecs/json", "codecs/h2"}, words...), "a protocol knows its own encoding and no other protocol"},
	{"codecs/grpc", append([]string{"codecs/h2"}, words...), "a mapping knows its wire, no other protocol and no message"},
	{"codecs/...", words, "codecs do not know each other"},
	{"registry/...", []string{"registry"}, "where endpoints are found has nothing to do with how they are called"},
	{"bridge/route", []string{"codecs"}, "routing is pure"},
	{"bridge/...", append([]string{"bridge/...", "registry"}, words...), "the bridge is given its codecs and registries: it knows none by name"},
	{"cmd/...", []string{"bridge/...", "codecs/...", "registry/...", "cmd/..."}, "product code does not need its trials"},
	{"conformance/...", []string{"bridge/...", "codecs/...", "conformance/..."}, "what tries the product uses what users can use"},
}

// words are what a codec is written in.
var words = []string{"codecs", "codecs/wire", "codecs/token", "codecs/contract"}

func matches(pattern, name string) bool {
	dir, under := strings.CutSuffix(pattern, "/...")
	return name == dir || under && within(name, dir)
}

func layerOf(dir string) *layer {
	for i := range layers {
		if matches(layers[i].of, dir) {
			return &layers[i]
		}
	}
	return nil
}

func TestImportsGoOneWay(t *testing.T) {
	each(t, func(s *source) {
		l := layerOf(s.dir)
		if l == nil {
			t.Errorf("%s: no layer says what this package may import", s.name)
			return
		}
		for _, name := range s.imports(t) {
			dir, own := strings.CutPrefix(name, "./")
			switch {
			case !own || dir == s.dir:
			case s.external() && !within(dir, "cmd"):
				// A test from outside may use what users can use.
			case s.test() && strings.HasSuffix(path.Base(dir), "test"):
				t.Errorf("%s: %s is for tests from outside: package %s_test", s.name, dir, s.syntax.Name.Name)
			case !slices.ContainsFunc(l.may, func(p string) bool { return matches(p, dir) }):
				t.Errorf("%s: imports %s: %s", s.name, dir, l.because)
			}
		}
	})
}

// home is where a library may be used. It can then be replaced in one folder.
type home struct {
	library string
	dirs    []string // with tests: in its tests only
	tests   bool
}

// homes are all libraries. A new one needs a line in docs/adr/0010-dependencies.md too.
var homes = []home{
	{"github.com/spf13/cobra", []string{"cmd/..."}, false},
	{"go.yaml.in/yaml/v3", []string{"bridge/config"}, false},
	{"github.com/prometheus/client_golang", []string{"bridge/observe"}, false},
	{"golang.org/x/time/rate", []string{"bridge/filter"}, false},
	{"golang.org/x/net/http2/hpack", []string{"codecs/h2", "codecs/codectest/h2text", "conformance/bench"}, false},
	{"golang.org/x/net/http2", []string{"codecs/h2", "codecs/codectest/h2text"}, true},
	{"google.golang.org/grpc", []string{"codecs/grpc"}, true},
	{"google.golang.org/genproto", []string{"codecs/grpc"}, true},
	{"google.golang.org/protobuf/encoding/protowire", []string{"codecs/grpc", "codecs/proto"}, false},
	{"github.com/bufbuild/protocompile", []string{"codecs/proto"}, false},
	{"google.golang.org/protobuf", []string{"codecs/proto", "codecs/grpc"}, false}, // codecs/grpc: in its tests
	{"golang.org/x/sys/unix", []string{"bridge/engine/...", "bridge/admin"}, false},
	{"github.com/HdrHistogram/hdrhistogram-go", []string{"conformance/bench"}, false},
	{"github.com/apache/dubbo-go-hessian2", []string{"codecs/hessian"}, true},
	{"github.com/dubbogo/gost", []string{"codecs/hessian"}, true},
	{"github.com/json-iterator/go", []string{"codecs/json"}, true},
	{"github.com/tidwall/redcon", []string{"codecs/redis"}, true},
	{"github.com/vmihailenco/msgpack/v5", []string{"codecs/msgpack", "codecs/redis"}, true},
	{"github.com/gopacket/gopacket", []string{"cmd/dragoman/internal/capture"}, true},
	{"github.com/google/go-cmp", nil, true},
	{"github.com/rogpeppe/go-internal", nil, true},
	{"go.uber.org/goleak", nil, true},
	{"pgregory.net/rapid", nil, true},
}

func TestEveryLibraryHasOneHome(t *testing.T) {
	each(t, func(s *source) {
		for _, name := range s.imports(t) {
			if std(name) || name == "." || strings.HasPrefix(name, "./") {
				continue
			}
			i := slices.IndexFunc(homes, func(h home) bool { return within(name, h.library) })
			if i < 0 {
				t.Errorf("%s: %s has no home: a new dependency needs a reason in docs/adr/0010-dependencies.md and a line here", s.name, name)
				continue
			}
			h := &homes[i]
			if h.tests && !s.help() {
				t.Errorf("%s: %s is for tests: it is not fit for the path", s.name, name)
			}
			if h.dirs != nil && !slices.ContainsFunc(h.dirs, func(p string) bool { return matches(p, s.dir) }) {
				t.Errorf("%s: %s belongs to %s: a library that is used in one place can be replaced there", s.name, name, strings.Join(h.dirs, ", "))
			}
		}
	})
}
