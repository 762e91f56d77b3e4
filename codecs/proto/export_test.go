package proto

import "github.com/dragoman-rpc/dragoman/codecs/contract"

// AnyValue is a type whose values are dragoman.v1.Value.
func AnyValue() *contract.Type {
	return &contract.Type{Kind: contract.Any, Name: "java.lang.Object", Nullable: true, Ext: &table{msg: valueTable}}
}

// FaultFields counts the fields of dragoman.v1.Fault and all messages in it.
func FaultFields() int {
	seen := map[*message]bool{}
	var all func(m *message) int
	all = func(m *message) (n int) {
		if seen[m] {
			return 0
		}
		seen[m] = true
		for i := range m.fields {
			if n++; m.fields[i].msg != nil {
				n += all(m.fields[i].msg)
			}
		}
		return n
	}
	return all(faultTable)
}
