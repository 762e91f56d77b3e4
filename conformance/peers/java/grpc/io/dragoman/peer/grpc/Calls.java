package io.dragoman.peer.grpc;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.that;

import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.SampleGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.File;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** What cases need to call and to check what came. */
final class Calls {
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    /** One connection per address. */
    ManagedChannel channel(Op op) {
        String addr = op.text("addr", "");
        String ca = op.text("ca", "");
        return channels.computeIfAbsent(addr + "|" + ca, k -> {
            NettyChannelBuilder b = NettyChannelBuilder.forTarget("dns:///" + addr).maxInboundMessageSize(64 << 20).disableRetry();
            // Never by way of a proxy of the environment.
            b.proxyDetector(target -> null);
            if (ca.isEmpty()) {
                return b.usePlaintext().build();
            }
            try {
                return b.sslContext(GrpcSslContexts.forClient().trustManager(new File(ca)).build()).build();
            } catch (SSLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    SampleGrpc.SampleBlockingStub blocking(Op op) {
        return SampleGrpc.newBlockingStub(channel(op)).withDeadlineAfter(op.number("timeout", 10000), TimeUnit.MILLISECONDS);
    }

    SampleGrpc.SampleStub async(Op op) {
        return SampleGrpc.newStub(channel(op)).withDeadlineAfter(op.number("timeout", 10000), TimeUnit.MILLISECONDS);
    }

    void ping(Op op, String s) { equal("echo", echoed(s), blocking(op).echo(request(s))); }

    static EchoRequest request(String s) { return EchoRequest.newBuilder().setS(s).build(); }

    static EchoReply echoed(String s) { return EchoReply.newBuilder().setValue(s).build(); }

    static StatusRuntimeException fails(String what, Status.Code code, Supplier<?> call) {
        Object got;
        try {
            got = call.get();
        } catch (StatusRuntimeException e) {
            that(what + ": expected " + code + ", got " + e.getStatus(), e.getStatus().getCode() == code);
            return e;
        }
        throw new Check(what + ": expected a failure, got " + got);
    }

    /** The only detail of a status, which is a message of that kind. */
    static <T extends Message> T detail(Throwable e, Class<T> kind) throws InvalidProtocolBufferException {
        com.google.rpc.Status s = StatusProto.fromThrowable(e);
        Status status = Status.fromThrowable(e);
        equal("code in the details", status.getCode().value(), s.getCode());
        equal("message in the details", status.getDescription(), s.getMessage());
        equal("number of details", 1, s.getDetailsCount());
        that("the detail is a " + s.getDetails(0).getTypeUrl(), s.getDetails(0).is(kind));
        return s.getDetails(0).unpack(kind);
    }

    long noticed(Op op) { return blocking(op).noticed(Empty.getDefaultInstance()).getValue(); }

    long canceled(Op op) { return blocking(op).canceled(Empty.getDefaultInstance()).getValue(); }

    /** Asks until a counter of the service is there: what it counts may be under way. */
    static void reaches(String what, long want, Supplier<Long> get) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        long got = get.get();
        while (got < want && System.nanoTime() < end) {
            Thread.sleep(50);
            got = get.get();
        }
        equal(what, want, got);
    }
}
