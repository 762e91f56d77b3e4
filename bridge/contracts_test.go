package bridge_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

// users is a service of a .proto file whose fields are the parameters of texts' com.acme.User.
const users = `syntax = "proto3";
package acme.v1;
import "google/api/annotations.proto";
import "acme/v1/types.proto";
service Users {
  rpc GetUser(GetUserRequest) returns (GetUserReply) { option (google.api.http) = {get: "/v1/users/{id}"}; }
}
message GetUserRequest { string id = 1; }
`

const userTypes = `syntax = "proto3";
package acme.v1;
message GetUserReply { string user = 1; }
`

// startFile runs a bridge with a configuration and contracts that are files.
func startFile(t *testing.T, dir, text string) *gateway {
	t.Helper()
	for name, data := range map[string]string{"texts.contract": texts, "protos/acme/v1/users.proto": users, "protos/acme/v1/types.proto": userTypes,
		"dragoman.yaml": "admin: {addr: off}\n" + text} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	conf, err := config.Load(filepath.Join(dir, "dragoman.yaml"), known())
	if err != nil {
		t.Fatal(err)
	}
	o := options(conf)
	o.Schemas = all.Schemas()
	b, err := bridge.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		_ = b.Drain(ctx) // what is in flight is of no interest any more
	})
	return &gateway{b, t}
}

// TestProtoContract calls a Dubbo server through two gateways, of which the first knows the .proto file alone and speaks gRPC to the
// second, which knows both files: what the one makes of a message's names the other must find in Java's.
func TestProtoContract(t *testing.T) {
	inner := startFile(t, t.TempDir(), `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: dubbo, endpoints: ["`+serveDubbo(t, echo).addr+`"]}}
services: [{name: com.acme.User, contract: [texts.contract, protos/acme/v1/users.proto]}]
rules: [{match: {service: com.acme.User}, to: c}]`)
	outer := startFile(t, t.TempDir(), `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: grpc, endpoints: ["`+inner.addr(port)+`"]}}
contracts: [protos/acme/v1/users.proto]
rules: [{match: {service: acme.v1.Users}, to: c}]`)
	base := "http://" + outer.addr(port)
	for _, c := range []struct{ verb, path, body, want string }{
		{"POST", "/acme.v1.Users/GetUser", `{"id":"7"}`, `{"user":"com.acme.User.getUser(7)"}`},
		{"POST", "/acme.v1.Users/getUser", `[{"id":"8"}]`, `{"user":"com.acme.User.getUser(8)"}`},
		{"GET", "/v1/users/9", "", `{"user":"com.acme.User.getUser(9)"}`},
	} {
		req, err := http.NewRequest(c.verb, base+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || string(body) != c.want {
			t.Errorf("%s %s: %s %s %v, want %s", c.verb, c.path, res.Status, body, err, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestNoProtoContract: a call that needs the messages' descriptors, where no file has them, says what is missing.
func TestNoProtoContract(t *testing.T) {
	g := startFile(t, t.TempDir(), `
listen: [{addr: "127.0.0.1:0"}]
clusters: {c: {protocol: grpc, endpoints: ["127.0.0.1:1"]}}
contracts: [texts.contract]
rules: [{match: {service: "*"}, to: c}]`)
	for _, path := range []string{"/com.acme.User/getUser", "/acme.v1.Users/GetUser"} {
		res, err := http.Post("http://"+g.addr(port)+path, "application/json", strings.NewReader(`["7"]`))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusNotImplemented || !strings.Contains(string(body), "nothing is known of its messages") {
			t.Errorf("%s: %s %s %v", path, res.Status, body, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
