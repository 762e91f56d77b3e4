package hessian

// op is what an opcode byte begins. The operands of each, as they stand in the final 2.0, are drawn in newFinal.
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
	opListTypedOpen // type, values, end
	opListOpen      // values, end
	opMap           // pairs, end
	opMapTyped      // type, pairs, end
	opClass         // name, number of fields, their names; then the value that was due
	opObject4       // class in the opcode, then a value per field
	opObject        // class, then a value per field
	opRef           // number of the container
	opEnd           // of a map or an open list
)

// dialect says what each first byte of a value is. The forms themselves are the same in all dialects.
type dialect struct {
	ops [256]op
	// size is the length in bytes of those values that have a fixed one, opcode included; else 0.
	size [256]uint8
}

// final is Hessian 2.0 as Caucho Hessian 4 and hessian-lite write it (specification §1).
var final = newFinal()

func newFinal() *dialect {
	d := &dialect{}
	set := func(o op, from, to int) {
		for b := from; b <= to; b++ {
			d.ops[b], d.size[b] = o, sizes[o]
		}
	}
	set(opText5, 0x00, 0x1f)       // n, text of n units
	set(opBytes4, 0x20, 0x2f)      // 20+n, n bytes
	set(opText10, 0x30, 0x33)      // 30+n>>8, n, text
	set(opBytes10, 0x34, 0x37)     // 34+n>>8, n, bytes
	set(opLong3, 0x38, 0x3f)       // 3c+v>>16, v>>8, v
	set(opBytesMore, 'A', 'A')     // u16 n, n bytes, next chunk
	set(opBytes16, 'B', 'B')       // u16 n, n bytes
	set(opClass, 'C', 'C')         // string, int n, n strings
	set(opDouble, 'D', 'D')        // f64
	set(opFalse, 'F', 'F')         //
	set(opMap, 'H', 'H')           // (key value)*, Z
	set(opInt5, 'I', 'I')          // i32
	set(opDateMilli, 0x4a, 0x4a)   // i64
	set(opDateMinute, 0x4b, 0x4b)  // i32
	set(opLong9, 'L', 'L')         // i64
	set(opMapTyped, 'M', 'M')      // type, (key value)*, Z
	set(opNull, 'N', 'N')          //
	set(opObject, 'O', 'O')        // int class, values
	set(opRef, 'Q', 'Q')           // int
	set(opTextMore, 'R', 'R')      // u16 n, text of n units, next chunk
	set(opText16, 'S', 'S')        // u16 n, text of n units
	set(opTrue, 'T', 'T')          //
	set(opListTypedOpen, 'U', 'U') // type, values, Z
	set(opListTyped, 'V', 'V')     // type, int n, n values
	set(opListOpen, 'W', 'W')      // values, Z
	set(opList, 'X', 'X')          // int n, n values
	set(opLong5, 'Y', 'Y')         // i32
	set(opEnd, 'Z', 'Z')           //
	set(opDouble0, 0x5b, 0x5b)     //
	set(opDouble1, 0x5c, 0x5c)     //
	set(opDouble8, 0x5d, 0x5d)     // i8
	set(opDouble16, 0x5e, 0x5e)    // i16
	set(opDoubleMilli, 0x5f, 0x5f) // i32
	set(opObject4, 0x60, 0x6f)     // 60+class, values
	set(opListTyped3, 0x70, 0x77)  // 70+n, type, n values
	set(opList3, 0x78, 0x7f)       // 78+n, n values
	set(opInt1, 0x80, 0xbf)        // 90+v
	set(opInt2, 0xc0, 0xcf)        // c8+v>>8, v
	set(opInt3, 0xd0, 0xd7)        // d4+v>>16, v>>8, v
	set(opLong1, 0xd8, 0xef)       // e0+v
	set(opLong2, 0xf0, 0xff)       // f8+v>>8, v
	return d
}

var sizes = [...]uint8{
	opNull: 1, opTrue: 1, opFalse: 1,
	opInt1: 1, opInt2: 2, opInt3: 3, opInt5: 5,
	opLong1: 1, opLong2: 2, opLong3: 3, opLong5: 5, opLong9: 9,
	opDouble: 9, opDouble0: 1, opDouble1: 1, opDouble8: 2, opDouble16: 3, opDoubleMilli: 5,
	opDateMilli: 9, opDateMinute: 5,
	opEnd: 0,
}
