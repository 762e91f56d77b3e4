package proto

import "github.com/dragoman-rpc/dragoman/codecs/contract"

// AnyValue is a type whose values are dragoman.v1.Value.
func AnyValue() *contract.Type {
	return &contract.Type{Kind: contract.Any, Name: "java.lang.Object", Nullable: true, Ext: &table{msg: valueTable}}
}
