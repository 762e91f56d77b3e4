package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/dragoman-rpc/dragoman"
)

// source is a Go file of this module.
type source struct {
	name, dir string // from the root, with slashes: "codecs/redis/decode.go", "codecs/redis"; the root's dir is "."
	text      string
	syntax    *ast.File
	places    *token.FileSet
}

func (s *source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

// external says whether the file is a test from outside its package.
func (s *source) external() bool { return s.test() && strings.HasSuffix(s.syntax.Name.Name, "_test") }

// help says whether the file is there for tests only.
func (s *source) help() bool {
	return s.test() || strings.HasSuffix(s.dir, "test") || within(s.dir, "conformance")
}

// imports lists what a file imports, ours from the root: "codecs/wire".
func (s *source) imports(t *testing.T) []string {
	var list []string
	for _, spec := range s.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, ours(name))
	}
	return list
}

// ours cuts the module from an import, so that "." leads our own packages: "./codecs/wire".
func ours(name string) string {
	if rest, ok := strings.CutPrefix(name, module); ok && (rest == "" || rest[0] == '/') {
		return "." + rest
	}
	return name
}

func (s *source) line(p token.Pos) int { return s.places.Position(p).Line }

// within says whether name is dir or lies under it.
func within(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// std says whether an import is of the standard library.
func std(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// files walks over what is kept in the repository, and over what other programs have left there not.
var files = sync.OnceValues(func() ([]string, error) {
	skip := map[string]bool{".git": true, ".cache": true, "node_modules": true, "target": true, "bin": true, "__pycache__": true}
	var list []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skip[d.Name()]:
			return filepath.SkipDir
		case d.Type().IsRegular():
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			list = append(list, filepath.ToSlash(rel))
		}
		return nil
	})
	return list, err
})

// sources parses every Go file of this module. A folder with a go.mod of its own is another.
var sources = sync.OnceValues(func() ([]*source, error) {
	names, err := files()
	if err != nil {
		return nil, err
	}
	var others []string
	for _, name := range names {
		if path.Base(name) == "go.mod" && name != "go.mod" {
			others = append(others, path.Dir(name))
		}
	}
	var list []*source
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") || anyHolds(others, name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		s := &source{name: name, dir: path.Dir(name), text: string(text), places: token.NewFileSet()}
		if s.syntax, err = parser.ParseFile(s.places, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
})

func anyHolds(dirs []string, name string) bool {
	for _, dir := range dirs {
		if within(name, dir) {
			return true
		}
	}
	return false
}

// each runs f for every Go file, and fails if there are too few to believe it.
func each(t *testing.T, f func(s *source)) {
	t.Helper()
	list, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("%d Go files: the tree was not found", len(list))
	}
	for _, s := range list {
		f(s)
	}
}
