package interop

import "testing"

// TestSofaBolt passes what sofa-bolt sends without SOFARPC: of its requests dragoman knows neither service nor method nor arguments.
func TestSofaBolt(t *testing.T) {
	need(t, "sofabolt")
	s := &server{name: "sofabolt", protocol: "bolt", plain: true}
	server, err := startPeer(t, s.name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := server.ask(map[string]any{"op": "serve"})
	if err != nil || a.Port == 0 {
		t.Fatalf("it does not serve: %v %s", err, a.Error)
	}
	client, err := startPeer(t, s.name)
	if err != nil {
		t.Fatal(err)
	}
	runCases(t, client, &sofaBolt, s, startGateway(t, s, a.Port), &results{cells: map[[2]string]*cell{}})
	if a := state(t, server); a.Calls < 200 {
		t.Errorf("the server carried out %d calls", a.Calls)
	}
}

// sofaBolt is sofa-bolt as a caller, of no use to servers that are not sofa-bolt.
var sofaBolt = client{"sofabolt", "bolt", aPeer}
