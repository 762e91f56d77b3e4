package hessian

// op is what an opcode byte begins. The operands of each are drawn in the tables below.
type op uint8

const (
	opBad op = iota
	opNull
	opTrue
	opFalse
	opInt1 // ints, by the bytes they take in all
	opInt2
	opInt3
	opInt5
	opLong1 // longs likewise
	opLong2
	opLong3
	opLong5
	opLong9
	opDouble // eight bytes of IEEE 754
	opDouble0
	opDouble1
	opDouble8     // an int8
	opDouble16    // an int16
	opDoubleFloat // four bytes of IEEE 754
	opDoubleMilli // an int32 of thousandths
	opDateMilli   // an int64 of milliseconds
	opDateMinute  // an int32 of minutes
	opText5       // last chunk of a string, units in the opcode
	opText10      // last chunk, units in the opcode's low bits and a byte
	opText16      // last chunk, units in two bytes
	opTextMore    // chunk, units in two bytes, more chunks follow
	opBytes4      // binary likewise, lengths in bytes
	opBytes10
	opBytes16
	opBytesMore
	opListTyped3    // length in the opcode, then the type
	opList3         // length in the opcode
	opListTyped     // type, length
	opList          // length
	opListNumbered  // number of the type, length
	opListMarked    // type and length, each with an opcode or missing, values, end
	opListTypedOpen // type, values, end
	opListOpen      // values, end
	opMap           // pairs, end
	opMapTyped      // type, pairs, end
	opMapMarked     // type with an opcode or missing, pairs, end
	opClass         // name, number of fields, their names; then the value that was due
	opObject4       // class in the opcode, then a value per field
	opObject        // class, then a value per field
	opRef           // number of the container, an int
	opRef8          // the same in so many bits
	opRef16
	opRef32
	opEnd        // of a map or an open list
	opType       // what marks a type: its name, units in two bytes
	opTypeNumber // the number of a type, an int
	opLength8    // what marks a length
	opLength32
)

func isText(o op) bool  { return o >= opText5 && o <= opTextMore }
func isBytes(o op) bool { return o >= opBytes4 && o <= opBytesMore }
func isInt(o op) bool   { return o >= opInt1 && o <= opInt5 }
func isWhole(o op) bool { return o >= opInt1 && o <= opLong9 }
func isRef(o op) bool   { return o >= opRef && o <= opRef32 }
func isList(o op) bool  { return o >= opListTyped3 && o <= opListOpen }

// isFields says whether an opcode begins something that has fields or entries.
func isFields(o op) bool { return o >= opMap && o <= opObject && o != opClass }

// opcodes says what each first byte of a value is. The forms themselves are the same in all dialects.
type opcodes struct {
	ops [256]op
	// size is the length in bytes of those values that have a fixed one, opcode included; else 0.
	size [256]uint8
	// bare: the name of a class is an int and text, without an opcode.
	bare bool
	// keyed: there are no definitions of classes, and an object is a map that has a type.
	keyed bool
}

var sizes = [...]uint8{
	opNull: 1, opTrue: 1, opFalse: 1,
	opInt1: 1, opInt2: 2, opInt3: 3, opInt5: 5,
	opLong1: 1, opLong2: 2, opLong3: 3, opLong5: 5, opLong9: 9,
	opDouble: 9, opDouble0: 1, opDouble1: 1, opDouble8: 2, opDouble16: 3, opDoubleFloat: 5, opDoubleMilli: 5,
	opDateMilli: 9, opDateMinute: 5,
	opLength32: 0,
}

func (d *opcodes) set(o op, from, to int) {
	for b := from; b <= to; b++ {
		d.ops[b], d.size[b] = o, sizes[o]
	}
}

