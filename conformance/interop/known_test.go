package interop

import "slices"

// known is a case that cannot hold, with its reason.
type known struct {
	clients, servers []string // none: all
	name             string
	why              string
}

// others are the Redis clients that know no option for what dubbo-go cannot do; redispy does, and has these cases without it.
var others = []string{"ioredis", "phpredis", "jedis2", "jedis3"}

var knownCases = []known{
	{[]string{"dubbo3", "dubbo27"}, []string{"dubbogo"}, "nulls", "a string of Go is never null"},
	{others, []string{"dubbogo"}, "echo", "a string of Go is never null, and one of the texts is"},
	{others, []string{"dubbogo"}, "pojo", "dubbo-go has one value for null and the empty list"},
	{[]string{"ioredis", "jedis2", "jedis3"}, []string{"dubbogo"}, "collections", "dubbo-go has one value for null and the empty list"},
	{append([]string{"dubbo2js"}, others...), []string{"dubbogo"}, "overloads", "dubbo-go has no overloads: the last method of a name wins"},
	{[]string{"dubbo2js"}, []string{"dubbogo"}, "missing-method", "dubbo2.js shows nothing of dubbo-go's java.lang.Throwable"},
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
