package grpc

import (
	"context"
	"io"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// askMost bounds the files that a server may make us ask for, and the bytes of all.
const (
	askMost      = 1000
	askMostBytes = 64 << 20
)

// Descriptors asks the server behind h, by its reflection, for the descriptors of the file that a service stands in, and of all that
// this imports: a google.protobuf.FileDescriptorProto each. It asks by the newer of the protocol's names first.
func Descriptors(ctx context.Context, h codecs.Handler, service string) ([][]byte, error) {
	files, err := descriptorsBy(ctx, h, ReflectionService, service)
	if err != nil && codecs.StatusOf(err).Code == codecs.Unimplemented {
		files, err = descriptorsBy(ctx, h, ReflectionAlphaService, service)
	}
	return files, err
}

func descriptorsBy(ctx context.Context, h codecs.Handler, reflection, service string) (files [][]byte, err error) {
	traits := Mapping{}.Traits()
	c := &codecs.Call{From: codecs.Origin{Protocol: Name, Traits: &traits}}
	c.Req = codecs.Message{Kind: codecs.Request, Bare: true, Header: codecs.Header{Service: reflection, Method: "ServerReflectionInfo", Stream: true,
		Format: codecs.Format{Encoding: encodingProto, Shape: codecs.Args}, Meta: codecs.Meta{Loaded: true}}}
	traits.Stream = true
	t := codecs.Begin(ctx, h, c)
	defer t.Close()
	known := map[string]bool{}
	asked := map[string]bool{}
	what, bytes := appendText(nil, askSymbol, service), 0
	for {
		fresh, err := question(t, what)
		if err != nil {
			return nil, err
		}
		for _, f := range fresh {
			if known[nameIn(f, fileName)] {
				continue
			}
			known[nameIn(f, fileName)] = true
			files = append(files, f)
			if bytes += len(f); len(files) > askMost || bytes > askMostBytes {
				return nil, codecs.Errorf(codecs.Limited, "grpc: reflection: %d files of %d bytes, over the limits of %d and %d", len(files), bytes, askMost, askMostBytes)
			}
		}
		next := missing(files, known)
		switch {
		case next == "":
			return files, hangUp(t)
		case asked[next]:
			return nil, codecs.Errorf(codecs.NotFound, "grpc: reflection: the server does not have %q, which it needs itself", next)
		}
		asked[next] = true
		what = appendText(nil, askFile, next)
	}
}

// hangUp ends the request, and waits for the server to end its reply.
func hangUp(t *codecs.Talk) error {
	m := codecs.Message{Kind: codecs.Data, Bare: true, End: true}
	if err := t.Send(&m); err != nil && err != io.EOF {
		return err
	}
	for {
		m, err := t.Recv()
		end := m.End
		m.Release()
		if end || err == io.EOF {
			return nil // what was asked for has come
		}
		if err != nil {
			return err
		}
	}
}

// missing gives a file that another needs and that has not come, or "": servers give one at a time, or all at once.
func missing(files [][]byte, known map[string]bool) (name string) {
	for _, f := range files {
		each(f, func(num protowire.Number, v []byte) {
			if num == fileNeeds && !known[string(v)] {
				name = string(v)
			}
		})
	}
	return name
}

// question asks one thing and gives the files of the answer.
func question(t *codecs.Talk, what []byte) (files [][]byte, err error) {
	m := codecs.Message{Kind: codecs.Data, Body: wire.Copy(what)}
	m.Format = codecs.Format{Encoding: encodingProto, Shape: codecs.Args}
	if err := t.Send(&m); err != nil && err != io.EOF { // with io.EOF the reply says why
		return nil, err
	}
	var body []byte
	for part := true; part; {
		m, err := t.Recv()
		if err != nil {
			return nil, err
		}
		body = append(body, m.Body.Bytes()...)
		end, status := m.End, m.Status
		part = m.Bare || m.Part
		m.Release()
		if end {
			if status.Code == codecs.OK {
				status = codecs.Status{Code: codecs.Malformed, Text: "grpc: reflection: the server ended without an answer"}
			}
			return nil, &codecs.Error{Status: status}
		}
		if len(body) > askMostBytes {
			return nil, codecs.Errorf(codecs.Limited, "grpc: reflection: an answer of over %d bytes", askMostBytes)
		}
	}
	each(body, func(num protowire.Number, v []byte) {
		switch num {
		case sayFiles:
			each(v, func(num protowire.Number, f []byte) {
				if num == 1 {
					files = append(files, f)
				}
			})
		case sayError:
			err = codecs.Errorf(codecs.NotFound, "grpc: reflection: %s", nameIn(v, 2))
		}
	})
	return files, err
}