// newFinal is Hessian 2.0 as Caucho Hessian 4 and hessian-lite write it (specification §1).
func newFinal() *opcodes {
	d := &opcodes{}
	d.set(opText5, 0x00, 0x1f)       // n, text of n units
	d.set(opBytes4, 0x20, 0x2f)      // 20+n, n bytes
	d.set(opText10, 0x30, 0x33)      // 30+n>>8, n, text
	d.set(opBytes10, 0x34, 0x37)     // 34+n>>8, n, bytes
	d.set(opLong3, 0x38, 0x3f)       // 3c+v>>16, v>>8, v
	d.set(opBytesMore, 'A', 'A')     // u16 n, n bytes, next chunk
	d.set(opBytes16, 'B', 'B')       // u16 n, n bytes
	d.set(opClass, 'C', 'C')         // string, int n, n strings
	d.set(opDouble, 'D', 'D')        // f64
	d.set(opFalse, 'F', 'F')         //
	d.set(opMap, 'H', 'H')           // (key value)*, Z
	d.set(opInt5, 'I', 'I')          // i32
	d.set(opDateMilli, 0x4a, 0x4a)   // i64
	d.set(opDateMinute, 0x4b, 0x4b)  // i32
	d.set(opLong9, 'L', 'L')         // i64
	d.set(opMapTyped, 'M', 'M')      // type, (key value)*, Z
	d.set(opNull, 'N', 'N')          //
	d.set(opObject, 'O', 'O')        // int class, values
	d.set(opRef, 'Q', 'Q')           // int
	d.set(opTextMore, 'R', 'R')      // u16 n, text of n units, next chunk
	d.set(opText16, 'S', 'S')        // u16 n, text of n units
	d.set(opTrue, 'T', 'T')          //
	d.set(opListTypedOpen, 'U', 'U') // type, values, Z
	d.set(opListTyped, 'V', 'V')     // type, int n, n values
	d.set(opListOpen, 'W', 'W')      // values, Z
	d.set(opList, 'X', 'X')          // int n, n values
	d.set(opLong5, 'Y', 'Y')         // i32
	d.set(opEnd, 'Z', 'Z')           //
	d.set(opDouble0, 0x5b, 0x5b)     //
	d.set(opDouble1, 0x5c, 0x5c)     //
	d.set(opDouble8, 0x5d, 0x5d)     // i8
	d.set(opDouble16, 0x5e, 0x5e)    // i16
	d.set(opDoubleMilli, 0x5f, 0x5f) // i32
	d.set(opObject4, 0x60, 0x6f)     // 60+class, values
	d.set(opListTyped3, 0x70, 0x77)  // 70+n, type, n values
	d.set(opList3, 0x78, 0x7f)       // 78+n, n values
	d.integers()
	return d
}

// integers are the short forms of ints and longs, which the final has from the draft.
func (d *opcodes) integers() {
	d.set(opInt1, 0x80, 0xbf)  // 90+v
	d.set(opInt2, 0xc0, 0xcf)  // c8+v>>8, v
	d.set(opInt3, 0xd0, 0xd7)  // d4+v>>16, v>>8, v
	d.set(opLong1, 0xd8, 0xef) // e0+v
	d.set(opLong2, 0xf0, 0xff) // f8+v>>8, v
}

// newFirst is Hessian 1.0 (specification hessian1 §A.1). What stands for XML is a string in it. Remote objects are refused: they
// would make whoever reads them open connections.
func newFirst() *opcodes {
	d := &opcodes{keyed: true}
	d.set(opBytes16, 'B', 'B')    // u16 n, n bytes
	d.set(opDouble, 'D', 'D')     // f64
	d.set(opFalse, 'F', 'F')      //
	d.set(opInt5, 'I', 'I')       // i32
	d.set(opLong9, 'L', 'L')      // i64
	d.set(opMapMarked, 'M', 'M')  // [t type], (key value)*, z
	d.set(opNull, 'N', 'N')       //
	d.set(opRef32, 'R', 'R')      // i32
	d.set(opText16, 'S', 'S')     // u16 n, text of n units
	d.set(opTrue, 'T', 'T')       //
	d.set(opListMarked, 'V', 'V') // [t type], [l length], values, z
	d.set(opText16, 'X', 'X')     // u16 n, text of n units
	d.set(opBytesMore, 'b', 'b')  // u16 n, n bytes, next chunk
	d.set(opDateMilli, 'd', 'd')  // i64
	d.set(opLength32, 'l', 'l')   // i32
	d.set(opTextMore, 's', 's')   // u16 n, text of n units, next chunk
	d.set(opType, 't', 't')       // u16 n, text of n units
	d.set(opTextMore, 'x', 'x')   // u16 n, text of n units, next chunk
	d.set(opEnd, 'z', 'z')        //
	return d
}

// newDraft is what Hessian 3 called 2.0, as com.alipay.sofa:hessian 3.x writes it (specification hessian1 §B): 1.0 with definitions
// of classes, numbers for types, and short forms.
func newDraft() *opcodes {
	d := newFirst()
	d.bare, d.keyed = true, false
	d.set(opText5, 0x00, 0x1f)       // n, text of n units
	d.set(opBytes4, 0x20, 0x2f)      // 20+n, n bytes
	d.set(opLong3, 0x38, 0x3f)       // 3c+v>>16, v>>8, v
	d.set(opRef8, 0x4a, 0x4a)        // u8
	d.set(opRef16, 0x4b, 0x4b)       // u16
	d.set(opClass, 'O', 'O')         // int n, text of n units, int m, m strings
	d.set(opDouble0, 0x67, 0x67)     //
	d.set(opDouble1, 0x68, 0x68)     //
	d.set(opDouble8, 0x69, 0x69)     // i8
	d.set(opDouble16, 0x6a, 0x6a)    // i16
	d.set(opDoubleFloat, 0x6b, 0x6b) // f32
	d.set(opLength8, 'n', 'n')       // u8
	d.set(opObject, 'o', 'o')        // int class, values
	d.set(opTypeNumber, 'u', 'u')    // int
	d.set(opListNumbered, 'v', 'v')  // int type, int n, n values
	d.set(opLong5, 0x77, 0x77)       // i32
	d.integers()
	return d
}
