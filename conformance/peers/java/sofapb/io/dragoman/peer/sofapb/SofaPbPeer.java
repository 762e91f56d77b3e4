package io.dragoman.peer.sofapb;

import com.alipay.sofa.rpc.config.ProviderConfig;
import com.alipay.sofa.rpc.config.ServerConfig;
import io.dragoman.peer.Peer;
import io.dragoman.sample.Sample;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** SOFARPC over Bolt with messages of protobuf in place of Hessian, as provider and consumer. */
public final class SofaPbPeer extends Peer {
    private final SofaPbService service = new SofaPbService();

    private SofaPbPeer() { new SofaPbCases().addTo(cases); }

    public static void main(String[] args) throws Exception { new SofaPbPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        int port;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = s.getLocalPort();
        }
        ProviderConfig<Sample> config = new ProviderConfig<>();
        config.setInterfaceId(Sample.class.getName());
        config.setRef(service);
        config.setVersion("1.0.0");
        config.setUniqueId("sample");
        config.setServer(new ServerConfig().setProtocol("bolt").setHost("127.0.0.1").setBoundHost("127.0.0.1").setPort(port).setDaemon(true));
        config.setRegister(false);
        config.export();
        return port;
    }

    @Override protected Map<String, Object> state() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("calls", service.calls.get());
        return m;
    }
}
