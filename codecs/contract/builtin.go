package contract

// Object is java.lang.Object, the type of which nothing is known.
func Object() *Type { return builtins["java.lang.Object"] }

// Builtin gives one of Java's own types by its name, "int" or "java.util.Map", or nil. Collections and maps are of Object.
func Builtin(name string) *Type { return builtins[name] }

// builtins and shorts never change.
var (
	builtins = newBuiltins()
	shorts   = newShorts()
)

func newBuiltins() map[string]*Type {
	all := make(map[string]*Type)
	object := &Type{Kind: Any, Name: "java.lang.Object", Nullable: true}
	all[object.Name] = object
	for name, k := range map[string]Kind{"void": Void, "boolean": Bool, "byte": Int8, "short": Int16, "int": Int32, "long": Int64,
		"float": Float32, "double": Float64, "char": Char} {
		all[name] = &Type{Kind: k, Name: name}
	}
	for _, group := range []struct {
		kind  Kind
		names []string
	}{
		{Any, []string{"java.lang.Number", "java.io.Serializable", "java.lang.Comparable"}},
		{Void, []string{"java.lang.Void"}},
		{Bool, []string{"java.lang.Boolean"}},
		{Int8, []string{"java.lang.Byte"}},
		{Int16, []string{"java.lang.Short"}},
		{Int32, []string{"java.lang.Integer"}},
		{Int64, []string{"java.lang.Long"}},
		{Float32, []string{"java.lang.Float"}},
		{Float64, []string{"java.lang.Double"}},
		{Char, []string{"java.lang.Character"}},
		{String, []string{"java.lang.String", "java.lang.CharSequence", "char[]"}},
		{Bytes, []string{"byte[]"}},
		{Date, []string{"java.util.Date", "java.sql.Date", "java.sql.Time", "java.sql.Timestamp", "java.util.Calendar"}},
		{Time, []string{"java.time.LocalDate", "java.time.LocalTime", "java.time.LocalDateTime", "java.time.Instant",
			"java.time.ZonedDateTime", "java.time.OffsetDateTime", "java.time.OffsetTime", "java.time.ZoneId", "java.time.ZoneOffset",
			"java.time.Year", "java.time.YearMonth", "java.time.MonthDay", "java.time.Period", "java.time.Duration"}},
		{Text, []string{"java.util.UUID", "java.util.Locale", "java.util.Currency", "java.lang.Class", "java.net.URI"}},
		{Decimal, []string{"java.math.BigDecimal"}},
		{BigInt, []string{"java.math.BigInteger"}},
		{List, []string{"java.util.List", "java.util.Collection", "java.lang.Iterable", "java.util.ArrayList", "java.util.LinkedList",
			"java.util.Set", "java.util.HashSet", "java.util.LinkedHashSet", "java.util.SortedSet", "java.util.NavigableSet",
			"java.util.TreeSet", "java.util.Queue", "java.util.Deque", "java.util.ArrayDeque", "java.util.PriorityQueue",
			"java.util.Vector", "java.util.Stack", "java.util.concurrent.CopyOnWriteArrayList"}},
		{Map, []string{"java.util.Map", "java.util.HashMap", "java.util.LinkedHashMap", "java.util.SortedMap", "java.util.NavigableMap",
			"java.util.TreeMap", "java.util.Hashtable", "java.util.Properties", "java.util.concurrent.ConcurrentMap",
			"java.util.concurrent.ConcurrentHashMap"}},
	} {
		for _, name := range group.names {
			t := &Type{Kind: group.kind, Name: name, Nullable: true}
			if t.Kind == List || t.Kind == Map {
				t.Elem = object
			}
			if t.Kind == Map {
				t.Key = object
			}
			all[name] = t
		}
	}
	for _, name := range []string{"java.lang.Exception", "java.lang.RuntimeException", "java.lang.IllegalArgumentException",
		"java.lang.IllegalStateException", "java.lang.UnsupportedOperationException", "java.lang.NullPointerException",
		"java.lang.IndexOutOfBoundsException", "java.lang.ArithmeticException", "java.util.NoSuchElementException",
		"java.io.IOException", "java.util.concurrent.TimeoutException"} {
		all[name] = &Type{Kind: Class, Name: name, Nullable: true, Throws: true, Fields: []Field{}}
	}
	return all
}

// newShorts gives the built-in types by their simple names, under which a contract file may use them. Two are equal: Date is
// java.util.Date.
func newShorts() map[string]*Type {
	all := make(map[string]*Type, len(builtins))
	for name, t := range builtins {
		all[Simple(name)] = t
	}
	all["Date"] = builtins["java.util.Date"]
	return all
}

// Short is how a contract file may name one of Java's own types: by its simple name, where that means this one. Other names stay.
func Short(name string) string {
	if t := builtins[name]; t != nil && shorts[Simple(name)] == t {
		return Simple(name)
	}
	return name
}

// Simple is a class's name without its package.
func Simple(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}

// ArrayOf is the array of elem: byte[] is Bytes and char[] String, as Hessian writes them; others are lists.
func ArrayOf(elem *Type) *Type {
	name := elem.Name + "[]"
	if t := builtins[name]; t != nil {
		return t
	}
	return &Type{Kind: List, Name: name, Nullable: true, Elem: elem}
}

// opaque makes a class of which only the name is known.
func opaque(name string) *Type { return &Type{Kind: Class, Name: name, Nullable: true} }
