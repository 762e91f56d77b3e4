package hessian

import "strings"

// Names of types. Tokens name arrays as the stream does ("[int", "[com.acme.Car"), contracts as Java does ("int[]",
// "com.acme.Car[]"); a writer takes both.

// listTypes says what the collections that contracts name are written as: "" for a list without a type, which Java reads as an
// ArrayList, and a class for interfaces that an ArrayList does not fit.
var listTypes = map[string]string{
	"java.lang.Iterable":           "",
	"java.util.Collection":         "",
	"java.util.List":               "",
	"java.util.ArrayList":          "",
	"java.util.AbstractList":       "",
	"java.util.Set":                "java.util.HashSet",
	"java.util.SortedSet":          "java.util.TreeSet",
	"java.util.NavigableSet":       "java.util.TreeSet",
	"java.util.Queue":              "java.util.LinkedList",
	"java.util.Deque":              "java.util.LinkedList",
	"java.util.AbstractCollection": "",
}

// mapTypes says the same of maps; one without a type is a HashMap.
var mapTypes = map[string]string{
	"java.util.Map":                               "",
	"java.util.HashMap":                           "",
	"java.util.AbstractMap":                       "",
	"java.util.SortedMap":                         "java.util.TreeMap",
	"java.util.NavigableMap":                      "java.util.TreeMap",
	"java.util.concurrent.ConcurrentMap":          "java.util.concurrent.ConcurrentHashMap",
	"java.util.concurrent.ConcurrentNavigableMap": "java.util.concurrent.ConcurrentSkipListMap",
}

// elementNames are the names that the stream has for element types of its own.
var elementNames = map[string]string{
	"java.lang.String": "string",
	"java.lang.Object": "object",
	"java.util.Date":   "date",
}

// appendType appends the name that a list of a Java type has in the stream; nothing for a list without a type.
func appendType(dst []byte, name string) []byte {
	element := strings.TrimRight(name, "[]")
	if len(element) < len(name) && name[0] != '[' {
		for range (len(name) - len(element)) / 2 {
			dst = append(dst, '[')
		}
		if short, ok := elementNames[element]; ok {
			element = short
		}
		return append(dst, element...)
	}
	if class, ok := listTypes[name]; ok {
		name = class
	}
	return append(dst, name...)
}

// builtIn says whether a list's type, as it stands in the stream, is an array of Java's own simple types.
func builtIn(name string) bool {
	switch strings.TrimLeft(name, "[") {
	case "boolean", "byte", "short", "int", "long", "float", "double", "char", "string", "object", "date":
		return name[0] == '['
	}
	return false
}
