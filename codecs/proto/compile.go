package proto

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// maxImports bounds the files that one file reads, itself included.
const maxImports = 1024

// compile gives the files that a source describes: a .proto file one, a descriptor set as many as it has.
func compile(s *contract.Sources, f contract.SourceFile) ([]protoreflect.FileDescriptor, error) {
	if strings.HasSuffix(f.Path, ".proto") {
		file, err := compileSource(s, f)
		return []protoreflect.FileDescriptor{file}, err
	}
	files, err := fromSet(f.Data)
	if err != nil {
		return nil, &contract.Error{File: f.Path, Line: 1, Column: 1, Text: err.Error()}
	}
	return files, nil
}

// compileSource compiles a .proto file. What it imports is looked for beside it, and in each folder that its own path leads through.
func compileSource(s *contract.Sources, f contract.SourceFile) (protoreflect.FileDescriptor, error) {
	read := 0
	find := protocompile.ResolverFunc(func(name string) (protocompile.SearchResult, error) {
		if read++; read > maxImports {
			return protocompile.SearchResult{}, fmt.Errorf("more than %d files", maxImports)
		}
		if name == f.Path {
			return protocompile.SearchResult{Source: bytes.NewReader(f.Data)}, nil
		}
		data, err := findImport(s, f.Path, name)
		return protocompile.SearchResult{Source: bytes.NewReader(data)}, err
	})
	c := protocompile.Compiler{Resolver: protocompile.WithStandardImports(find), MaxParallelism: 1, SourceInfoMode: protocompile.SourceInfoStandard}
	files, err := c.Compile(context.Background(), f.Path) //nolint:forbidigo // there is nothing to wait for
	if err == nil {
		return files[0], nil
	}
	var at reporter.ErrorWithPos
	if errors.As(err, &at) {
		pos := at.GetPosition()
		return nil, &contract.Error{File: pos.Filename, Line: max(pos.Line, 1), Column: max(pos.Col, 1), Text: at.Unwrap().Error()}
	}
	return nil, &contract.Error{File: f.Path, Line: 1, Column: 1, Text: err.Error()}
}

func findImport(s *contract.Sources, from, name string) ([]byte, error) {
	if !strings.HasPrefix(name, "/") && s.Read != nil && path.Clean(name) == name && !strings.HasPrefix(name, "../") {
		for dir := path.Dir(from); ; dir = path.Dir(dir) {
			if data, err := s.Read(path.Join(dir, name)); err == nil {
				return data, nil
			}
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	if text, ok := importable[name]; ok {
		return []byte(text), nil
	}
	return nil, fmt.Errorf("%s is neither beside %s nor in a folder above it: %w", name, from, protoregistry.NotFound)
}

// fromSet gives the files of a FileDescriptorSet, in its order. Well-known ones that it lacks are those of the compiler.
func fromSet(data []byte) ([]protoreflect.FileDescriptor, error) {
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(data, &set); err != nil {
		return nil, fmt.Errorf("no FileDescriptorSet: %w", err)
	}
	if len(set.GetFile()) == 0 || len(set.GetFile()) > maxImports {
		return nil, fmt.Errorf("a FileDescriptorSet of %d files, there must be 1 to %d", len(set.GetFile()), maxImports)
	}
	byName := map[string]*descriptorpb.FileDescriptorProto{}
	for _, f := range set.GetFile() {
		byName[f.GetName()] = f
	}
	b := &linking{byName: byName, files: new(protoregistry.Files), begun: map[string]bool{}}
	files := make([]protoreflect.FileDescriptor, 0, len(byName))
	for _, f := range set.GetFile() {
		if err := b.link(f.GetName()); err != nil {
			return nil, err
		}
		file, err := b.files.FindFileByPath(f.GetName())
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// linking makes files of descriptors, those that are imported first.
type linking struct {
	byName map[string]*descriptorpb.FileDescriptorProto
	files  *protoregistry.Files
	begun  map[string]bool
}

func (l *linking) link(name string) error {
	if l.begun[name] {
		return nil
	}
	l.begun[name] = true
	f := l.byName[name]
	if f == nil {
		known, err := standard(name)
		if err != nil {
			return err
		}
		f = known
	}
	for _, dep := range f.GetDependency() {
		if err := l.link(dep); err != nil {
			return err
		}
	}
	file, err := protodesc.NewFile(f, l.files)
	if err != nil {
		return err
	}
	return l.files.RegisterFile(file)
}

// standard gives the descriptor of a file that the compiler or this package has.
func standard(name string) (*descriptorpb.FileDescriptorProto, error) {
	none := protocompile.ResolverFunc(func(name string) (protocompile.SearchResult, error) {
		if text, ok := importable[name]; ok {
			return protocompile.SearchResult{Source: strings.NewReader(text)}, nil
		}
		return protocompile.SearchResult{}, protoregistry.NotFound
	})
	c := protocompile.Compiler{Resolver: protocompile.WithStandardImports(none), MaxParallelism: 1}
	files, err := c.Compile(context.Background(), name) //nolint:forbidigo // there is nothing to wait for
	if err != nil {
		return nil, fmt.Errorf("%s is imported and not in the set", name)
	}
	return protodesc.ToFileDescriptorProto(files[0]), nil
}
