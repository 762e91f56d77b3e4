package http

import "testing"

func TestDescriptor(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"int", "I"},
		{"java.lang.String", "Ljava/lang/String;"},
		{"java.lang.String,int[] , boolean[][]", "Ljava/lang/String;[I[[Z"},
		{"com.acme.Outer$Inner", "Lcom/acme/Outer$Inner;"},
		{"Order", "LOrder;"},
		{"Ljava/lang/String;[I", "Ljava/lang/String;[I"},
		{"I", "I"},
		{"[[J", "[[J"},
		{"V", "LV;"},
		{"java.util.Map<java.lang.Integer,com.acme.Car>,int", "Ljava/util/Map;I"},
		{"", ""}, {",", ""}, {"int,", ""}, {"java..lang", ""}, {".a", ""}, {"a.", ""}, {"int[", ""}, {"[]", ""}, {"a/b", ""}, {"La.b;", ""}, {"L;", ""}, {"La//b;", ""},
		{"Ljava/lang/String", ""}, {"[", ""}, {"java.util.List<", ""}, {"a b", ""}, {"a;b", ""},
	} {
		got, ok := descriptor([]byte(c.in))
		if ok != (c.want != "") || ok && string(got) != c.want {
			t.Errorf("%q: %q %v, want %q", c.in, got, ok, c.want)
		}
	}
}
