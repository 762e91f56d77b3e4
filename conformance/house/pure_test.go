package house

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// pure are the packages that take bytes and give messages, or rules and give choices. Types of net/netip and time are values.
var pure = []string{"codecs/...", "bridge/route"}

// impure are the standard library's ways to a socket, a file or chance.
var impure = []string{"net", "net/http", "os", "os/exec", "os/signal", "syscall", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog"}

// excepted are imports of impure that do no harm, and why.
var excepted = map[string]string{
	"codecs/wire/out.go net": "net.Buffers is what a gathered write takes: a slice of slices",
}

// clock are the functions of time that ask what time it is, or wait.
var clock = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

func TestCodecsAndRoutesArePure(t *testing.T) {
	const because = "it must be possible to write every case into a test, and to run it on any engine"
	each(t, func(s *source) {
		if s.help() || !slices.ContainsFunc(pure, func(p string) bool { return matches(p, s.dir) }) {
			return
		}
		for _, name := range s.imports(t) {
			if slices.Contains(impure, name) && excepted[s.name+" "+name] == "" {
				t.Errorf("%s: imports %s: %s", s.name, name, because)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s:%d: starts a goroutine: %s", s.name, s.line(n.Pos()), because)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
					t.Errorf("%s:%d: time.%s: %s", s.name, s.line(n.Pos()), n.Sel.Name, because)
				}
			}
			return true
		})
	})
}

func TestNothingHappensOnImport(t *testing.T) {
	each(t, func(s *source) {
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s:%d: init: what there is stands in a list that a reader can find", s.name, s.line(f.Pos()))
			}
		}
		for _, spec := range s.syntax.Imports {
			if spec.Name != nil && (spec.Name.Name == "_" || spec.Name.Name == ".") {
				t.Errorf("%s:%d: import %s %s: an import is there for the names it brings, under its own", s.name, s.line(spec.Pos()), spec.Name.Name, spec.Path.Value)
			}
		}
	})
}

// TestNoLibraryShowsInTheAPI looks at what the exported declarations of the packages say that others build on. A type that is
// given by inference alone escapes it.
func TestNoLibraryShowsInTheAPI(t *testing.T) {
	each(t, func(s *source) {
		if s.help() || !within(s.dir, "codecs") && !within(s.dir, "bridge") && !within(s.dir, "registry") {
			return
		}
		foreign := map[string]string{}
		for _, spec := range s.syntax.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if own := ours(name); std(name) || own != name {
				continue
			}
			foreign[localName(spec, name)] = name
		}
		for _, d := range s.syntax.Decls {
			for _, part := range shown(d) {
				ast.Inspect(part, func(n ast.Node) bool {
					if sel, ok := n.(*ast.SelectorExpr); ok {
						if x, ok := sel.X.(*ast.Ident); ok && foreign[x.Name] != "" {
							t.Errorf("%s:%d: %s.%s of %s in an exported declaration: then it cannot be replaced in one folder", s.name,
								s.line(sel.Pos()), x.Name, sel.Sel.Name, foreign[x.Name])
						}
					}
					return true
				})
			}
		}
	})
}

// localName is what a file calls a package: go.yaml.in/yaml/v3 is yaml.
func localName(spec *ast.ImportSpec, name string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	parts := strings.Split(name, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = parts[len(parts)-2]
	}
	return last
}

// shown gives the parts of a declaration that users of the package see.
func shown(d ast.Decl) []ast.Node {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d.Recv)) {
			return []ast.Node{d.Type}
		}
	case *ast.GenDecl:
		var list []ast.Node
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					list = append(list, visible(spec.Type)...)
				}
			case *ast.ValueSpec:
				if slices.ContainsFunc(spec.Names, (*ast.Ident).IsExported) {
					list = append(list, spec)
				}
			}
		}
		return list
	}
	return nil
}

func exportedReceiver(r *ast.FieldList) bool {
	found := false
	ast.Inspect(r.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !found {
			found = id.IsExported()
			return false
		}
		return true
	})
	return found
}

// visible leaves out the fields that are not exported.
func visible(e ast.Expr) []ast.Node {
	st, ok := e.(*ast.StructType)
	if !ok {
		return []ast.Node{e}
	}
	var list []ast.Node
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 || slices.ContainsFunc(f.Names, (*ast.Ident).IsExported) {
			list = append(list, f.Type)
		}
	}
	return list
}
