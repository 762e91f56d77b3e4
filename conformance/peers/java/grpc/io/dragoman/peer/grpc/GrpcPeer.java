package io.dragoman.peer.grpc;

import io.dragoman.peer.Peer;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** grpc-java as a client and a server. */
public final class GrpcPeer extends Peer {
    private final GrpcService service = new GrpcService();

    private GrpcPeer() { new GrpcCases().addTo(cases); }

    public static void main(String[] args) throws Exception { new GrpcPeer().run(); }

    @Override protected int serve(Op op) throws Exception {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus(GrpcCases.SERVICE, ServingStatus.SERVING);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .maxInboundMessageSize(64 << 20)
                .addService(service).addService(health.getHealthService()).addService(ProtoReflectionServiceV1.newInstance())
                .intercept(new Context());
        if (!op.text("cert", "").isEmpty()) {
            builder.useTransportSecurity(new File(op.text("cert", "")), new File(op.text("key", "")));
        }
        Server server = builder.build().start();
        return server.getPort();
    }

    @Override protected Map<String, Object> state() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("calls", service.calls.get());
        m.put("notices", service.notices.get());
        m.put("canceled", service.canceled.get());
        return m;
    }
}
