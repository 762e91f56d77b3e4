package token_test

import (
	"strings"
	"testing"
)

func TestScalarsMeetTheirTypes(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{"Object", `1`, "1i"}, {"Object", `2147483648`, "2147483648l"}, {"Object", `-2147483648`, "-2147483648i"},
		{"Object", `9223372036854775808`, "BigInteger 9223372036854775808"}, {"Object", `-0`, "0i"},
		{"Object", `1.0`, "1d"}, {"Object", `1.10`, "1.1d"}, {"Object", `0.30000000000000004`, "0.30000000000000004d"},
		{"Object", `0.1000000000000000001`, "BigDecimal 0.1000000000000000001"}, {"Object", `1e400`, "BigDecimal 1e400"}, {"Object", `-0.0`, "-0d"},
		{"Object", `1E2`, "100d"}, {"Object", `123456789012345678.0`, "BigDecimal 123456789012345678.0"}, {"Object", `100000000000000000000000.0`, "1e+23d"},
		{"Object", `5e-324`, "5e-324d"}, {"Object", `4.9e-324`, "BigDecimal 4.9e-324"}, {"Object", `1e-400`, "BigDecimal 1e-400"}, {"Object", `0.000`, "0d"},
		{"Object", `null`, "null"}, {"Object", `"x"`, `"x"`}, {"Object", `true`, "true"},
		{"boolean", `true`, "true"}, {"boolean", `"true"`, "true"}, {"boolean", `"false"`, "false"}, {"boolean", `null`, "false"}, {"Boolean", `null`, "null"},
		{"byte", `127`, "127b"}, {"short", `"-32768"`, "-32768s"}, {"int", `7.0`, "7i"}, {"int", `70e-1`, "7i"}, {"int", `7e0`, "7i"}, {"int", `"7"`, "7i"}, {"int", `null`, "0i"},
		{"Integer", `null`, "null"}, {"long", `9223372036854775807`, "9223372036854775807l"}, {"long", `"-9223372036854775808"`, "-9223372036854775808l"}, {"long", `1e3`, "1000l"},
		{"long", `9223372036854775807.0`, "9223372036854775807l"}, {"long", `-0.0`, "0l"},
		{"float", `1.1`, "1.100000023841858f"}, {"float", `null`, "0f"}, {"Float", `1`, "1f"}, {"float", `"NaN"`, "NaNf"},
		{"double", `1`, "1d"}, {"double", `9007199254740993`, "9.007199254740992e+15d"}, {"double", `"1.5"`, "1.5d"}, {"double", `"Infinity"`, "+Infd"}, {"double", `"-Infinity"`, "-Infd"}, {"double", `18446744073709551616`, "1.8446744073709552e+19d"},
		{"BigDecimal", `1.10`, "BigDecimal 1.10"}, {"BigDecimal", `"1.10"`, "BigDecimal 1.10"}, {"BigDecimal", `1`, "BigDecimal 1"}, {"BigDecimal", `1E+3`, "BigDecimal 1E+3"}, {"BigDecimal", `1e400`, "BigDecimal 1e400"},
		{"BigInteger", `1180591620717411303424`, "BigInteger 1180591620717411303424"}, {"BigInteger", `"5"`, "BigInteger 5"}, {"BigInteger", `1.50e2`, "BigInteger 150"}, {"BigInteger", `-5`, "BigInteger -5"}, {"BigInteger", `0.0`, "BigInteger 0"},
		{"char", `"é"`, `"é"`}, {"char", `"\ud834"`, `"\xed\xa0\xb4"`}, {"char", `null`, `"\x00"`}, {"Character", `null`, "null"},
		{"String", `"x"`, `"x"`}, {"String", `1`, `"1"`}, {"String", `1.10`, `"1.10"`}, {"String", `18446744073709551616`, `"18446744073709551616"`},
		{"byte[]", `"AP/+AQ=="`, "0x00fffe01"}, {"byte[]", `"AP_-AQ"`, "0x00fffe01"}, {"byte[]", `""`, "0x"}, {"byte[]", `null`, "null"},
		{"Date", `"2026-11-21T03:18:00.123Z"`, "@1795231080123"}, {"Date", `"2026-11-21T04:18:00.1230+01:00"`, "@1795231080123"}, {"Date", `"2026-11-21T03:18Z"`, "@1795231080000"},
		{"Date", `"2026-11-21"`, "@1795219200000"}, {"Date", `1795231080123`, "@1795231080123"}, {"Date", `"1795231080123"`, "@1795231080123"}, {"Date", `"1969-12-31T23:59:59.999Z"`, "@-1"},
		{"Date", `"+10000-01-01T00:00:00Z"`, "@253402300800000"}, {"Date", `"-0001-01-01T00:00:00Z"`, "@-62198755200000"}, {"Date", `"2024-02-29T00:00:00-0030"`, "@1709166600000"},
		{"java.sql.Timestamp", `1`, "Timestamp@1"}, {"LocalDate", `"2026-11-21"`, "LocalDate@2026-11-21"}, {"Instant", `"2026-11-21T03:18:00.000000001Z"`, "Instant@2026-11-21T03:18:00.000000001Z"},
		{"UUID", `"123e4567-e89b-12d3-a456-426614174000"`, `UUID"123e4567-e89b-12d3-a456-426614174000"`}, {"Locale", `"zh_CN"`, `Locale"zh_CN"`},
		{"Color", `"RED"`, "Color RED"}, {"Color", `{"class":"Color","name":"RED"}`, "Color RED"}, {"Color", `null`, "null"},
		{"Open", `"ANY"`, "Open ANY"},
	} {
		got, _, err := toTyped(c.in, typ(t, "enum Color { RED, GREEN } enum Open {}", c.typ))
		if err != nil || got != c.want {
			t.Errorf("%s for %s: got %s, %v, want %s", c.in, c.typ, got, err, c.want)
		}
	}
}

func TestScalarsThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{"byte", `300`, "300 does not fit byte"}, {"byte", `-129`, "-129 does not fit byte"}, {"short", `32768`, "32768 does not fit short"},
		{"int", `2147483648`, "2147483648 does not fit int"}, {"int", `1.5`, "1.5 does not fit int"}, {"int", `1.0000000000000000000001`, "does not fit int"}, {"int", `"x"`, `"x" does not fit int`}, {"int", `""`, `"" does not fit int`}, {"int", `true`, "true does not fit int"},
		{"int", `1e9999`, "1e9999 does not fit int"}, {"long", `9223372036854775808`, "9223372036854775808 does not fit long"}, {"long", `" 1"`, "does not fit long"}, {"long", `"01"`, "does not fit long"}, {"long", `"0x1"`, "does not fit long"}, {"long", `[1]`, "a list does not fit long"},
		{"Integer", `{}`, "a map does not fit java.lang.Integer"}, {"boolean", `1`, "1 does not fit boolean"}, {"boolean", `"yes"`, `"yes" does not fit boolean`},
		{"double", `1e400`, "1e400 does not fit double"}, {"double", `"1e400"`, "does not fit double"}, {"double", `"inf"`, "does not fit double"}, {"float", `1e39`, "1e39 does not fit float"}, {"double", `"0x1p3"`, "does not fit double"}, {"double", `"1_0"`, "does not fit double"},
		{"BigDecimal", `"1.1.1"`, "does not fit java.math.BigDecimal"}, {"BigDecimal", `"1e99999"`, "does not fit"}, {"BigInteger", `1.5`, "1.5 does not fit java.math.BigInteger"}, {"BigInteger", `"` + strings.Repeat("1", 5000) + `"`, "does not fit"},
		{"char", `""`, `"" does not fit char`}, {"char", `"ab"`, "does not fit char"}, {"char", `"𝄞"`, "does not fit char"}, {"char", `65`, "65 does not fit char"},
		{"String", `true`, "true does not fit java.lang.String"}, {"String", `["x"]`, "a list does not fit java.lang.String"}, {"byte[]", `"A"`, "does not fit byte[]"}, {"byte[]", `"A==="`, "does not fit byte[]"}, {"byte[]", `"AP\n//"`, "does not fit byte[]"}, {"byte[]", `[1]`, "a list does not fit byte[]"},
		{"Date", `"2026-11-21T03:18:00"`, "does not fit java.util.Date"}, {"Date", `"2026-02-30"`, "does not fit java.util.Date"}, {"Date", `"2026-11-21T03:18:00.0001Z"`, "does not fit java.util.Date"}, {"Date", `"2026-11-21T24:00Z"`, "does not fit"}, {"Date", `"2026-11-21 03:18Z"`, "does not fit"}, {"Date", `1.5`, "does not fit"}, {"Date", `"26-1-1"`, "does not fit"},
		{"LocalDate", `20261121`, "20261121 does not fit java.time.LocalDate"}, {"LocalDate", `""`, `"" does not fit java.time.LocalDate`}, {"UUID", `"123e4567e89b12d3a456426614174000"`, "does not fit java.util.UUID"}, {"UUID", `"123e4567-e89b-12d3-a456-42661417400g"`, "does not fit java.util.UUID"},
		{"Color", `"BLUE"`, `"BLUE" does not fit Color, which has [RED GREEN]`}, {"Color", `0`, "0 does not fit Color"}, {"Color", `{}`, `"" does not fit Color`},
		{"List<Integer>", `{"a":1}`, "a map does not fit java.util.List"}, {"List<Byte>", `[1,300]`, "token: copy: $[1]: 300 does not fit java.lang.Byte"},
		{"Map<String, List<Byte>>", `{"a b":[1],"c":[2,"x"]}`, `token: copy: $.c[1]: "x" does not fit java.lang.Byte`}, {"Map<String, Byte>", `{"a b":300}`, `token: copy: $["a b"]: 300 does not fit`},
		{"Map<Integer, String>", `{"1":"x","y":"z"}`, `token: copy: $.y: "y" does not fit java.lang.Integer`}, {"Map<String, String>", `[1]`, "a list does not fit java.util.Map"}, {"Map<int[], String>", `{"1":""}`, "does not fit int[]"},
	} {
		got, _, err := toTyped(c.in, typ(t, "enum Color { RED, GREEN }", c.typ))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: got %s, error %v, want %s", c.in, c.typ, got, err, c.want)
		}
	}
}

