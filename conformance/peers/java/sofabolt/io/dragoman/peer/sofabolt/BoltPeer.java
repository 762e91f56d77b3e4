package io.dragoman.peer.sofabolt;

import com.alipay.remoting.rpc.RpcServer;
import io.dragoman.peer.Peer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** sofa-bolt without SOFARPC: its own request class, both versions of the protocol, CRC, heartbeats. */
public final class BoltPeer extends Peer {
    private final Answers answers = new Answers();

    private BoltPeer() { new BoltCases().addTo(cases); }

    public static void main(String[] args) throws Exception { new BoltPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        int port;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = s.getLocalPort();
        }
        RpcServer server = new RpcServer("127.0.0.1", port);
        server.registerUserProcessor(answers);
        server.startup();
        return port;
    }

    @Override protected Map<String, Object> state() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("notices", answers.notices.get());
        m.put("calls", answers.calls.get());
        return m;
    }
}
