package io.dragoman.peer.dubbo;

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

/** Apache Dubbo as provider and consumer, without a registry. The class path says which version. */
public final class DubboPeer extends Peer {
    private final SampleService service = new SampleService();
    private final ApplicationConfig application = new ApplicationConfig("dragoman-peer");

    private DubboPeer() {
        application.setQosEnable(false);
        application.setLogger("jdk");
        application.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        new DubboCases(new References(application)).addTo(cases);
    }

    public static void main(String[] args) throws Exception { new DubboPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        int port;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = s.getLocalPort();
        }
        ProtocolConfig protocol = new ProtocolConfig("dubbo", port);
        protocol.setHost(References.LOOPBACK);
        if (op.number("heartbeat", 0) > 0) {
            protocol.setHeartbeat(op.number("heartbeat", 0));
        }
        ServiceConfig<Sample> config = new ServiceConfig<>();
        config.setApplication(application);
        config.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        config.setProtocol(protocol);
        config.setInterface(Sample.class);
        config.setRef(service);
        String version = op.text("version", "1.0.0");
        String group = op.text("group", "sample");
        if (!version.isEmpty()) {
            config.setVersion(version);
        }
        if (!group.isEmpty()) {
            config.setGroup(group);
        }
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
