package io.dragoman.peer.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dragoman.v1.FaultOuterClass.Fault;
import dragoman.v1.FaultOuterClass.Value;
import io.dragoman.peer.pb.Orders;
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
import io.dragoman.sample.pb.SampleGrpc;
import io.dragoman.sample.pb.Shortage;
import io.dragoman.sample.pb.SlowReply;
import io.dragoman.sample.pb.SlowRequest;
import io.dragoman.sample.pb.TotalReply;
import io.dragoman.sample.pb.WatchRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The sample service of grpc-java. */
final class GrpcService extends SampleGrpc.SampleImplBase {
    final AtomicLong calls = new AtomicLong();
    final AtomicLong notices = new AtomicLong();
    final AtomicLong canceled = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);

    private <T> void answer(StreamObserver<T> out, T reply) {
        calls.incrementAndGet();
        out.onNext(reply);
        out.onCompleted();
    }

    static StatusRuntimeException failure(int code, String message, Message detail) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code).setMessage(message).addDetails(Any.pack(detail)).build());
    }

    static Shortage shortage(int left) { return Shortage.newBuilder().setSku("A-1").setLeft(left).build(); }

    private static EchoReply reply(EchoRequest r) {
        return r.hasS() ? EchoReply.newBuilder().setValue(r.getS()).build() : EchoReply.getDefaultInstance();
    }

    @Override public void echo(EchoRequest r, StreamObserver<EchoReply> out) {
        if ("gzip".equals(Context.SEEN.get().get("x-compress"))) {
            ((ServerCallStreamObserver<EchoReply>) out).setCompression("gzip");
        }
        answer(out, reply(r));
    }

    @Override public void addInt(AddIntRequest r, StreamObserver<AddIntReply> out) {
        answer(out, AddIntReply.newBuilder().setValue(r.getA() + r.getB()).build());
    }

    @Override public void addLong(AddLongRequest r, StreamObserver<AddLongReply> out) {
        answer(out, AddLongReply.newBuilder().setValue(r.getA() + r.getB()).build());
    }

    @Override public void order(Order o, StreamObserver<Order> out) {
        String difference = o.getName().equals("fixture") ? Orders.difference(Orders.fixture(), o) : null;
        if (difference != null) {
            calls.incrementAndGet();
            out.onError(Status.INVALID_ARGUMENT.withDescription(difference).asRuntimeException());
            return;
        }
        answer(out, o);
    }

    @Override public void pick(PickRequest r, StreamObserver<PickReply> out) {
        answer(out, PickReply.newBuilder().setValue("string+int:" + r.getA() + "," + r.getB()).build());
    }

    @Override public void join(JoinRequest r, StreamObserver<JoinReply> out) {
        answer(out, JoinReply.newBuilder().setValue(String.join(r.getSep(), r.getPartsList())).build());
    }

    @Override public void reserve(ReserveRequest r, StreamObserver<Order> out) {
        calls.incrementAndGet();
        String message = "out of stock: " + r.getSku();
        out.onError(failure(Status.UNKNOWN.getCode().value(), message, Fault.newBuilder()
                .setClass_("io.dragoman.sample.OutOfStock").setMessage(message)
                .putFields("sku", Value.newBuilder().setString(r.getSku()).build())
                .putFields("left", Value.newBuilder().setInt(3).build())
                .setCause(Fault.newBuilder().setClass_("java.lang.IllegalStateException").setMessage("warehouse empty")).build()));
    }

    @Override public void slow(SlowRequest r, StreamObserver<SlowReply> out) {
        ScheduledFuture<?> done = timer.schedule(() -> answer(out, SlowReply.newBuilder().setValue("slept " + r.getMillis()).build()),
                r.getMillis(), TimeUnit.MILLISECONDS);
        ((ServerCallStreamObserver<SlowReply>) out).setOnCancelHandler(() -> {
            done.cancel(false);
            canceled.incrementAndGet();
        });
    }

    @Override public void notice(NoticeRequest r, StreamObserver<Empty> out) {
        notices.incrementAndGet();
        answer(out, Empty.getDefaultInstance());
    }

    @Override public void noticed(Empty r, StreamObserver<NoticedReply> out) {
        answer(out, NoticedReply.newBuilder().setValue(notices.get()).build());
    }

    @Override public void canceled(Empty r, StreamObserver<CanceledReply> out) {
        answer(out, CanceledReply.newBuilder().setValue(canceled.get()).build());
    }

    @Override public void context(Empty r, StreamObserver<ContextReply> out) {
        answer(out, ContextReply.newBuilder().putAllValue(Context.SEEN.get()).build());
    }

    @Override public void orders(OrdersRequest r, StreamObserver<OrdersReply> out) {
        answer(out, OrdersReply.newBuilder().addAllValue(Orders.first(r.getN())).build());
    }

    @Override public void ordersByName(OrdersByNameRequest r, StreamObserver<OrdersByNameReply> out) {
        answer(out, OrdersByNameReply.newBuilder()
                .putAllValue(Orders.first(r.getN()).stream().collect(Collectors.toMap(Order::getName, o -> o))).build());
    }

    @Override public void any(AnyRequest r, StreamObserver<AnyReply> out) {
        answer(out, r.hasO() ? AnyReply.newBuilder().setValue(r.getO()).build() : AnyReply.getDefaultInstance());
    }

    @Override public void watch(WatchRequest r, StreamObserver<Order> out) {
        calls.incrementAndGet();
        new Watch(r, (ServerCallStreamObserver<Order>) out, canceled).start();
    }

    @Override public StreamObserver<Item> total(StreamObserver<TotalReply> out) {
        TotalReply.Builder total = TotalReply.newBuilder();
        return new Reader<>() {
            @Override public void onNext(Item i) { total.setItems(total.getItems() + 1).setQuantity(total.getQuantity() + i.getQuantity()); }

            @Override public void onCompleted() { answer(out, total.build()); }
        };
    }

    @Override public StreamObserver<EchoRequest> chat(StreamObserver<EchoReply> out) {
        calls.incrementAndGet();
        return new Reader<>() {
            @Override public void onNext(EchoRequest r) { out.onNext(reply(r)); }

            @Override public void onCompleted() { out.onCompleted(); }
        };
    }

    @Override public void fail(FailRequest r, StreamObserver<EchoReply> out) {
        calls.incrementAndGet();
        out.onError(failure(r.getCode(), r.getMessage(), shortage(3)));
    }

    /** What a client sends. That it gives up needs no answer. */
    private abstract static class Reader<T> implements StreamObserver<T> {
        @Override public void onError(Throwable e) { }
    }
}
