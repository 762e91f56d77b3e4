package proto

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// protocol is the one whose names those of a .proto file are.
const protocol = "grpc"

// Schema reads .proto files, whose services, methods and messages docs/contracts.md brings together with those of contract files, and
// descriptor sets. It implements contract.Schema.
type Schema struct{}

// Suffixes implements contract.Schema.
func (Schema) Suffixes() []string { return []string{".proto", ".pb", ".binpb", ".desc", ".protoset"} }

// Load implements contract.Schema.
func (Schema) Load(s *contract.Sources) ([]*contract.Service, error) {
	l := &loader{sources: s}
	for _, f := range s.Files {
		files, err := compile(s, f)
		if err != nil {
			return nil, err
		}
		l.add(f.Path, files)
	}
	for i := range s.Names {
		if err := l.name(&s.Names[i]); err != nil {
			return nil, err
		}
	}
	for _, d := range l.services {
		if !d.named {
			if err := l.make(d, &contract.Naming{Name: string(d.sd.FullName())}); err != nil {
				return nil, err
			}
		}
	}
	return l.made, nil
}

// Set makes the bytes of a descriptor set of files that are descriptors each, as a server's reflection gives them.
func Set(files [][]byte) []byte {
	var b []byte
	for _, f := range files {
		b = append(appendVarint(appendVarint(b, 1<<3|uint64(wireBytes)), uint64(len(f))), f...)
	}
	return b
}

// Descriptors gives the files that a service of a Schema stands in, its own last, each as the bytes of its descriptor: what reflection
// tells. nil: it is not of this Schema. They must not be written to.
func Descriptors(s *contract.Service) [][]byte {
	files, _ := s.Ext.(*descriptors)
	if files == nil {
		return nil
	}
	return files.list
}

type descriptors struct{ list [][]byte }

// described is a service that a file has.
type described struct {
	sd    protoreflect.ServiceDescriptor
	path  string
	b     *builder
	named bool // the configuration names it
}

type loader struct {
	sources  *contract.Sources
	services []*described
	made     []*contract.Service
}

// add notes the services of one source, which share their tables.
func (l *loader) add(path string, files []protoreflect.FileDescriptor) {
	b := &builder{classes: map[protoreflect.FullName]*contract.Type{}, tables: map[pair]*message{}, any: &registry{map[string]*message{}}}
	seen := map[string]bool{}
	for _, file := range files {
		imported(file, seen, func(protoreflect.FileDescriptor) {})
	}
	again := map[string]bool{}
	for _, file := range files {
		if seen["google/protobuf/any.proto"] {
			imported(file, again, func(file protoreflect.FileDescriptor) { b.register(file.Messages()) })
		}
		for i := range file.Services().Len() {
			l.services = append(l.services, &described{sd: file.Services().Get(i), path: path, b: b})
		}
	}
}

// imported does something with a file and all that it imports, those first, once each.
func imported(file protoreflect.FileDescriptor, seen map[string]bool, do func(protoreflect.FileDescriptor)) {
	if seen[file.Path()] || file.IsPlaceholder() {
		return
	}
	seen[file.Path()] = true
	for i := range file.Imports().Len() {
		imported(file.Imports().Get(i).FileDescriptor, seen, do)
	}
	do(file)
}

// name finds the service that a name of the configuration means, if one of the files has it.
func (l *loader) name(n *contract.Naming) error {
	find := func(fits func(d *described) bool) (all []*described) {
		for _, d := range l.services {
			if fits(d) {
				all = append(all, d)
			}
		}
		return all
	}
	found := find(func(d *described) bool { return string(d.sd.FullName()) == n.As[protocol] })
	if len(found) == 0 {
		found = find(func(d *described) bool { return string(d.sd.FullName()) == n.Name })
	}
	own := find(func(d *described) bool { return slices.Contains(n.Files, d.path) })
	if len(found) == 0 {
		if found = own; len(found) > 1 {
			var names []string
			for _, d := range found {
				names = append(names, string(d.sd.FullName()))
			}
			return &contract.Error{File: found[0].path, Line: 1, Column: 1, Text: fmt.Sprintf("it has several services, and none is called %s: %s", n.Name, strings.Join(names, ", ")),
				Hint: "say which one with as: {grpc: " + names[0] + "}"}
		}
	}
	if len(found) == 0 {
		for _, f := range l.sources.Files {
			if slices.Contains(n.Files, f.Path) {
				return &contract.Error{File: f.Path, Line: 1, Column: 1, Text: "it has no service for " + n.Name}
			}
		}
		return nil
	}
	best := found[0]
	for _, d := range found { // of two files with one service, that which the configuration names here
		if slices.Contains(n.Files, d.path) {
			best = d
		}
	}
	for _, d := range l.services {
		d.named = d.named || d.sd.FullName() == best.sd.FullName()
	}
	return l.make(best, n)
}

