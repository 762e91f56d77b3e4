package route

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// named is a table of services whose names cross: two protocols use one name for different services, and one service bears in
// one protocol the name that another has elsewhere.
func named(t testing.TB) *Table {
	return compile(t, Rules{
		Services: []Names{
			{Name: user, Version: "1.0.0", Group: "main",
				As: map[string]string{"redis": "/service/user", "grpc": "acme.v1.Users", "http": "/users", "bolt": "com.acme.User:1.0"},
				Methods: map[string]map[string]string{
					"getUser": {"grpc": "FetchUser", "http": "GET /users/{id}"},
					"swapA":   {"grpc": "swapB"},
					"swapB":   {"grpc": "swapA"},
					"Delete":  {"grpc": "Remove"}, // the contract writes it in lower case
				}},
			{Name: "com.acme.Cart", As: map[string]string{"redis": "users", "dubbo": "com.acme.CartService"}},
			{Name: "com.acme.CartService", As: map[string]string{"dubbo": "com.acme.Cart"}},
		},
		Methods: map[string][]string{
			user:              {"getUser", "delete", "find", "Find", "été"},
			"com.acme.Orders": {"placeOrder"},
		},
		Rules: []Rule{{Match: Match{Service: "*"}, To: to("all")}},
	})
}

func TestCanonical(t *testing.T) {
	table := named(t)
	for _, tc := range []struct {
		name, protocol, service, method string
		wantService, wantMethod         string
		listed                          bool
	}{
		{"redis name", "redis", "/service/user", "getUser", user, "getUser", true},
		{"canonical name", "dubbo", user, "getUser", user, "getUser", true},
		{"case meets", "redis", "/service/user", "GetUser", user, "getUser", true},
		{"case meets by contract", "dubbo", "com.acme.Orders", "PlaceOrder", "com.acme.Orders", "placeOrder", true},
		{"two methods that differ in case stay", "redis", "/service/user", "Find", user, "Find", true},
		{"and the other", "redis", "/service/user", "find", user, "find", true},
		{"method's name in the protocol", "grpc", "acme.v1.Users", "FetchUser", user, "getUser", true},
		{"in the other case", "grpc", "acme.v1.Users", "fetchUser", user, "getUser", true},
		{"canonical method in a protocol with names", "grpc", "acme.v1.Users", "getUser", user, "getUser", true},
		{"swapped methods", "grpc", "acme.v1.Users", "swapB", user, "swapA", true},
		{"swapped methods, not so elsewhere", "redis", "/service/user", "swapB", user, "swapB", true},
		{"the contract's spelling", "grpc", "acme.v1.Users", "Remove", user, "delete", true},
		{"a template is no name", "http", "users", "GET /users/{id}", user, "GET /users/{id}", true},
		{"unknown method", "redis", "/service/user", "nope", user, "nope", true},
		{"no method", "redis", "/service/user", "", user, "", true},
		{"a first letter that is not ASCII", "redis", "/service/user", "Été", user, "Été", true},
		{"in a URL", "http", "users", "getUser", user, "getUser", true},
		{"in a URL with its slash", "http", "/users", "getUser", user, "getUser", true},
		{"somebody's name comes before a slashless one", "redis", "users", "m", "com.acme.Cart", "m", true},
		{"names that cross", "dubbo", "com.acme.Cart", "m", "com.acme.CartService", "m", true},
		{"names that cross, the other", "dubbo", "com.acme.CartService", "m", "com.acme.Cart", "m", true},
		{"but not in another protocol", "redis", "com.acme.CartService", "m", "com.acme.CartService", "m", true},
		{"a name of another protocol is no stranger", "redis", "acme.v1.Users", "FetchUser", user, "getUser", true},
		{"nor is one from a URL", "dubbo", "service/user", "m", user, "m", true},
		{"a stranger", "redis", "/service/other", "GetUser", "/service/other", "GetUser", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := codecs.Header{Service: tc.service, Method: tc.method}
			svc, changed := table.Canonical(tc.protocol, &h)
			if h.Service != tc.wantService || h.Method != tc.wantMethod {
				t.Errorf("got %s %s, want %s %s", h.Service, h.Method, tc.wantService, tc.wantMethod)
			}
			if want := h.Service != tc.service || h.Method != tc.method; changed != want {
				t.Errorf("changed is %v, want %v", changed, want)
			}
			if (svc != nil) != tc.listed || svc != nil && svc.Name != h.Service {
				t.Errorf("got service %v, listed is %v", svc, tc.listed)
			}
		})
	}
}

func TestTarget(t *testing.T) {
	table := named(t)
	for _, tc := range []struct {
		protocol, service, method string
		wantService, wantMethod   string
	}{
		{"redis", user, "getUser", "/service/user", "getUser"},
		{"grpc", user, "getUser", "acme.v1.Users", "FetchUser"},
		{"grpc", user, "swapA", "acme.v1.Users", "swapB"},
		{"grpc", user, "delete", "acme.v1.Users", "Remove"},
		{"grpc", user, "other", "acme.v1.Users", "other"},
		{"http", user, "getUser", "/users", "GET /users/{id}"},
		{"bolt", user, "getUser", "com.acme.User:1.0", "getUser"},
		{"dubbo", user, "getUser", user, "getUser"},
		{"dubbo", "com.acme.Cart", "m", "com.acme.CartService", "m"},
		{"dubbo", "stranger", "m", "stranger", "m"},
	} {
		h := codecs.Header{Service: tc.service, Method: tc.method}
		svc, _ := table.Canonical("redis", &h)
		if s, m := svc.Target(tc.protocol, &h); s != tc.wantService || m != tc.wantMethod {
			t.Errorf("%s of %s.%s: got %s %s, want %s %s", tc.protocol, tc.service, tc.method, s, m, tc.wantService, tc.wantMethod)
		}
	}
}

func TestFill(t *testing.T) {
	table := named(t)
	h := codecs.Header{Service: user}
	svc, _ := table.Canonical("redis", &h)
	if !svc.Fill(&h) || h.Version != "1.0.0" || h.Group != "main" {
		t.Errorf("got version %q, group %q", h.Version, h.Group)
	}
	if svc.Fill(&h) {
		t.Error("filled twice")
	}
	h.Version, h.Group = "2", "other"
	if svc.Fill(&h) || h.Version != "2" || h.Group != "other" {
		t.Errorf("what the caller says is changed to %q, %q", h.Version, h.Group)
	}
	var stranger *Service
	if stranger.Fill(&h) {
		t.Error("a service that is not named is filled")
	}
}
