package interop

import (
	"fmt"
	"testing"
	"time"
)

// learnTime bounds the time from a call to what it teaches being in use.
const learnTime = 20 * time.Second

// TestLearnedContracts lets one program that has the types call a server through a gateway that has no contract. After that programs
// without types reach what they could not reach before: a provider makes no UUID of a text in a generic call, finds no overload by
// values alone, and of an exception says nothing but class and message.
func TestLearnedContracts(t *testing.T) {
	for _, c := range []struct {
		name, protocol, more string
	}{
		{"dubbo3", "dubbo", ""},
		{"sofa", "bolt", ", encoding: hessian2-draft"},
		{"sofa4", "bolt", ", encoding: hessian2"},
		{"hsfjava", "hsf", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			need(t, "curl")
			p, err := startPeer(t, c.name)
			var a answer
			if err == nil {
				a, err = p.ask(map[string]any{"op": "serve"})
			}
			if !ran.started(c.name, err) || a.Port == 0 {
				t.Skipf("%s does not serve: %v %s", c.name, err, a.Error)
			}
			g := runGateway(t, fmt.Sprintf(`
listen: [{addr: "127.0.0.1:0"}]
log: {level: debug, format: json}
admin: {addr: "off"}
learn: {mode: use}
clusters: {far: {protocol: %s, endpoints: ["127.0.0.1:%d"], inflight: 100%s}}
services: [{name: %s, version: 1.0.0, group: sample}]
rules: [{match: {service: "*"}, to: far}]
`, c.protocol, a.Port, c.more, sample))
			cases, options := []string{"pojo", "overloads", "exception", "sums"}, map[string]any{"shared": true}
			if c.protocol == "bolt" {
				options["cause"] = false // SOFARPC cuts it
			}
			if err := curl["pojo"](call{g.addr, options}); err == nil {
				t.Error("curl needs nothing to be learned: this proves nothing")
			}
			for _, name := range cases {
				if err := p.run(name, g.addr, options); err != nil {
					t.Fatalf("the typed client: %s: %v", name, err)
				}
			}
			for _, name := range cases {
				learned(t, name, g, options)
			}
		})
	}
}

// learned waits until a case of curl passes.
func learned(t *testing.T, name string, g *gateway, options map[string]any) {
	t.Helper()
	from := g.log.size()
	for end := time.Now().Add(learnTime); ; time.Sleep(100 * time.Millisecond) {
		err := curl[name](call{g.addr, options})
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Errorf("%s: %v%s", name, err, g.log.failures(from))
			return
		}
	}
}
