package http

import "github.com/dragoman-rpc/dragoman/codecs/contract"

// descriptor reads a list of parameter types in either form: a descriptor ("Ljava/lang/String;[I"), given back as it is, or
// Java's names with commas ("java.lang.String,int[]").
func descriptor(list []byte) (d []byte, ok bool) {
	if len(list) == 0 {
		return nil, false
	}
	if _, err := contract.FromDescriptor(string(list), nil); err == nil {
		return list, true
	}
	t, err := contract.FromList(string(list), nil)
	if err != nil {
		return nil, false
	}
	return []byte(t.Descriptor()), true
}
