// Package contract says what is known of argument types: types, methods, and the Book that finds them.
//
// It knows Java's names for types, because they are the names that the wires carry, and how a contract file is written. It
// refuses to know any body syntax: what a type looks like in JSON or Hessian is the business of the encodings.
package contract

// Kind is what sort of value a Type holds.
type Kind uint8

// The kinds of type.
const (
	Any     Kind = iota // java.lang.Object, or nothing known
	Void                // no value
	Bool                // boolean
	Int8                // byte
	Int16               // short
	Int32               // int
	Int64               // long
	Float32             // float
	Float64             // double
	Char                // char: one UTF-16 unit
	String              // java.lang.String
	Bytes               // byte[]
	Date                // java.util.Date and its java.sql kin (Name says which): milliseconds
	Time                // a java.time class (Name says which): ISO 8601 text
	Text                // a class that is a text: java.util.UUID, java.util.Locale, java.lang.Class, … (Name says which)
	Decimal             // java.math.BigDecimal
	BigInt              // java.math.BigInteger
	Enum                // Name is the enum's class, Values its constants if known
	List                // an array or collection; Elem is set, Name says which
	Map                 // Key and Elem are set, Name says which
	Class               // an object with Fields
	Tuple               // the parameters of a method: Fields in order
)

// Type is a type as far as it is known. It is immutable once built, safe for concurrent use, and may lead back to itself.
type Type struct {
	Kind     Kind
	Name     string   // Java's: "int", "java.lang.Integer", "java.util.List", "int[]", "com.acme.User"; "" for a Tuple
	Nullable bool     // everything but Java's primitives
	Elem     *Type    // of a List; the values of a Map
	Key      *Type    // of a Map
	Fields   []Field  // of a Class, inherited ones first, nil if they are not known; of a Tuple
	Super    *Type    // of a Class that extends another known one
	Subs     []*Type  // classes that may stand where this one is declared, this one left out
	Default  *Type    // of an interface or abstract class: the subtype to make when the value does not say
	Abstract bool     // an interface or abstract class
	Throws   bool     // a Class that is a Throwable
	Values   []string // of an Enum
	Open     bool     // an Enum that may get further constants: the number of one is good, too
	Ext      any      // what the Schema that it came from knows besides, for its own encoding; on a Method's Params and Result only
}

// Field is a field of a class or a parameter of a method.
type Field struct {
	Name string // "" for a parameter whose name is not known
	Type *Type
}

// Source is where a Method is known from. The greater one wins.
type Source uint8

// The sources.
const (
	Unknown   Source = iota // made from a descriptor on the wire: parameter types by name only
	Learned                 // from traffic
	Published               // from a service's own metadata
	Declared                // from a contract file
)

// Method is one method of a service, one of several where it is overloaded. Immutable.
type Method struct {
	Name       string
	Descriptor string  // of the parameters, Java's form: "Ljava/lang/String;I"
	Params     *Type   // a Tuple
	Result     *Type   // Void for void; nil: not known
	Throws     []*Type // classes the caller can catch
	Oneway     bool
	Varargs    bool // the last parameter is an array that may be written out
	Streams    Streams
	Foreign    bool              // its Schema does not know what the classes are called in Java: any class may stand for one
	Names      map[string]string // protocol: what its Schema says that the method is called there
	HTTP       []HTTPRule        // the paths that its Schema gives it, the first one first
	Source     Source
}

// Streams says on which sides of a call there are any number of messages.
type Streams uint8

// The sides that stream.
const (
	ClientStreams Streams = 1 << iota
	ServerStreams
)

// Book finds methods. It is safe for concurrent use.
type Book interface {
	// Lookup gives all overloads that fit; the caller takes the one that its descriptor or its values decide, or refuses.
	// descriptor "" and args -1 mean not known. version and group "" fit any.
	Lookup(service, group, version, method, descriptor string, args int) []*Method
	// Type gives a class by its Java name, or nil.
	Type(name string) *Type
}
