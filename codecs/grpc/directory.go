package grpc

import (
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// directory says what stands in which file. Immutable once it is made.
type directory struct {
	files      map[string]descriptor
	symbols    map[string]string    // full name of a service, method, type, field, enum, value or extension to file
	extensions map[extension]string // to file
	services   []string
}

// descriptor is one FileDescriptorProto.
type descriptor struct {
	bytes []byte
	needs []string // files that it imports
}

// extension is a field that a file adds to a message of another.
type extension struct {
	of     string // full name of the message
	number uint64
}

// The members of descriptors that are read here, by google/protobuf/descriptor.proto.
const (
	fileName, filePackage, fileNeeds, fileMessage, fileEnum, fileService, fileExtension = 1, 2, 3, 4, 5, 6, 7

	messageName, messageField, messageNested, messageEnum, messageExtension, messageOneof = 1, 2, 3, 4, 6, 8

	enumName, enumValue          = 1, 2
	serviceName, serviceMethod   = 1, 2
	fieldExtendee, fieldNumberOf = 2, 3
	nameOfPart                   = 1 // of fields, values, methods and oneofs
)

// maxNesting bounds messages within messages; protoc's own bound is lower.
const maxNesting = 64

func newDirectory(files [][]byte) (*directory, error) {
	d := &directory{files: map[string]descriptor{}, symbols: map[string]string{}, extensions: map[extension]string{}}
	for i, p := range files {
		name := nameIn(p, fileName)
		if name == "" {
			return nil, codecs.Errorf(codecs.Invalid, "grpc: reflection: file %d of %d has no name, or is no FileDescriptorProto", i+1, len(files))
		}
		if _, twice := d.files[name]; !twice {
			d.add(name, p)
		}
	}
	return d, nil
}

// nameIn gives a text member of a message.
func nameIn(p []byte, num protowire.Number) (name string) {
	each(p, func(n protowire.Number, v []byte) {
		if n == num {
			name = string(v)
		}
	})
	return name
}

// add takes a file.
func (d *directory) add(name string, p []byte) {
	f := descriptor{bytes: p}
	pkg := nameIn(p, filePackage)
	each(p, func(num protowire.Number, v []byte) {
		switch num {
		case fileNeeds:
			f.needs = append(f.needs, string(v))
		case fileMessage:
			d.message(name, pkg, v, maxNesting)
		case fileEnum:
			d.enum(name, pkg, v)
		case fileService:
			d.service(name, pkg, v)
		case fileExtension:
			d.extension(name, pkg, v)
		}
	})
	d.files[name] = f
}

// message takes a type and what is in it.
func (d *directory) message(file, scope string, p []byte, depth int) {
	full := join(scope, nameIn(p, messageName))
	d.symbols[full] = file
	if depth == 0 {
		return
	}
	each(p, func(num protowire.Number, v []byte) {
		switch num {
		case messageField, messageOneof:
			d.symbols[join(full, nameIn(v, nameOfPart))] = file
		case messageNested:
			d.message(file, full, v, depth-1)
		case messageEnum:
			d.enum(file, full, v)
		case messageExtension:
			d.extension(file, full, v)
		}
	})
}

// enum takes an enum and its values, which are named beside it and not in it.
func (d *directory) enum(file, scope string, p []byte) {
	d.symbols[join(scope, nameIn(p, enumName))] = file
	each(p, func(num protowire.Number, v []byte) {
		if num == enumValue {
			d.symbols[join(scope, nameIn(v, nameOfPart))] = file
		}
	})
}

// service takes a service and its methods.
func (d *directory) service(file, scope string, p []byte) {
	full := join(scope, nameIn(p, serviceName))
	d.symbols[full] = file
	d.services = append(d.services, full)
	each(p, func(num protowire.Number, v []byte) {
		if num == serviceMethod {
			d.symbols[join(full, nameIn(v, nameOfPart))] = file
		}
	})
}

func (d *directory) extension(file, scope string, p []byte) {
	d.symbols[join(scope, nameIn(p, nameOfPart))] = file
	x := readExtension(p, fieldExtendee, fieldNumberOf)
	x.of = strings.TrimPrefix(x.of, ".")
	d.extensions[x] = file
}

// readExtension reads the name of a message and a number.
func readExtension(p []byte, of, number protowire.Number) extension {
	x := extension{of: nameIn(p, of)}
	for len(p) > 0 {
		num, typ, n := protowire.ConsumeTag(p)
		if n < 0 {
			return x
		}
		p = p[n:]
		if num == number && typ == protowire.VarintType {
			if v, k := protowire.ConsumeVarint(p); k > 0 {
				x.number = v
			}
		}
		if n = protowire.ConsumeFieldValue(num, typ, p); n < 0 {
			return x
		}
		p = p[n:]
	}
	return x
}

func join(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}
