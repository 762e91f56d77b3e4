package token

// Loss is something that a target cannot carry, and what happens to it: never silently, for it stands here.
type Loss struct {
	Name string
	From string // the encoding that can say it
	To   string // the one that cannot, or "object" for a declared class
	What string
}

// Losses is the table of docs/types.md. Losses from hessian2 to json hold for json-strings too, if that has none of its own.
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
	}
}
