package interop

import "slices"

// known is a case that cannot hold, with its reason.
type known struct {
	clients, servers []string // none: all
	name             string
	why              string
}

// others are the Redis clients that know no option for what dubbo-go cannot do; redispy does, and has these cases without it.
var others = append([]string{"phpredis"}, strict...)

// strict are those of them that tell null from an empty list.
var strict = []string{"ioredis", "jedis2", "jedis3", "lettuce2", "lettuce3", "noderedis2", "noderedis3", "goredis2", "goredis3"}

// node are the consumers of Node.js, which have their cases in one file.
var node = []string{"dubbo2js", "apachejs", "dubboremoting"}

const triple = "Dubbo over Triple sends no details, and its code before a message, of which it keeps Latin-1 alone"

const uuid = "Dubbo 2.7.23 miscounts references after a UUID, which stands before them when Caucho's library writes"

const asMaps = "an object that comes as a map goes on as one where both sides speak Hessian 2, and a Dubbo provider makes neither enums nor dates of texts"

// hsf are the two that speak it.
var hsf = []string{"hsfjava", "hsfpy"}

// grpcOthers are the programs that speak gRPC, but for Dubbo's own.
var grpcOthers = []string{"grpcio", "grpcjs", "grpcjava", "grpcgo"}

// grpcServers are all of them.
var grpcServers = append([]string{"tri"}, grpcOthers...)

// sofaJava is SOFARPC Java with Hessian.
var sofaJava = []string{"sofa", "sofa4"}

const (
	ascii     = "metadata of gRPC is ASCII: other values arrive in bytes, under the key with -bin"
	noNull    = "gRPC has no null message: a service gets an empty one"
	nullEmpty = "dubbo-go has one value for null and the empty list"
	uuidFirst = "Dubbo 2.7 reads references wrong after a UUID, and SOFARPC has its field before those that refer"
)

