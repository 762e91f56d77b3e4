package io.dragoman.peer.tri;

import com.google.protobuf.Empty;
import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.Sample;
import io.dragoman.sample.pb.AddIntReply;
import io.dragoman.sample.pb.AddIntRequest;
import io.dragoman.sample.pb.AddLongReply;
import io.dragoman.sample.pb.AddLongRequest;
import io.dragoman.sample.pb.AnyReply;
import io.dragoman.sample.pb.AnyRequest;
import io.dragoman.sample.pb.CanceledReply;
import io.dragoman.sample.pb.ContextReply;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.FailRequest;
import io.dragoman.sample.pb.Item;
import io.dragoman.sample.pb.JoinReply;
import io.dragoman.sample.pb.JoinRequest;
import io.dragoman.sample.pb.NoticeRequest;
import io.dragoman.sample.pb.NoticedReply;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersByNameReply;
import io.dragoman.sample.pb.OrdersByNameRequest;
import io.dragoman.sample.pb.OrdersReply;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.PickReply;
import io.dragoman.sample.pb.PickRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SlowReply;
import io.dragoman.sample.pb.SlowRequest;
import io.dragoman.sample.pb.TotalReply;
import io.dragoman.sample.pb.WatchRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.dubbo.common.stream.StreamObserver;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.TriRpcStatus;
import org.apache.dubbo.rpc.TriRpcStatus.Code;

/** The sample service over Triple. Its statuses carry no details: Dubbo puts its own stack trace there. */
final class TriService implements Sample {
    final AtomicLong calls = new AtomicLong();
    final AtomicLong notices = new AtomicLong();
    final AtomicLong canceled = new AtomicLong();

    private <T> T counted(T reply) {
        calls.incrementAndGet();
        return reply;
    }

    static RuntimeException failure(Code code, String message) { return TriRpcStatus.fromCode(code).withDescription(message).asException(); }

    private static EchoReply reply(EchoRequest r) {
        return r.hasS() ? EchoReply.newBuilder().setValue(r.getS()).build() : EchoReply.getDefaultInstance();
    }

    @Override public EchoReply Echo(EchoRequest r) { return counted(reply(r)); }

    @Override public AddIntReply AddInt(AddIntRequest r) { return counted(AddIntReply.newBuilder().setValue(r.getA() + r.getB()).build()); }

    @Override public AddLongReply AddLong(AddLongRequest r) { return counted(AddLongReply.newBuilder().setValue(r.getA() + r.getB()).build()); }

    @Override public Order Order(Order o) {
        String difference = o.getName().equals("fixture") ? Orders.difference(Orders.fixture(), o) : null;
        if (difference != null) {
            throw failure(Code.INVALID_ARGUMENT, difference);
        }
        return counted(o);
    }

    @Override public PickReply Pick(PickRequest r) {
        return counted(PickReply.newBuilder().setValue("string+int:" + r.getA() + "," + r.getB()).build());
    }

    @Override public JoinReply Join(JoinRequest r) {
        return counted(JoinReply.newBuilder().setValue(String.join(r.getSep(), r.getPartsList())).build());
    }

    @Override public Order Reserve(ReserveRequest r) { throw counted(failure(Code.UNKNOWN, "out of stock: " + r.getSku())); }

    @Override public SlowReply Slow(SlowRequest r) {
        try {
            Thread.sleep(r.getMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return counted(SlowReply.newBuilder().setValue("slept " + r.getMillis()).build());
    }

    @Override public Empty Notice(NoticeRequest r) {
        notices.incrementAndGet();
        return counted(Empty.getDefaultInstance());
    }

    @Override public NoticedReply Noticed(Empty r) { return counted(NoticedReply.newBuilder().setValue(notices.get()).build()); }

    @Override public CanceledReply Canceled(Empty r) { return counted(CanceledReply.newBuilder().setValue(canceled.get()).build()); }

    @Override public ContextReply Context(Empty r) {
        Map<String, String> seen = new TreeMap<>();
        RpcContext.getServerAttachment().getObjectAttachments().forEach((k, v) -> {
            if (k.startsWith("x-")) {
                seen.put(k, String.valueOf(v));
            }
        });
        if (seen.containsKey("x-trace")) {
            RpcContext.getServerContext().setAttachment("x-reply", "seen:" + seen.get("x-trace"));
        }
        return counted(ContextReply.newBuilder().putAllValue(seen).build());
    }

    @Override public OrdersReply Orders(OrdersRequest r) { return counted(OrdersReply.newBuilder().addAllValue(Orders.first(r.getN())).build()); }

    @Override public OrdersByNameReply OrdersByName(OrdersByNameRequest r) {
        return counted(OrdersByNameReply.newBuilder()
                .putAllValue(Orders.first(r.getN()).stream().collect(Collectors.toMap(Order::getName, o -> o))).build());
    }

    @Override public AnyReply Any(AnyRequest r) {
        return counted(r.hasO() ? AnyReply.newBuilder().setValue(r.getO()).build() : AnyReply.getDefaultInstance());
    }

    @Override public void Watch(WatchRequest r, StreamObserver<Order> out) {
        calls.incrementAndGet();
        boolean[] over = new boolean[1];
        RpcContext.getCancellationContext().addListener(context -> {
            synchronized (over) {
                over[0] = true;
                over.notifyAll();
            }
        });
        for (int i = 0; i < r.getN(); i++) {
            if (r.hasFailAfter() && r.getFailAfter() == i) {
                out.onError(failure(Code.ABORTED, "stopped after " + i));
                return;
            }
            Order o = Orders.numbered(i);
            out.onNext(r.getSize() > 0 ? o.toBuilder().setNote("x".repeat(r.getSize())).build() : o);
            if (r.getMillis() > 0 && isOver(over, r.getMillis())) {
                canceled.incrementAndGet();
                return;
            }
        }
        out.onCompleted();
    }

    /** Waits that long, unless the call is over before. */
    private static boolean isOver(boolean[] over, long millis) {
        synchronized (over) {
            try {
                if (!over[0]) {
                    over.wait(millis);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
            return over[0];
        }
    }

    @Override public StreamObserver<Item> Total(StreamObserver<TotalReply> out) {
        calls.incrementAndGet();
        TotalReply.Builder total = TotalReply.newBuilder();
        return new Reader<>() {
            @Override public void onNext(Item i) { total.setItems(total.getItems() + 1).setQuantity(total.getQuantity() + i.getQuantity()); }

            @Override public void onCompleted() {
                out.onNext(total.build());
                out.onCompleted();
            }
        };
    }

    @Override public StreamObserver<EchoRequest> Chat(StreamObserver<EchoReply> out) {
        calls.incrementAndGet();
        return new Reader<>() {
            @Override public void onNext(EchoRequest r) { out.onNext(reply(r)); }

            @Override public void onCompleted() { out.onCompleted(); }
        };
    }

    @Override public EchoReply Fail(FailRequest r) {
        for (Code code : Code.values()) {
            if (code.code == r.getCode()) {
                throw counted(failure(code, r.getMessage()));
            }
        }
        throw failure(Code.INVALID_ARGUMENT, "no code " + r.getCode());
    }

    /** What a client sends. That it gives up needs no answer. */
    private abstract static class Reader<T> implements StreamObserver<T> {
        @Override public void onError(Throwable e) { }
    }
}
