package matrix

// value is one value that a method takes and gives: what it is in JSON, which is also what HTTP and Redis callers send and get, and
// what Java has in its place, as a Dubbo server reads it.
type value struct {
	name, method string
	json         string
	java         string
	also         string // another that is the same in Java
	grpc         string // what protobuf makes of it, in JSON, where that is something else
}

// refused says that protobuf has nothing for a value.
const refused = "-"

var values = []value{
	{name: "true", method: "aBoolean", json: `true`, java: `true`},
	{name: "false", method: "aBoolean", json: `false`, java: `false`},
	{name: "byte min", method: "aByte", json: `-128`, java: `-128i`},
	{name: "byte max", method: "aByte", json: `127`, java: `127i`},
	{name: "short min", method: "aShort", json: `-32768`, java: `-32768i`},
	{name: "int zero", method: "anInt", json: `0`, java: `0i`},
	{name: "int of two bytes", method: "anInt", json: `-2048`, java: `-2048i`},
	{name: "int of three bytes", method: "anInt", json: `262143`, java: `262143i`},
	{name: "int min", method: "anInt", json: `-2147483648`, java: `-2147483648i`},
	{name: "int max", method: "anInt", json: `2147483647`, java: `2147483647i`},
	{name: "long zero", method: "aLong", json: `0`, java: `0l`},
	{name: "long small", method: "aLong", json: `-9`, java: `-9l`},
	{name: "long of 32 bits", method: "aLong", json: `2147483648`, java: `2147483648l`},
	{name: "long over doubles", method: "aLong", json: `9007199254740993`, java: `9007199254740993l`},
	{name: "long min", method: "aLong", json: `-9223372036854775808`, java: `-9223372036854775808l`},
	{name: "long max", method: "aLong", json: `9223372036854775807`, java: `9223372036854775807l`},
	{name: "boxed int", method: "anInteger", json: `7`, java: `7i`},
	{name: "boxed null", method: "anInteger", json: `null`, java: `null`},
	{name: "boxed long", method: "aBoxedLong", json: `-1`, java: `-1l`},
	{name: "float", method: "aFloat", json: `0.1`, java: `0.1d`, also: `0.10000000149011612d`},
	{name: "double zero", method: "aDouble", json: `0.0`, java: `0d`},
	{name: "double minus zero", method: "aDouble", json: `-0.0`, java: `-0d`},
	{name: "double one", method: "aDouble", json: `1.0`, java: `1d`},
	{name: "double of a byte", method: "aDouble", json: `-128.0`, java: `-128d`},
	{name: "double of two bytes", method: "aDouble", json: `32767.0`, java: `32767d`},
	{name: "double of thousandths", method: "aDouble", json: `0.001`, java: `0.001d`},
	{name: "double tenth", method: "aDouble", json: `0.1`, java: `0.1d`},
	{name: "double large", method: "aDouble", json: `1.7976931348623157e+308`, java: `1.7976931348623157e+308d`},
	{name: "double least", method: "aDouble", json: `5e-324`, java: `5e-324d`},
	{name: "not a number", method: "aDouble", json: `"NaN"`, java: `NaNd`},
	{name: "infinity", method: "aDouble", json: `"-Infinity"`, java: `-Infd`},
	{name: "char", method: "aChar", json: `"é"`, java: `"é"`},
	{name: "text empty", method: "aText", json: `""`, java: `""`},
	{name: "text", method: "aText", json: `"grüße, 世界"`, java: `"grüße, 世界"`},
	{name: "text astral", method: "aText", json: `"😀𝄞"`, java: `"😀𝄞"`},
	{name: "text of a lone surrogate", method: "aText", json: `"a\ud83db"`, java: `"a\xed\xa0\xbdb"`, grpc: refused},
	{name: "text with controls", method: "aText", json: `"\u0000\u001f\"\\/"`, java: `"\x00\x1f\"\\/"`},
	{name: "text null", method: "aText", json: `null`, java: `null`, grpc: `""`},
	{name: "text of 40 units", method: "aText", json: `"0123456789012345678901234567890123456789"`, java: `"0123456789012345678901234567890123456789"`},
	{name: "bytes empty", method: "bytes", json: `""`, java: `0x`},
	{name: "bytes", method: "bytes", json: `"AAF/gP8="`, java: `0x00017f80ff`},
	{name: "date", method: "aDate", json: `"2026-11-21T03:18:00.123Z"`, java: `@1795231080123`},
	{name: "date of a minute", method: "aDate", json: `"1969-12-31T23:59:00.000Z"`, java: `@-60000`},
	{name: "day", method: "aDay", json: `"2026-11-21"`, java: `java.time.LocalDate@2026-11-21`},
	{name: "time", method: "aTime", json: `"23:59:59.999999999"`, java: `java.time.LocalTime@23:59:59.999999999`},
	{name: "moment", method: "aMoment", json: `"2026-11-21T03:18:00"`, java: `java.time.LocalDateTime@2026-11-21T03:18:00`},
	{name: "instant", method: "anInstant", json: `"2026-11-21T03:18:00.000000001Z"`, java: `java.time.Instant@2026-11-21T03:18:00.000000001Z`},
	{name: "zoned", method: "aZoned", json: `"2026-11-21T03:18:00+01:00[Europe/Paris]"`, java: `java.time.ZonedDateTime@2026-11-21T03:18:00+01:00[Europe/Paris]`},
	{name: "duration", method: "aDuration", json: `"PT8H6M12.345S"`, java: `java.time.Duration@PT8H6M12.345S`},
	{name: "uuid", method: "aUuid", json: `"123e4567-e89b-12d3-a456-426614174000"`, java: `java.util.UUID"123e4567-e89b-12d3-a456-426614174000"`},
	{name: "locale", method: "aLocale", json: `"zh_CN"`, java: `java.util.Locale"zh_CN"`},
	{name: "decimal", method: "aDecimal", json: `1.10`, java: `java.math.BigDecimal 1.10`},
	{name: "decimal of many digits", method: "aDecimal", json: `-123456789012345678901234567890.000001`, java: `java.math.BigDecimal -123456789012345678901234567890.000001`},
	{name: "big integer", method: "aBig", json: `1180591620717411303424`, java: `java.math.BigInteger 1180591620717411303424`},
	{name: "big integer negative", method: "aBig", json: `-9223372036854775809`, java: `java.math.BigInteger -9223372036854775809`},
	{name: "enum", method: "aColor", json: `"GREEN"`, java: `matrix.Color GREEN`},
	{name: "enum null", method: "aColor", json: `null`, java: `null`},
	{name: "texts", method: "texts", json: `["a","","漢"]`, java: `["a" "" "漢"]`},
	{name: "texts none", method: "texts", json: `[]`, java: `[]`},
	{name: "texts nine", method: "texts", json: `["1","2","3","4","5","6","7","8","9"]`, java: `["1" "2" "3" "4" "5" "6" "7" "8" "9"]`},
	{name: "texts with null", method: "texts", json: `["a",null]`, java: `["a" null]`, grpc: refused},
	{name: "longs", method: "longs", json: `[1,-1,9223372036854775807]`, java: `[1l -1l 9223372036854775807l]`},
	{name: "ints", method: "ints", json: `[1,-2,2147483647]`, java: `[int[1i -2i 2147483647i]`},
	{name: "text array", method: "textArray", json: `["x","y"]`, java: `[string["x" "y"]`},
	{name: "set", method: "set", json: `["x","y"]`, java: `java.util.HashSet["x" "y"]`},
	{name: "lists in a list", method: "lists", json: `[[1,2],[],[3]]`, java: `[[1i 2i] [] [3i]]`, grpc: refused},
	{name: "map", method: "counts", json: `{"a":1}`, java: `{"a":1i}`},
	{name: "map empty", method: "counts", json: `{}`, java: `{}`},
	{name: "map of longs", method: "sums", json: `{"long":1,"":-9007199254740993}`, java: `{"long":1l "":-9007199254740993l}`},
	{name: "map by numbers", method: "names", json: `{"7":"seven"}`, java: `{7i:"seven"}`},
	{name: "object", method: "item", json: `{"sku":"A-1","quantity":2,"tags":["red","𝄞"]}`, java: `matrix.Item(sku="A-1" quantity=2i tags=["red" "𝄞"])`},
	{name: "objects", method: "items", json: `[{"sku":"a","quantity":0,"tags":[]},{"sku":"b","quantity":-1,"tags":["t"]}]`,
		java: `[matrix.Item(sku="a" quantity=0i tags=[]) matrix.Item(sku="b" quantity=-1i tags=["t"])]`},
	{name: "map of objects", method: "byName", json: `{"k":{"sku":"a","quantity":1,"tags":[]}}`, java: `{"k":matrix.Item(sku="a" quantity=1i tags=[])}`},
	{name: "object of everything", method: "order", json: `{"id":72057594037927937,"createdBy":"李雷","name":"n","color":"BLUE","price":1.10,` +
		`"big":1180591620717411303424,"at":"2026-11-21T03:18:00.123Z","blob":"AAF/gP8=","paid":true,"ratio":0.1,"items":[{"sku":"a","quantity":1,"tags":[]}],` +
		`"bySku":{"a":{"sku":"a","quantity":1,"tags":["x"]}},"first":{"sku":"f","quantity":0,"tags":[]},"total":9007199254740993}`,
		java: `matrix.Order(id=72057594037927937l createdBy="李雷" name="n" color=matrix.Color BLUE price=java.math.BigDecimal 1.10 ` +
			`big=java.math.BigInteger 1180591620717411303424 at=@1795231080123 blob=0x00017f80ff paid=true ratio=0.1d items=[matrix.Item(sku="a" quantity=1i tags=[])] ` +
			`bySku={"a":matrix.Item(sku="a" quantity=1i tags=["x"])} first=matrix.Item(sku="f" quantity=0i tags=[]) total=9007199254740993l)`},
	{name: "object in itself", method: "node", json: `{"name":"a","next":{"name":"b","next":{"name":"c","next":null}}}`,
		java: `matrix.Node(name="a" next=matrix.Node(name="b" next=matrix.Node(name="c" next=null)))`},
	{name: "object null", method: "item", json: `null`, java: `null`},
	{name: "anything text", method: "anything", json: `"x"`, java: `"x"`},
	{name: "anything true", method: "anything", json: `true`, java: `true`},
	{name: "anything null", method: "anything", json: `null`, java: `null`},
	{name: "anything int", method: "anything", json: `7`, java: `7i`},
	{name: "anything long", method: "anything", json: `9007199254740993`, java: `9007199254740993l`, grpc: `9007199254740992.0`},
	{name: "anything map", method: "anything", json: `{"a":[1.5,"x",{}]}`, java: `{"a":[1.5d "x" {}]}`},
}