func TestCollectionsMeetTheirTypes(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{"Object", `[1,{"a":[]}]`, `[1i {"a":[]}]`}, {"List<Long>", `[1,"2",null]`, "[1l 2l null]"}, {"Collection<String>", `[]`, "[]"},
		{"LinkedList<Byte>", `[1]`, "LinkedList[1b]"}, {"Set<String>", `["a"]`, `HashSet["a"]`}, {"SortedSet<String>", `["a"]`, `TreeSet["a"]`}, {"Queue<String>", `[]`, "LinkedList[]"},
		{"int[]", `[1,2]`, "int[][1i 2i]"}, {"String[]", `["a"]`, `String[]["a"]`}, {"int[][]", `[[1],[]]`, "int[][][int[][1i] int[][]]"}, {"Object[]", `[1,"a"]`, `Object[][1i "a"]`},
		{"Map<String, Long>", `{"a":1}`, `{"a":1l}`}, {"Map<Integer, String>", `{"1":"x","null":"y"}`, `{1i:"x" null:"y"}`}, {"Map<String, String>", `{"null":"y"}`, `{"null":"y"}`},
		{"TreeMap<Boolean, Date>", `{"true":0}`, "TreeMap{true:@0}"}, {"ConcurrentMap<Color, Integer>", `{"RED":1}`, "ConcurrentHashMap{Color RED:1i}"}, {"SortedMap<Date, Integer>", `{"1970-01-01":1}`, "TreeMap{@0:1i}"},
		{"Map<BigDecimal, Double>", `{"1.10":1}`, "{BigDecimal 1.10:1d}"}, {"Map", `{"a":1,"a":2}`, `{"a":1i "a":2i}`}, {"Map<String, String>", `[]`, "{}"}, {"TreeMap<String, String>", `[]`, "TreeMap{}"},
		{"Unknown", `{"a":1,"class":"x"}`, `Unknown{"a":1i "class":"x"}`}, {"List<Unknown>", `[{"a":1}]`, `[Unknown{"a":1i}]`}, {"Unknown", `[]`, "Unknown{}"}, {"Unknown", `null`, "null"},
		{"Object", `{"class":"java.lang.Runtime","@type":"x"}`, `{"class":"java.lang.Runtime" "@type":"x"}`},
	} {
		got, _, err := toTyped(c.in, typ(t, "enum Color { RED, GREEN } class Unknown;", c.typ))
		if err != nil || got != c.want {
			t.Errorf("%s for %s: got %s, %v, want %s", c.in, c.typ, got, err, c.want)
		}
	}
}
