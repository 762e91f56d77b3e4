package io.dragoman.peer.sofa;

import com.alipay.sofa.rpc.config.ProviderConfig;
import com.alipay.sofa.rpc.config.ServerConfig;
import io.dragoman.peer.Peer;
import io.dragoman.sample.Sample;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;

/** SOFARPC as provider and consumer over Bolt, without a registry. The class path says with which Hessian. */
public final class SofaPeer extends Peer {
    private final SampleService service = new SampleService();

    private SofaPeer() {
        References references = new References();
        new SofaCases(references).addTo(cases);
        new GenericCases(references).addTo(cases);
    }

    public static void main(String[] args) throws Exception { new SofaPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        int port;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = s.getLocalPort();
        }
        ServerConfig server = new ServerConfig().setProtocol("bolt").setHost("127.0.0.1").setBoundHost("127.0.0.1").setPort(port).setDaemon(true);
        ProviderConfig<Sample> config = new ProviderConfig<>();
        config.setInterfaceId(Sample.class.getName());
        config.setRef(service);
        config.setVersion(op.text("version", "1.0.0"));
        config.setUniqueId(op.text("group", "sample"));
        config.setServer(server);
        config.setRegister(false);
        config.export();
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress("127.0.0.1", port), 2000);
        }
        return port;
    }

    @Override protected Map<String, Object> state() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("notices", service.notices.get());
        m.put("calls", service.calls.get());
        return m;
    }
}
