package all

import (
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
)

// Schemas gives the languages of contracts, beside that of contract files.
func Schemas() []contract.Schema { return []contract.Schema{proto.Schema{}} }
