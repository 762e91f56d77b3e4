package house

import (
	"bytes"
	"go/ast"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Lengths that a reader can hold.
const (
	maxFileLines = 400
	maxFuncLines = 60
)

func TestFilesAndFunctionsAreShort(t *testing.T) {
	each(t, func(s *source) {
		if s.help() {
			return
		}
		if n := strings.Count(s.text, "\n"); n > maxFileLines {
			t.Errorf("%s: %d lines, over %d: a reader must be able to hold it", s.name, n, maxFileLines)
		}
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > maxFuncLines {
				t.Errorf("%s:%d: %s has %d lines, over %d: a reader must be able to hold it", s.name, s.line(f.Pos()), f.Name.Name, n, maxFuncLines)
			}
		}
	})
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	docs := map[string][]string{} // by folder: the files that have one
	names := map[string]string{}
	each(t, func(s *source) {
		if s.test() {
			return
		}
		names[s.dir] = s.syntax.Name.Name
		if doc := s.syntax.Doc; doc != nil {
			docs[s.dir] = append(docs[s.dir], s.name)
			want := "Package " + s.syntax.Name.Name + " "
			if s.syntax.Name.Name == "main" {
				want = "Command " + path.Base(s.dir) + " "
			}
			if !strings.HasPrefix(doc.Text(), want) {
				t.Errorf("%s: the package doc does not begin with %q", s.name, want)
			}
		}
	})
	for dir := range names {
		if n := len(docs[dir]); n != 1 {
			t.Errorf("%s: %d package docs in %v: there is one, which says what the package knows and refuses to know", dir, n, docs[dir])
		}
	}
}

func TestNamesPromise(t *testing.T) {
	vague := regexp.MustCompile(`(Manager|Factory|Utils?|Helper|Impl)$`)
	each(t, func(s *source) {
		for _, d := range s.syntax.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok && vague.MatchString(ts.Name.Name) {
					t.Errorf("%s:%d: %s: the name does not say what it does", s.name, s.line(ts.Pos()), ts.Name.Name)
				}
			}
		}
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc"}, s.syntax.Name.Name) {
			t.Errorf("%s: package %s: the name does not say what it holds", s.name, s.syntax.Name.Name)
		}
	})
}

// The patterns are put together so that this file does not hold what it looks for.
var (
	machinePath = regexp.MustCompile(`(^|[\s"'=:(` + "`" + `])(/` + `root/|/` + `home/[a-z]|/` + `Users/[A-Za-z]|/` + `work/|[A-Z]:\\` + `Users\\)`)
	leftOver    = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)
	address     = regexp.MustCompile(`https?://[^\s"'<>)]+`)
)

// publicHosts are those from which programs may be installed.
var publicHosts = []string{"maven.apache.org", "www.w3.org", "repo.maven.apache.org", "registry.npmjs.org", "pypi.org",
	"files.pythonhosted.org", "proxy.golang.org", "github.com", "archive.apache.org"}

// TestNothingOfTheMachine looks for traces of where the repository was made: they fail on every other machine, if they do not
// tell more than they should.
func TestNothingOfTheMachine(t *testing.T) {
	names, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // not text
		}
		for i, line := range strings.Split(string(text), "\n") {
			if m := machinePath.FindString(line); m != "" {
				t.Errorf("%s:%d: %q is a path of one machine", name, i+1, strings.TrimSpace(m))
			}
			if m := leftOver.FindString(line); m != "" && path.Ext(name) == ".go" {
				t.Errorf("%s:%d: %s: what is to be done is an issue", name, i+1, m)
			}
			if !installs(name) {
				continue
			}
			for _, a := range address.FindAllString(line, -1) {
				if u, err := url.Parse(a); err != nil || !slices.Contains(publicHosts, u.Hostname()) && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" {
					t.Errorf("%s:%d: %s: programs are installed from where everybody can", name, i+1, a)
				}
			}
		}
	}
}

// installs says whether a file may name a place to install from.
func installs(name string) bool {
	switch base := path.Base(name); base {
	case "Makefile", "Dockerfile", "pom.xml", "settings.xml", "package.json", "package-lock.json", ".npmrc", "pip.conf", "go.mod", "go.env":
		return true
	default:
		return slices.Contains([]string{".sh", ".gradle", ".toml", ".yml"}, path.Ext(base)) || strings.HasPrefix(base, "requirements") ||
			strings.HasPrefix(name, ".ci/")
	}
}

func TestTheLicenceIsThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("Apache License")) || !bytes.Contains(text, []byte("Version 2.0, January 2004")) {
		t.Error("LICENSE is not that of Apache, version 2.0")
	}
}

func TestFixturesSayWhereTheyComeFrom(t *testing.T) {
	names, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		dir := path.Dir(name)
		if within(name, "fixtures") && path.Ext(name) == ".hex" && !slices.Contains(names, dir+"/PROVENANCE") {
			t.Errorf("%s: %s/PROVENANCE is not there: bytes whose origin nobody knows prove nothing", name, dir)
		}
	}
}
