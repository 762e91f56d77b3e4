package io.dragoman.peer.grpc;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.TestServiceImpl;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** The service of gRPC's standard interop cases on 127.0.0.1; the one that comes with it listens on every address. */
public final class InteropServer {
    private InteropServer() { }

    /** Prints "listening on 127.0.0.1:N" to stdout. The argument is the port, 0 for any. */
    public static void main(String[] args) throws Exception {
        TestServiceImpl service = new TestServiceImpl(Executors.newScheduledThreadPool(4));
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])))
                .maxInboundMessageSize(16 << 20)
                .addService(ServerInterceptors.intercept(service, TestServiceImpl.interceptors())).build().start();
        System.out.println("listening on 127.0.0.1:" + server.getPort());
        server.awaitTermination();
    }
}
