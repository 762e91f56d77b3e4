package proto

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Encoding is "proto". It is immutable and safe for concurrent use, and implements codecs.Encoding.
//
// A message can be read and written only by a table, which a Schema puts into the types of the methods that it knows. Of the shapes,
// Value is one message, and Args the request message: it is the only argument, or its fields are the arguments, as its table says. Thrown
// is a dragoman.v1.Fault (docs/fault.proto), and needs no type. Void is no bytes.
type Encoding struct{}

// Name implements codecs.Encoding.
func (Encoding) Name() string { return "proto" }

// Reads implements codecs.Typed: it says whether t has a table.
func (Encoding) Reads(t *contract.Type) bool { return tableOf(t) != nil }

// Reader implements codecs.Encoding. Text aliases b, which must stay until Close.
func (Encoding) Reader(b wire.Body, f codecs.Format, t *contract.Type) token.Reader {
	tab := tableOf(t)
	if f.Shape == codecs.Thrown {
		tab = thrownTable
	}
	if tab == nil {
		return unread{}
	}
	r := readers.Get().(*reader)
	r.p, r.root = b.Bytes(), tab
	if f.Shape == codecs.Thrown {
		return plainReader{r}
	}
	return r
}

// Writer implements codecs.Encoding. It appends to o.
func (Encoding) Writer(o *wire.Out, f codecs.Format, t *contract.Type) token.Writer {
	tab := tableOf(t)
	if f.Shape == codecs.Thrown {
		tab = thrownTable
	}
	if tab == nil {
		return unwritten{}
	}
	w := writers.Get().(*writer)
	w.out, w.root, w.thrown = o, tab, f.Shape == codecs.Thrown
	return w
}

var thrownTable = &table{msg: faultTable}

func tableOf(t *contract.Type) *table {
	if t == nil {
		return nil
	}
	tab, _ := t.Ext.(*table)
	return tab
}

// unknown is the Reader and Writer of a message of which no table is known.
type unknown struct{}

var errUnknown = codecs.Errorf(codecs.Unimplemented, "proto: nothing is known of the message: a .proto file, or a descriptor set, in the service's contract would say")

func (unknown) Next(*token.Token) error { return errUnknown }
func (unknown) Skip() error             { return errUnknown }
func (unknown) Pass() error             { return errUnknown }
func (unknown) Mark() token.Mark        { return token.Mark{} }
func (unknown) Seek(token.Mark) error   { return errUnknown }
func (unknown) Put(*token.Token) error  { return errUnknown }

// unread and unwritten are unknown with the Close of each.
type (
	unread    struct{ unknown }
	unwritten struct{ unknown }
)

func (unread) Close()          {}
func (unwritten) Close() error { return errUnknown }