// make makes a service under its canonical name, or those that contract files declare under that name with more to each of them.
func (l *loader) make(d *described, n *contract.Naming) error {
	declared := []*contract.Service{nil}
	if l.sources.Declared != nil && len(l.sources.Declared.Named(n.Name)) > 0 {
		declared = l.sources.Declared.Named(n.Name)
	}
	files := &descriptors{}
	var err error
	imported(d.sd.ParentFile(), map[string]bool{}, func(file protoreflect.FileDescriptor) {
		raw, e := marshal(file)
		if e != nil && err == nil {
			err = &contract.Error{File: d.path, Line: 1, Column: 1, Text: e.Error()}
		}
		files.list = append(files.list, raw)
	})
	if err != nil {
		return err
	}
	for _, old := range declared {
		methods, err := l.methods(d, n, old)
		if err != nil {
			return err
		}
		version, group := "", ""
		if old != nil {
			version, group = old.Version, old.Group
		}
		made := contract.NewService(n.Name, version, group, methods)
		made.Names, made.Ext = map[string]string{protocol: string(d.sd.FullName())}, files
		l.made = append(l.made, made)
	}
	return nil
}

// methods gives the methods of a service: those that are declared, with tables where it has them too, and the others.
func (l *loader) methods(d *described, n *contract.Naming, old *contract.Service) ([]*contract.Method, error) {
	var all []*contract.Method
	if old != nil {
		all = slices.Clone(old.Methods)
	}
	for i := range d.sd.Methods().Len() {
		md := d.sd.Methods().Get(i)
		name := canonical(n, all, string(md.Name()))
		var same []*contract.Method
		var places []int
		for at, m := range all {
			if m.Name == name {
				same, places = append(same, m), append(places, at)
			}
		}
		var m *contract.Method
		var err error
		if len(same) > 0 {
			var at int
			if at, m, err = d.b.overload(md, same); err == nil {
				all[places[at]] = m
			}
		} else if m, err = d.b.derived(md, name); err == nil {
			all = append(all, m)
		}
		if err != nil {
			return nil, placed(d, md, err)
		}
		describeMethod(m, md)
	}
	return all, nil
}

// describeMethod notes what only the file says of a method.
func describeMethod(m *contract.Method, md protoreflect.MethodDescriptor) {
	m.Source = contract.Declared
	if md.IsStreamingClient() {
		m.Streams |= contract.ClientStreams
	}
	if md.IsStreamingServer() {
		m.Streams |= contract.ServerStreams
	}
	m.Names = map[string]string{protocol: string(md.Name())}
	m.HTTP = httpRules(md, tableOf(m.Params))
}

// canonical gives the canonical name of a method: the one that the configuration has for it, that of a declared method which is the same
// but for the case of its first letter, or its own.
func canonical(n *contract.Naming, declared []*contract.Method, name string) string {
	for key, names := range n.Methods {
		if names[protocol] == name {
			name = key
			break
		}
	}
	lower := strings.ToLower(name[:1]) + name[1:]
	best := name
	for _, m := range declared {
		if m.Name == name {
			return name
		}
		if m.Name == lower {
			best = lower
		}
	}
	return best
}

// placed is an error at the place of a method.
func placed(d *described, md protoreflect.MethodDescriptor, err error) error {
	at := md.ParentFile().SourceLocations().ByDescriptor(md)
	return &contract.Error{File: d.path, Line: at.StartLine + 1, Column: at.StartColumn + 1, Text: err.Error()}
}
