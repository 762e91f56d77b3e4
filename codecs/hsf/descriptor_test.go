package hsf

import (
	"strings"
	"testing"
)

// The two forms of a type, there and back.
func TestTypes(t *testing.T) {
	for name, want := range map[string]string{
		"int": "I", "long": "J", "boolean": "Z", "double": "D", "byte": "B", "float": "F", "short": "S", "char": "C",
		"java.lang.String": "Ljava/lang/String;", "a.B$C": "La/B$C;", "I": "LI;",
		"[I": "[I", "[[Z": "[[Z", "[Ljava.lang.String;": "[Ljava/lang/String;",
		"int[]": "[I", "a.B[][]": "[[La/B;",
	} {
		desc, ok := appendDescriptor(nil, name)
		if !ok || string(desc) != want {
			t.Errorf("%s: got %q, %v, want %q", name, desc, ok, want)
		}
		back, rest, ok := appendTypeName(nil, want+"J")
		if !ok || rest != "J" || string(back) != name && !strings.HasSuffix(name, "[]") {
			t.Errorf("%s: got back %q, %v, with %q behind", name, back, ok, rest)
		}
	}
	for _, name := range []string{"", "[]", "[", "[L;", "[V", "[La.B", "a/B", "a;B", "a[B", "java.util.List<a.B>", "[int", "[Ia"} {
		if desc, ok := appendDescriptor(nil, name); ok {
			t.Errorf("%q is taken for a type: %q", name, desc)
		}
	}
	for desc, want := range map[string]int{"": 0, "I": 1, "[[ILa/B;Z": 3, "L": -1, "L;": -1, "La": -1, "[": -1, "V": -1, "(I)": -1, "II[": -1} {
		if got := countTypes(desc); got != want {
			t.Errorf("%q: got %d types, want %d", desc, got, want)
		}
	}
}