var knownCases = []known{
	{[]string{"dubbo3", "dubbo27"}, []string{"dubbogo"}, "nulls", "a string of Go is never null"},
	{others, []string{"dubbogo"}, "echo", "a string of Go is never null, and one of the texts is"},
	{others, []string{"dubbogo"}, "pojo", nullEmpty},
	{strict, []string{"dubbogo"}, "collections", nullEmpty},
	{append(node, others...), []string{"dubbogo"}, "overloads", "dubbo-go has no overloads: the last method of a name wins"},
	{[]string{"dubbo3", "dubbo27"}, grpcServers, "attachments-unicode", ascii},
	{[]string{"curl", "curl-h2"}, grpcServers, "context", ascii},
	{[]string{"dubbo3", "dubbo27"}, grpcServers, "generic", "gRPC has no overloads, and the case calls one that is in no .proto file"},
	{[]string{"dubbo3", "dubbo27"}, grpcServers, "nulls", noNull},
	{node, []string{"grpcgo", "grpcjs"}, "exception", "the case wants the name of the first field that differs, and these services print both orders"},
	{append([]string{"dubbo3", "dubbo27", "dubbogo", "curl", "curl-h2", "redispy2", "redispy3"}, append(others, grpcOthers...)...), []string{"tri"}, "exception", triple},
	{nil, []string{"tri"}, "generic-exception", triple},
	{nil, []string{"tri"}, "msgpack-exception", triple},
	{nil, []string{"tri"}, "mget", triple},
	{nil, []string{"tri"}, "mixed-pipeline", triple},
	{grpcOthers, []string{"tri"}, "status", triple},
	{grpcOthers, []string{"tri"}, "stream-error", triple},
	{grpcOthers, []string{"tri"}, "metadata", "Dubbo over Triple keeps one value of a key, and takes x-trace-bin for x-trace"},
	{grpcServers, []string{"tri"}, "missing-method", "Dubbo over Triple stumbles over a null and answers UNKNOWN"},
	{grpcOthers, []string{"tri"}, "client-stream", "Dubbo over Triple stumbles over a stream of no messages"},
	{grpcOthers, []string{"tri"}, "cancel-unary", "a Dubbo service over Triple is not told"},
	{grpcOthers, []string{"tri"}, "compression", "Dubbo over Triple answers a compressed message with Internal Server Error"},
	{[]string{"tri"}, []string{"dubbo3", "dubbo27", "pyhttp", "sofa", "sofa4"}, "context", "Dubbo's consumer looks for metadata of a reply behind it, and that of a whole reply goes in front"},
	{grpcServers, []string{"dubbogo"}, "nulls", "a string of Go is never null"},
	{grpcServers, []string{"dubbogo"}, "large", "dubbo-go closes the connection over a message of 3 MB"},
	{[]string{"grpcio"}, []string{"dubbogo"}, "any", "dubbo-go sends a result that is null as the reply's attachments"},
	{grpcServers, []string{"pyredis", "pypacked"}, "large", "the old server takes no request over 32 KiB"},
	{[]string{"dubbo27"}, []string{"hsfjava"}, "pojo", uuid},
	{[]string{"dubbo27"}, []string{"hsfjava"}, "any", uuid},
	{[]string{"hsfjava"}, []string{"dubbo27"}, "pojo", uuid},
	{[]string{"hsfjava"}, []string{"dubbo27"}, "any", uuid},
	{[]string{"hsfjava"}, []string{"dubbo27"}, "hessian1", uuid},
	{[]string{"hsfjava"}, []string{"hsfpy"}, "hessian1", "hsfpy knows the final Hessian 2.0 alone"},
	{[]string{"hsfpy"}, []string{"pyredis", "pypacked"}, "large", "the old server takes no request over 32 KiB"},
	{hsf, []string{"dubbogo"}, "nulls", "a string of Go is never null"},
	{[]string{"hsfjava"}, []string{"dubbogo"}, "hessian1", "a string of Go is never null, and one of the texts is"},
	{[]string{"hsfjava"}, []string{"dubbo3", "dubbo27", "dubbogo", "sofa", "sofa4"}, "generic-direct", asMaps},
	{hsf, grpcServers, "nulls", noNull},
	{[]string{"hsfjava"}, grpcServers, "properties-unicode", ascii},
	{[]string{"hsfjava"}, grpcServers, "generic", "gRPC has no overloads, and the case calls one that is in no .proto file"},
	{hsf, []string{"tri"}, "exception", triple},
	{[]string{"hsfjava"}, []string{"tri"}, "hessian1", triple},
	{[]string{"dubbo2js", "apachejs"}, []string{"dubbogo"}, "missing-method", "dubbo2.js shows nothing of dubbo-go's java.lang.Throwable"},
	{sofaJava, grpcServers, "nulls", noNull},
	{sofaJava, grpcServers, "baggage-unicode", ascii},
	{sofaJava, grpcServers, "generic", "gRPC has no overloads, and the case calls one that is in no .proto file"},
	{sofaJava, []string{"tri"}, "exception", triple},
	{sofaJava, []string{"tri"}, "callback", triple},
	{append([]string{"sofanode"}, sofaJava...), []string{"dubbogo"}, "nulls", "a string of Go is never null"},
	{sofaJava, []string{"dubbogo"}, "generic", nullEmpty},
	{sofaJava, []string{"dubbogo"}, "generic-class", nullEmpty},
	{sofaJava, []string{"dubbogo"}, "generic-objects", "dubbo-go sends a list as an array of objects"},
	{[]string{"sofanode"}, []string{"dubbogo"}, "pojo", nullEmpty},
	{[]string{"sofanode"}, []string{"dubbogo"}, "collections", nullEmpty},
	{[]string{"sofanode"}, []string{"dubbogo"}, "overloads", "dubbo-go has no overloads: the last method of a name wins"},
	{append([]string{"sofanode"}, sofaJava...), []string{"dubbo27"}, "pojo", uuidFirst},
	{sofaJava, []string{"dubbo27"}, "any", uuidFirst},
	{sofaJava, []string{"dubbo27"}, "generic", uuidFirst},
	{[]string{"dubbo27"}, append([]string{"sofanode"}, sofaJava...), "pojo", uuidFirst},
	{[]string{"dubbo27"}, sofaJava, "any", uuidFirst},
	{sofaJava, []string{"dubbo3"}, "missing-method", "Dubbo 3 cannot decode such a request, and of that status SOFARPC shows no text"},
	{[]string{"sofa"}, []string{"sofanode"}, "missing-method", "sofa-rpc-node sends an exception in the place of a SofaResponse, which SOFARPC cannot read"},
	{[]string{"sofa", "dubbo3"}, []string{"sofapb"}, "collections", "SOFARPC takes an empty message of protobuf, as of orders(0), for a broken request"},
}

// whyKnown gives the reason for which a case fails, or nothing.
func whyKnown(client, server, name string) string {
	for _, k := range knownCases {
		if k.name == name && among(k.clients, client) && among(k.servers, server) {
			return k.why
		}
	}
	return ""
}

func among(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }
