package grpc

import (
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// The services by which tools learn what a server has. They differ in their names only.
const (
	ReflectionService      = "grpc.reflection.v1.ServerReflection"
	ReflectionAlphaService = "grpc.reflection.v1alpha.ServerReflection"
)

// Reflection answers calls of ReflectionService and ReflectionAlphaService. files are the descriptors, each a
// google.protobuf.FileDescriptorProto, in any order; services are names that are listed besides those in the files.
func Reflection(files [][]byte, services ...string) (codecs.Handler, error) {
	d, err := newDirectory(files)
	if err != nil {
		return nil, err
	}
	for _, s := range services {
		if !slices.Contains(d.services, s) {
			d.services = append(d.services, s)
		}
	}
	slices.Sort(d.services)
	return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		if c.Req.Method != "ServerReflectionInfo" {
			return codecs.Refuse(c, back, noMethod(&c.Req.Header))
		}
		return serve(c, back, &reflecting{d: d, sent: map[string]bool{}})
	}), nil
}

// reflecting is one caller who asks about descriptors.
//
//	ServerReflectionRequest   1 host, and one of: 3 file_by_filename, 4 file_containing_symbol,
//	                          5 file_containing_extension {1 containing_type, 2 extension_number},
//	                          6 all_extension_numbers_of_type, 7 list_services
//	ServerReflectionResponse  1 valid_host, 2 original_request, and one of:
//	                          4 file_descriptor_response {1 file_descriptor_proto, repeated},
//	                          5 all_extension_numbers_response {1 base_type_name, 2 extension_number, repeated},
//	                          6 list_services_response {1 service {1 name}, repeated},
//	                          7 error_response {1 error_code, 2 error_message}
type reflecting struct {
	d    *directory
	sent map[string]bool // files that the caller has
}

const (
	askFile, askSymbol, askExtension, askNumbers, askServices = 3, 4, 5, 6, 7
	sayFiles, sayNumbers, sayServices, sayError               = 4, 5, 6, 7
)

func (r *reflecting) message(l *local, p []byte) bool {
	var host, what []byte
	var ask protowire.Number
	each(p, func(num protowire.Number, v []byte) {
		switch {
		case num == 1:
			host = v
		case num >= askFile && num <= askServices:
			ask, what = num, v
		}
	})
	num, answer, err := r.answer(ask, what)
	if err != nil {
		code := nativeOf(codecs.StatusOf(err))
		answer = protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(code))
		num, answer = sayError, appendText(answer, 2, err.Error())
	}
	b := appendBytes(nil, 1, host)
	b = appendBytes(b, 2, p)
	return l.one(appendBytes(b, num, answer))
}

func (r *reflecting) end(l *local) { l.done() }

func (r *reflecting) answer(ask protowire.Number, what []byte) (protowire.Number, []byte, error) {
	switch ask {
	case askFile:
		return r.files(string(what), string(what))
	case askSymbol:
		return r.files(r.d.symbols[string(what)], string(what))
	case askExtension:
		x := readExtension(what, 1, 2)
		return r.files(r.d.extensions[x], fmt.Sprintf("%s, extension %d", x.of, x.number))
	case askNumbers:
		return r.numbers(string(what))
	case askServices:
		var b []byte
		for _, s := range r.d.services {
			b = appendBytes(b, 1, appendText(nil, 1, s))
		}
		return sayServices, b, nil
	}
	return 0, nil, codecs.Errorf(codecs.Invalid, "grpc: a reflection request without a question that is known")
}

// files gives a file and all that it needs, but for those that the caller has.
func (r *reflecting) files(name, asked string) (protowire.Number, []byte, error) {
	if _, ok := r.d.files[name]; !ok {
		return 0, nil, notFound("no descriptor of %.256q", asked)
	}
	var b []byte
	queue := []string{name}
	for i := 0; i < len(queue); i++ {
		f, ok := r.d.files[queue[i]]
		if !ok || r.sent[queue[i]] && i > 0 {
			continue
		}
		r.sent[queue[i]] = true
		b = appendBytes(b, 1, f.bytes)
		for _, need := range f.needs {
			if !slices.Contains(queue, need) {
				queue = append(queue, need)
			}
		}
	}
	return sayFiles, b, nil
}

func (r *reflecting) numbers(of string) (protowire.Number, []byte, error) {
	if _, ok := r.d.symbols[of]; !ok {
		return 0, nil, notFound("no type %.256q", of)
	}
	b := appendText(nil, 1, of)
	var list []uint64
	for x := range maps.Keys(r.d.extensions) {
		if x.of == of {
			list = append(list, x.number)
		}
	}
	slices.Sort(list)
	for _, n := range list {
		b = protowire.AppendVarint(protowire.AppendTag(b, 2, protowire.VarintType), n)
	}
	return sayNumbers, b, nil
}

func notFound(format string, args ...any) error {
	e := codecs.Errorf(codecs.NotFound, "grpc: "+format, args...)
	e.Status.Native = codecs.Native{Of: Name, Code: codeNotFound}
	return e
}
