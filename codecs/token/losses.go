package token

// Loss is something that a target cannot carry, and what happens to it: never silently, for it stands here.
type Loss struct {
	Name string
	From string // the encoding that can say it
	To   string // the one that cannot, or "object" for a declared class
	What string
}

// Losses is the table of docs/types.md. Losses from hessian2 to json hold for json-strings too, if that has none of its own; those
// from json to an object or an exception hold for msgpack.
func Losses() []Loss {
	return []Loss{
		{"number-width", "hessian2", "json", "Byte, Short, Integer and Long, and Float and Double, are one kind each; read undeclared, a number takes the narrower of Integer and Long, or Double"},
		{"number-as-text", "hessian2", "json-strings", "Long, BigInteger and BigDecimal are strings, and read undeclared they stay strings"},
		{"decimal", "hessian2", "json", "a BigDecimal is a number, and read undeclared an Integer, Long or Double that is the same number, if there is one"},
		{"big-integer", "hessian2", "json", "a BigInteger is a number, and read undeclared an Integer or Long, if it fits"},
		{"not-a-number", "hessian2", "json", "NaN and the infinities are strings"},
		{"date", "hessian2", "json", "a Date is a string; the class of java.sql is dropped"},
		{"time", "hessian2", "json", "java.time values are strings"},
		{"text-class", "hessian2", "json", "UUID, Locale and the like are strings"},
		{"bytes", "hessian2", "json", "bytes are a string in base64"},
		{"enum", "hessian2", "json", "a declared enum is a string"},
		{"list-class", "hessian2", "json", "the class of a list or array is dropped"},
		{"map-class", "hessian2", "json", "the class of a map is dropped"},
		{"object", "hessian2", "json", "an object is an object whose member class, if it is not the declared class, names it; read undeclared it is a map"},
		{"key", "hessian2", "json", "keys that are not strings are their text; null is \"null\""},
		{"hidden-field", "hessian2", "json", "of two fields of one name the last is written"},
		{"reference", "hessian2", "json", "what is referred to twice is written twice"},
		{"suppressed", "hessian2", "json", "the suppressed exceptions of an exception are left out"},
		{"notation", "json", "hessian2", "undeclared, 1.10 and 1e2 are the doubles 1.1 and 100.0; -0 is 0"},
		{"precision", "json", "hessian2", "declared double or float, a number is the nearest one"},
		{"absent", "json", "object", "an absent member and null are one"},
		{"unknown-member", "json", "object", "a member that the class does not have is dropped"},
		{"undeclared-exception", "json", "hessian2", "an exception that the method does not declare, unless every consumer takes its class, is a RuntimeException with its class in the message; its fields are left out"},
		{"number-width", "hessian2", "msgpack", "Byte, Short, Integer and Long are one kind; read undeclared, a number takes the narrower of Integer and Long"},
		{"decimal", "hessian2", "msgpack", "a BigDecimal is a string, and read undeclared it stays one"},
		{"big-integer", "hessian2", "msgpack", "a BigInteger that 64 bits hold is an integer, and read undeclared an Integer or Long, if it fits; a larger one is a string"},
		{"date", "hessian2", "msgpack", "the class of java.sql is dropped"},
		{"time", "hessian2", "msgpack", "java.time values are strings, but an Instant of the years 0 to 9999 is a time; read undeclared, one of whole milliseconds is a Date"},
		{"text-class", "hessian2", "msgpack", "UUID, Locale and the like are strings"},
		{"enum", "hessian2", "msgpack", "a declared enum is a string, and so is any that is a key"},
		{"list-class", "hessian2", "msgpack", "the class of a list or array is dropped"},
		{"map-class", "hessian2", "msgpack", "the class of a map is dropped"},
		{"object", "hessian2", "msgpack", "an object is a map whose member class, if it is not the declared class, names it; read undeclared it is a map"},
		{"hidden-field", "hessian2", "msgpack", "of two fields of one name the last is written"},
		{"reference", "hessian2", "msgpack", "what is referred to twice is written twice"},
		{"suppressed", "hessian2", "msgpack", "the suppressed exceptions of an exception are left out"},
		{"number-width", "msgpack", "hessian2", "a float of 32 bits is a Double"},
		{"key", "msgpack", "hessian2", "bytes that are UTF-8 are a string where they are a key"},
		{"notation", "json", "msgpack", "undeclared, 1.10 and 1e2 are the doubles 1.1 and 100.0, -0 is 0, and a number that neither 64 bits nor a double hold is a string"},
		{"precision", "json", "msgpack", "declared double or float, a number is the nearest one"},
		{"number-width", "msgpack", "json", "a float of 32 bits is the shortest text of it, and read a double"},
		{"not-a-number", "msgpack", "json", "NaN and the infinities are strings"},
		{"date", "msgpack", "json", "a time is a string"},
		{"bytes", "msgpack", "json", "bytes are a string in base64"},
		{"key", "msgpack", "json", "keys that are not strings are their text; null is \"null\""},
		{"map-as-object", "hessian2", "hessian1", "a map with a class that is none of java.util's, and with strings for keys, is an object of that class"},
	}
}
