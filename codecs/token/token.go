// Package token is the common language of body syntaxes: a value is a stream of tokens, so that N readers and N writers serve
// N² pairs of encodings without a tree between them.
//
// It knows the value space of docs/types.md and how values meet a declared type (Copy). It refuses to know any syntax.
package token

import "errors"

// Kind is what a Token is.
type Kind uint8

// The kinds of token. What each uses of Token is said here and nowhere else; fields not named are zero.
const (
	Null   Kind = iota // Int: 1 if the value is absent, so that a syntax which names the members of an Object may leave it out
	Bool               // Int: 0 or 1
	Int                // Int; Bits: 8, 16, 32, 64, or 0 if the syntax does not say
	Float              // Num; Bits: 32 or 64, or 0; a reader of text also sets Text to the literal
	String             // Text; Class: the class that this is the text of (java.util.UUID), or nil
	Bytes              // Text
	Time               // Class nil: Int is milliseconds since 1970 UTC (java.util.Date). Else Class names it: a java.sql class with Int, a java.time class with Text in ISO 8601
	Big                // Text: decimal literal as JSON writes numbers; Class: java.math.BigDecimal or BigInteger, nil if not known
	Enum               // Text: the constant's name; Class: the enum's class
	List               // Int: length or -1; Class: its name (java.util.LinkedList; an array as contract.Type has it, int[], or as Hessian has it, [int), or nil. Elements follow, then End
	Map                // Int: length or -1; Class: its name, or nil. Pairs follow, then End: a Key or any other value as key, then the value
	Object             // Class with Fields; Int: 1 if the contract declares just this class at this place. One value per field in that order, then End
	Key                // Text: a key of a Map that is a string
	Ref                // Int: the number, from 0, of a List, Map or Object begun before, in the order they begin. Only for a Writer that is a Sharer
	End                // of a List, Map or Object
)

var kindNames = [...]string{"null", "bool", "int", "float", "string", "bytes", "time", "big", "enum", "list", "map", "object", "key", "ref", "end"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "token?"
}

// Token is one step of a value. Text is borrowed from the reader until its next call; text is UTF-8 but for lone surrogates,
// which stand as three bytes each (WTF-8). Only what belongs to Kind is set.
type Token struct {
	Kind  Kind
	Bits  uint8
	Int   int64
	Num   float64
	Text  []byte
	Class *Class
}

// Class is a class as a wire names it. Immutable; readers may give the same pointer for the same class, and need not.
type Class struct {
	Name   string
	Fields []string // of an Object, in the order of its values; two may be equal
}

// Mark is a place in a Reader's input to come back to.
type Mark struct{ A, B, C, D int }

// Reader gives the tokens of one body. It checks shape, depth and counts against the bytes left as it goes. Not safe for
// concurrent use. After an error it is of no use but to Close.
type Reader interface {
	Next(*Token) error // the Token lives in the pooled copier: a local one escapes to the heap. io.EOF behind the last value
	Skip() error       // one value, checked in full, references not followed
	Pass() error       // one value, only to find its end: for what Seek comes back to
	Mark() Mark
	Seek(Mark) error // syntaxes with tables freeze them while they read again
	Close()          // gives the reader back; its Text is void
}

// Writer takes the tokens of one body.
type Writer interface {
	Put(*Token) error
	Close() error // gives the writer back; an error if the value is not whole
}

// Sharer is a Writer that can write Ref; apart: only to what begins in the same member of the outermost List, where each argument
// has a stream of its own. Copy tells a Reader that is a RefReader to give such references instead of expanding them.
type (
	Sharer    interface{ Shares() (apart bool) }
	RefReader interface{ KeepRefs(apart bool) }
)

// Plain is a Reader or Writer of a syntax whose values name no classes (JSON, MessagePack). Copy takes members in any order from
// such a Reader, and gives such a Writer a Map as it came where another is given the declared Object in the order of its class.
type Plain interface{ Plain() }

// Untyped makes a Reader Plain, of a body in a syntax with classes whose values name none: those of a generic invocation are maps where
// objects are meant, and names where constants are. References are expanded.
func Untyped(r Reader) Reader { return untyped{r} }

type untyped struct{ Reader }

// Plain implements Plain.
func (untyped) Plain() {}

// Limits of every reader and writer.
const (
	MaxDepth  = 256     // of nested lists, maps and objects
	MaxExpand = 1 << 20 // tokens that expanding shared references may add in one body
)

// The errors that callers tell apart. Others say what is wrong with the input.
var (
	ErrDepth  = errors.New("nesting over the limit")
	ErrCycle  = errors.New("a value contains itself")
	ErrExpand = errors.New("shared references expand over the limit")
)
