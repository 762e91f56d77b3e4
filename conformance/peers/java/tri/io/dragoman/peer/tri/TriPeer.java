package io.dragoman.peer.tri;

import io.dragoman.peer.Peer;
import io.dragoman.sample.Sample;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;

/** Apache Dubbo over Triple with protobuf messages, which is gRPC on the wire. */
public final class TriPeer extends Peer {
    private final TriService service = new TriService();
    private final ApplicationConfig application = new ApplicationConfig("dragoman-peer");

    private TriPeer() {
        application.setQosEnable(false);
        application.setLogger("jdk");
        application.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        new TriCases(application).addTo(cases);
    }

    public static void main(String[] args) throws Exception { new TriPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        int port;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = s.getLocalPort();
        }
        ProtocolConfig protocol = new ProtocolConfig("tri", port);
        protocol.setHost(TriCases.LOOPBACK);
        ServiceConfig<Sample> config = new ServiceConfig<>();
        config.setApplication(application);
        config.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        config.setProtocol(protocol);
        config.setInterface(Sample.class);
        config.setRef(service);
        config.export();
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress("127.0.0.1", port), 2000);
        }
        return port;
    }

    @Override protected Map<String, Object> state() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("calls", service.calls.get());
        m.put("notices", service.notices.get());
        m.put("canceled", service.canceled.get());
        return m;
    }
}
