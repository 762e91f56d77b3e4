package proto

import (
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// kind is how the value of a field is written.
type kind uint8

const (
	kindBool kind = iota
	kindInt32
	kindSint32
	kindSfixed32
	kindUint32
	kindFixed32
	kindInt64
	kindSint64
	kindSfixed64
	kindUint64
	kindFixed64
	kindFloat
	kindDouble
	kindEnum
	kindString
	kindBytes
	kindMessage
)

var wireTypes = [...]wireType{kindSfixed32: wire32, kindFixed32: wire32, kindFloat: wire32, kindSfixed64: wire64, kindFixed64: wire64,
	kindDouble: wire64, kindString: wireBytes, kindBytes: wireBytes, kindMessage: wireBytes}

// form is what a message is as a value.
type form uint8

const (
	formObject    form = iota // an object of a class: order says which fields it has, class what it is called
	formMap                   // the same without a class: a map by the fields' names
	formOnly                  // what its only field is: a wrapper, Struct, ListValue, a message around a result
	formTimestamp             // google.protobuf.Timestamp
	formDuration              // google.protobuf.Duration
	formMask                  // google.protobuf.FieldMask
	formValue                 // google.protobuf.Value: what its only field that is set is
	formAny                   // google.protobuf.Any
	formOwn                   // dragoman.v1.Value
	formVoid                  // nothing: what comes is not looked at
)

// as is how a moment or a span of time is given.
type as uint8

const (
	asText as = iota // a string
	asTime           // a Time with its class and its text
	asDate           // a Time in milliseconds
)

// message is the table by which a message is read and written for one type of a contract. Tables are built when contracts are loaded;
// then they are immutable, and may lead back to themselves.
type message struct {
	name   string // the message's, for errors
	form   form
	own    bool           // of formObject: the class is a contract's, whose fields are null and not left out
	as     as             // of formTimestamp and formDuration
	fields []field        // by number
	names  map[string]int // every name that a field may be given by
	order  []int          // of formObject and formMap: the fields as they are given; -1: one that the class has and the message has not
	class  *token.Class   // of formObject, with a name for each of order; of asTime and asDate
	only   int            // of formOnly
	oneofs int            // how many there are
	types  *registry      // of formAny
}

// field is a field of a message.
type field struct {
	number   uint32
	kind     kind
	name     string // what the contract calls it
	key      []byte // the same, for tokens
	repeated bool   // a list, unless it is mapped
	mapped   bool   // a map: msg is its entry, with the fields key and value
	packed   bool   // elements are written packed; both ways are read
	presence bool   // it can be absent; else it is the zero of its kind
	always   bool   // of formMap: given as null when it is absent
	letter   bool   // a text for Java's char, which has no empty one
	blank    bool   // a text in place of a value that no empty text is: that is null, for the zero of its kind says nothing
	asText   bool   // an enum that the contract does not know as one
	oneof    int    // number of its oneof, from 0; -1: none
	place    int    // in the message's order
	msg      *message
	enum     *enum
}

// enum is the constants of an enum.
type enum struct {
	class   *token.Class
	names   map[int32][]byte // what the contract calls them
	numbers map[string]int32 // by every name
	noZero  bool             // the contract has no constant for 0: it is null
	null    bool             // it is NullValue, whose every constant is null
}

// registry finds the messages that an Any may hold by their full names.
type registry struct{ messages map[string]*message }

// index finds a field by its number, looking first at *hint, where it is likely to be; -1: there is none.
func (m *message) index(number uint32, hint *int) int {
	for i := *hint; i < len(m.fields) && i < *hint+2; i++ {
		if m.fields[i].number == number {
			*hint = i
			return i
		}
	}
	low, high := 0, len(m.fields)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if m.fields[mid].number < number {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == len(m.fields) || m.fields[low].number != number {
		return -1
	}
	*hint = low
	return low
}

// named finds a field by one of its names, looking first at place *hint of the order; -1: there is none.
func (m *message) named(name []byte, hint *int) int {
	if i := *hint; i < len(m.order) && m.order[i] >= 0 && m.fields[m.order[i]].name == string(name) {
		*hint = i + 1
		return m.order[i]
	}
	if i, ok := m.names[string(name)]; ok {
		*hint = m.fields[i].place + 1
		return i
	}
	return -1
}

// table is what stands in a contract.Type as Ext.
type table struct {
	msg    *message
	args   bool  // it is that of arguments
	spread bool  // the fields are the arguments; else the message is the only one
	params []int // of the fields, the arguments in their order; -1: one that the message has not
}
