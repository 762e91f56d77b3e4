package io.dragoman.peer.grpc;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;
import static io.dragoman.peer.grpc.Calls.echoed;
import static io.dragoman.peer.grpc.Calls.fails;
import static io.dragoman.peer.grpc.Calls.reaches;
import static io.dragoman.peer.grpc.Calls.request;

import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.Item;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.Shortage;
import io.dragoman.sample.pb.TotalReply;
import io.dragoman.sample.pb.WatchRequest;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a Java client does with the methods that stream. */
final class StreamCases {
    private final Calls calls;

    StreamCases(Calls calls) { this.calls = calls; }

    void addTo(Map<String, Case> cases) {
        cases.put("server-stream", this::serverStream);
        cases.put("client-stream", this::clientStream);
        cases.put("bidi", this::bidi);
        cases.put("stream-error", this::streamError);
        cases.put("cancel", this::cancel);
    }

    private static WatchRequest.Builder watch(int n) { return WatchRequest.newBuilder().setN(n); }

    private static List<Order> all(Iterator<Order> orders) {
        List<Order> list = new ArrayList<>();
        orders.forEachRemaining(list::add);
        return list;
    }

    private void serverStream(Op op) {
        equal("orders", Orders.first(20), all(calls.blocking(op).watch(watch(20).build())));
        equal("no order", List.of(), all(calls.blocking(op).watch(watch(0).build())));
        // More than the windows of connection and stream hold.
        List<Integer> lengths = all(calls.blocking(op).watch(watch(30).setSize(100000).build())).stream().map(o -> o.getNote().length()).toList();
        equal("lengths of the notes", Collections.nCopies(30, 100000), lengths);
    }

    private void clientStream(Op op) throws Exception {
        for (int n : new int[] {200, 0}) {
            Replies<TotalReply> got = new Replies<>();
            StreamObserver<Item> out = calls.async(op).total(got);
            for (int i = 0; i < n; i++) {
                out.onNext(Item.newBuilder().setSku("A-" + i).setQuantity(i).addTags("x".repeat(1000)).build());
            }
            out.onCompleted();
            equal("total", TotalReply.newBuilder().setItems(n).setQuantity((long) n * (n - 1) / 2).build(), got.next());
            that("there is a reply too many", got.ended());
        }
    }

    /** Each message is answered before the next is sent. */
    private void bidi(Op op) throws Exception {
        Replies<EchoReply> got = new Replies<>();
        StreamObserver<EchoRequest> out = calls.async(op).chat(got);
        for (int i = 0; i < 20; i++) {
            out.onNext(request("m" + i));
            equal("answer " + i, echoed("m" + i), got.next());
        }
        out.onCompleted();
        that("there is an answer too many", got.ended());
    }

    private void streamError(Op op) throws Exception {
        Iterator<Order> got = calls.blocking(op).watch(watch(10).setFailAfter(3).build());
        for (int i = 0; i < 3; i++) {
            none("order " + i, Orders.difference(Orders.numbered(i), got.next()));
        }
        StatusRuntimeException e = fails("watch", Status.Code.ABORTED, got::next);
        equal("message", "stopped after 3", e.getStatus().getDescription());
        equal("detail", GrpcService.shortage(3), Calls.detail(e, Shortage.class));
    }

    private void cancel(Op op) throws Exception {
        long before = calls.canceled(op);
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            context.call(() -> {
                Iterator<Order> got = calls.blocking(op).watch(watch(1000).setMillis(20).build());
                for (int i = 0; i < 3; i++) {
                    equal("id", (long) i, got.next().getId());
                }
                return null;
            });
        }
        reaches("canceled", before + 1, () -> calls.canceled(op));
    }

    /** What a server sends, in its order. */
    private static final class Replies<T> implements StreamObserver<T> {
        private static final Object END = new Object();
        private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

        @Override public void onNext(T m) { queue.add(m); }

        @Override public void onError(Throwable e) { queue.add(e); }

        @Override public void onCompleted() { queue.add(END); }

        private Object take() throws InterruptedException {
            Object o = queue.poll(10, TimeUnit.SECONDS);
            if (o == null || o instanceof Throwable) {
                throw new Check("expected a message, got " + o);
            }
            return o;
        }

        Object next() throws InterruptedException { return take(); }

        boolean ended() throws InterruptedException { return take() == END; }
    }
}
