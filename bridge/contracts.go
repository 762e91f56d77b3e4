package bridge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// contracts reads the contracts of a configuration. Where learned is not nil, services of the schemas are brought together with what was
// learned of them, if no contract file declares them: a schema has a wire's types, and what was learned has Java's.
func (b *Bridge) contracts(conf *config.Config, learned *learn.Store) (*contract.Index, error) {
	book, sources, err := readContracts(conf.Contracts, b.opts.Schemas)
	if err != nil {
		return nil, err
	}
	names := namings(conf)
	if learned != nil && len(sources) > 0 {
		joined, err := join(book, learned, sources, names, b.opts.Schemas)
		if err == nil {
			return joined, nil
		}
		b.log.Warn("what was learned does not meet the contracts of other kinds, which stay alone", "err", err)
	}
	return load(book, book, sources, names, b.opts.Schemas)
}

// ReadContracts makes the book of some files: contract files, and what the schemas know by the ends of the files' names.
func ReadContracts(list []config.Contract, names []contract.Naming, schemas []contract.Schema) (*contract.Index, error) {
	book, sources, err := readContracts(list, schemas)
	if err != nil {
		return nil, err
	}
	return load(book, book, sources, names, schemas)
}

// readContracts reads the contract files of a list, and gives the files of each schema.
func readContracts(list []config.Contract, schemas []contract.Schema) (*contract.Index, map[contract.Schema][]contract.SourceFile, error) {
	var files []*contract.File
	sources := map[contract.Schema][]contract.SourceFile{}
	var errs []error
	for _, f := range list {
		if s := schemaOf(schemas, f.Path); s != nil {
			sources[s] = append(sources[s], contract.SourceFile{Path: f.Path, Data: f.Data})
			continue
		}
		parsed, err := contract.Parse(f.Path, f.Data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		files = append(files, parsed)
	}
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	book, err := contract.Build(files...)
	return book, sources, err
}

// load has the schemas load their files, which meet what known says, and adds the services to book.
func load(book, known *contract.Index, sources map[contract.Schema][]contract.SourceFile, names []contract.Naming, schemas []contract.Schema) (*contract.Index, error) {
	for _, s := range schemas {
		if len(sources[s]) == 0 {
			continue
		}
		services, err := s.Load(&contract.Sources{Files: sources[s], Names: names, Declared: known, Read: config.ReadContract})
		if err != nil {
			return nil, err
		}
		book, known = book.With(services), known.With(services)
	}
	return book, nil
}

// join is load with what was learned. Of that book gets the methods that a schema describes too; the others stay where they grow.
func join(book *contract.Index, learned *learn.Store, sources map[contract.Schema][]contract.SourceFile, names []contract.Naming, schemas []contract.Schema) (*contract.Index, error) {
	x, err := learned.Index(book)
	if err != nil {
		return nil, err
	}
	undeclared := slices.DeleteFunc(slices.Clone(x.Services), func(s *contract.Service) bool { return len(book.Named(s.Name)) > 0 })
	joined, err := load(book, book.With(undeclared), sources, names, schemas)
	if err != nil {
		return nil, err
	}
	var cut []*contract.Service
	for _, s := range joined.Services {
		if isLearned := func(m *contract.Method) bool { return m.Source == contract.Learned }; slices.ContainsFunc(s.Methods, isLearned) {
			own := contract.NewService(s.Name, s.Version, s.Group, slices.DeleteFunc(slices.Clone(s.Methods), isLearned))
			own.Names, own.Ext = s.Names, s.Ext
			cut = append(cut, own)
		}
	}
	return joined.With(cut), nil
}

// schemaOf gives the one that reads a file, or nil.
func schemaOf(schemas []contract.Schema, path string) contract.Schema {
	for _, s := range schemas {
		for _, suffix := range s.Suffixes() {
			if strings.HasSuffix(path, suffix) {
				return s
			}
		}
	}
	return nil
}

// namings is what the configuration calls services, and which files describe them.
func namings(conf *config.Config) []contract.Naming {
	files := map[string][]string{}
	for _, f := range conf.Contracts {
		for _, service := range f.Of {
			files[service] = append(files[service], f.Path)
		}
	}
	list := make([]contract.Naming, len(conf.Routes.Services))
	for i, n := range conf.Routes.Services {
		list[i] = contract.Naming{Name: n.Name, As: n.As, Files: files[n.Name], Methods: n.Methods}
	}
	return list
}

// names completes what the configuration says of services and methods with what the contracts call them: the methods of each, so that
// names which differ only in the case of the first letter meet, and what they are called in a protocol, where the configuration says
// nothing of it. A name that another service has is not taken.
func (b *Bridge) names(rules *route.Rules, book *contract.Index) {
	rules.Methods = map[string][]string{}
	rules.Services = slices.Clone(rules.Services)
	taken, at := map[[2]string]bool{}, map[string]int{}
	for i, n := range rules.Services {
		at[n.Name] = i
		for protocol, name := range n.As {
			taken[[2]string{protocol, name}] = true
		}
	}
	for _, s := range book.Services {
		for _, m := range s.Methods {
			rules.Methods[s.Name] = append(rules.Methods[s.Name], m.Name)
		}
		if len(s.Names) == 0 {
			continue
		}
		i, ok := at[s.Name]
		if !ok {
			i = len(rules.Services)
			at[s.Name] = i
			rules.Services = append(rules.Services, route.Names{At: "contracts", Name: s.Name})
		}
		n := &rules.Services[i]
		n.As = maps.Clone(n.As)
		for protocol, name := range s.Names {
			if as := [2]string{protocol, name}; n.As[protocol] == "" && name != s.Name && !taken[as] {
				taken[as] = true
				n.As = set(n.As, protocol, name)
			}
		}
		n.Methods = b.methodNames(n.Methods, s)
	}
}

// methodNames gives what the methods of a service are called, by the configuration or else by the contract.
func (b *Bridge) methodNames(said map[string]map[string]string, s *contract.Service) map[string]map[string]string {
	all := map[string]map[string]string{}
	for name, there := range said {
		all[name] = maps.Clone(there)
	}
	for _, m := range s.Methods {
		key := m.Name
		if other := otherCase(key); all[key] == nil && all[other] != nil {
			key = other
		}
		for protocol, name := range m.Names {
			if all[key][protocol] == "" && name != m.Name {
				all[key] = set(all[key], protocol, name)
			}
		}
		if len(m.HTTP) == 0 {
			continue
		}
		for _, l := range b.liners() {
			if line := m.HTTP[0].Line(); all[key][l.Name()] == "" && line != "" {
				all[key] = set(all[key], l.Name(), line)
			}
		}
	}
	return all
}

func set(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

// otherCase is s with its first letter in the other case, if that is an ASCII letter.
func otherCase(s string) string {
	if c := s[0] | 0x20; 'a' <= c && c <= 'z' {
		return string(s[0]^0x20) + s[1:]
	}
	return s
}

// liners gives the protocols whose callers may name methods by request lines, once each.
func (b *Bridge) liners() (list []codecs.Liner) {
	for _, c := range b.opts.Codecs {
		l, ok := c.(codecs.Liner)
		if ok && !slices.ContainsFunc(list, func(o codecs.Liner) bool { return o.Name() == l.Name() }) {
			list = append(list, l)
		}
	}
	return list
}

// lines makes the request lines for each protocol that has such: those of the configuration, and, of methods for which it has none,
// all that the contracts give them.
func (b *Bridge) lines(conf *config.Config, book *contract.Index) (map[string]any, error) {
	made := map[string]any{}
	for _, l := range b.liners() {
		var list []codecs.Line
		said := map[[2]string]bool{}
		for _, n := range conf.Routes.Services {
			for _, method := range slices.Sorted(maps.Keys(n.Methods)) {
				if text := n.Methods[method][l.Name()]; text != "" {
					said[[2]string{n.Name, method}], said[[2]string{n.Name, otherCase(method)}] = true, true
					if strings.Contains(text, " ") {
						list = append(list, codecs.Line{Text: text, Service: n.Name, Method: method})
					}
				}
			}
		}
		for _, s := range book.Services {
			for _, m := range s.Methods {
				for i := range m.HTTP {
					if text := m.HTTP[i].Line(); text != "" && !said[[2]string{s.Name, m.Name}] {
						list = append(list, codecs.Line{Text: text, Service: s.Name, Method: m.Name})
					}
				}
			}
		}
		var err error
		if made[l.Name()], err = l.Lines(list); err != nil {
			return nil, fmt.Errorf("bridge: request lines: %w", err)
		}
	}
	return made, nil
}
