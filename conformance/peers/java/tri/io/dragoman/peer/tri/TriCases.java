package io.dragoman.peer.tri;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import com.google.protobuf.Empty;
import com.google.protobuf.Value;
import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.Nowhere;
import io.dragoman.sample.Sample;
import io.dragoman.sample.SampleMore;
import io.dragoman.sample.pb.AddIntRequest;
import io.dragoman.sample.pb.AddLongRequest;
import io.dragoman.sample.pb.AnyRequest;
import io.dragoman.sample.pb.EchoReply;
import io.dragoman.sample.pb.EchoRequest;
import io.dragoman.sample.pb.FailRequest;
import io.dragoman.sample.pb.Item;
import io.dragoman.sample.pb.JoinRequest;
import io.dragoman.sample.pb.NoticeRequest;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.OrdersByNameRequest;
import io.dragoman.sample.pb.OrdersRequest;
import io.dragoman.sample.pb.PickRequest;
import io.dragoman.sample.pb.ReserveRequest;
import io.dragoman.sample.pb.SlowRequest;
import io.dragoman.sample.pb.TotalReply;
import io.dragoman.sample.pb.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.dubbo.common.stream.StreamObserver;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.StatusRpcException;
import org.apache.dubbo.rpc.TriRpcStatus.Code;
import org.apache.dubbo.rpc.protocol.tri.CancelableStreamObserver;

/** What a Dubbo consumer does with the service over Triple. The details of a status it does not show. */
final class TriCases {
    /** A character outside the basic plane, and a Chinese one. */
    private static final String TEXT = "clef \uD834\uDD1E \u6F22 end";

    /** 127.0.0.1 as one number: Dubbo takes the usual spelling for a mistake, dials the LAN address and binds every one. */
    static final String LOOPBACK = "2130706433";

    private final ApplicationConfig application;
    private final Map<String, ReferenceConfig<?>> references = new ConcurrentHashMap<>();

    TriCases(ApplicationConfig application) { this.application = application; }

    void addTo(Map<String, Case> cases) {
        cases.put("echo", this::echo);
        cases.put("nulls", op -> equal("Echo of null", EchoReply.getDefaultInstance(), sample(op).Echo(EchoRequest.getDefaultInstance())));
        cases.put("sums", this::sums);
        cases.put("pojo", op -> none("Order", Orders.difference(Orders.fixture(), sample(op).Order(Orders.fixture()))));
        cases.put("overloads", op -> equal("Pick", "string+int:x,1", sample(op).Pick(PickRequest.newBuilder().setA("x").setB(1).build()).getValue()));
        cases.put("varargs", this::varargs);
        cases.put("exception", this::exception);
        cases.put("status", this::status);
        cases.put("slow", op -> equal("Slow", "slept 300", sample(op).Slow(millis(300)).getValue()));
        cases.put("deadline", this::deadline);
        cases.put("oneway", this::oneway);
        cases.put("context", this::context);
        cases.put("collections", this::collections);
        cases.put("any", this::any);
        cases.put("missing-method", op -> fails("Nosuch", Code.UNIMPLEMENTED, () -> to(SampleMore.class, Sample.class.getName(), op, 5000).Nosuch(text("x"))));
        cases.put("missing-service", op -> fails("Nowhere", Code.UNIMPLEMENTED, () -> to(Nowhere.class, Nowhere.class.getName(), op, 5000).Echo(text("x"))));
        cases.put("server-stream", this::serverStream);
        cases.put("client-stream", this::clientStream);
        cases.put("bidi", this::bidi);
        cases.put("stream-error", this::streamError);
        cases.put("cancel", this::cancel);
        cases.put("large", op -> ping(op, "x".repeat(op.number("size", 3000000))));
        cases.put("concurrent", this::concurrent);
    }

    private Sample sample(Op op) { return to(Sample.class, Sample.class.getName(), op, op.number("timeout", 10000)); }

    /** A reference to what is called service on the wire. */
    private <T> T to(Class<T> type, String service, Op op, int timeout) {
        String addr = op.text("addr", "");
        return type.cast(references.computeIfAbsent(String.join("|", addr, type.getName(), "" + timeout), k -> {
            ReferenceConfig<T> r = new ReferenceConfig<>();
            r.setApplication(application);
            r.setInterface(type);
            r.setUrl("tri://" + addr.replaceFirst("^127\\.0\\.0\\.1:", LOOPBACK + ":") + "/" + service);
            r.setTimeout(timeout);
            // A retry would hide a failure from the driver.
            r.setRetries(0);
            r.setCheck(false);
            return r;
        }).get());
    }

    private static EchoRequest text(String s) { return EchoRequest.newBuilder().setS(s).build(); }

    private static SlowRequest millis(long n) { return SlowRequest.newBuilder().setMillis(n).build(); }

    private void ping(Op op, String s) { equal("Echo", EchoReply.newBuilder().setValue(s).build(), sample(op).Echo(text(s))); }

    private static Throwable fails(String what, Code code, Supplier<?> call) {
        Object got;
        try {
            got = call.get();
        } catch (RpcException e) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                if (t instanceof StatusRpcException s) {
                    that(what + ": expected " + code + ", got " + s.getStatus().code + ": " + s.getMessage(), s.getStatus().code == code);
                    return s;
                }
            }
            // What the consumer itself ends has no status of the wire.
            that(what + ": expected " + code + ", got " + e, e.isTimeout() && code == Code.DEADLINE_EXCEEDED);
            return e;
        }
        throw new Check(what + ": expected a failure, got " + got);
    }

    private void echo(Op op) {
        for (String s : List.of("hello", "", TEXT, "x".repeat(op.number("size", 5000)))) {
            ping(op, s);
        }
    }

    private void sums(Op op) {
        equal("AddInt", 42, sample(op).AddInt(AddIntRequest.newBuilder().setA(40).setB(2).build()).getValue());
        equal("AddLong", 9007199254740993L, sample(op).AddLong(AddLongRequest.newBuilder().setA(9007199254740992L).setB(1).build()).getValue());
    }

    private void varargs(Op op) {
        equal("Join", "a-b-c", sample(op).Join(JoinRequest.newBuilder().setSep("-").addAllParts(List.of("a", "b", "c")).build()).getValue());
    }

    private void exception(Op op) {
        Throwable e = fails("Reserve", Code.UNKNOWN, () -> sample(op).Reserve(ReserveRequest.newBuilder().setSku("A-1").setWanted(5).build()));
        that("the message is lost: " + e.getMessage(), e.getMessage().contains("out of stock: A-1"));
    }

    private void status(Op op) {
        for (Code code : Code.values()) {
            if (code == Code.OK) {
                continue;
            }
            // Without a percent sign: the consumer decodes messages twice, and takes what then is no code for a failure of its own.
            Throwable e = fails("Fail", code, () -> sample(op).Fail(FailRequest.newBuilder().setCode(code.code).setMessage(TEXT).build()));
            // Dubbo's provider keeps Latin-1 alone.
            that("the message is lost: " + e.getMessage(), e.getMessage().matches("(?s).*clef (\uD834\uDD1E|\\?\\?) (\u6F22|\\?) end.*"));
        }
    }

    private void deadline(Op op) {
        int limit = op.number("timeout", 500);
        long start = System.nanoTime();
        fails("Slow", Code.DEADLINE_EXCEEDED, () -> to(Sample.class, Sample.class.getName(), op, limit).Slow(millis(op.number("millis", limit + 1500))));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        that("it took " + took + " ms", took >= limit - 50 && took < limit + 2000);
    }

    private long noticed(Op op) { return sample(op).Noticed(Empty.getDefaultInstance()).getValue(); }

    private void oneway(Op op) throws Exception {
        long before = noticed(op);
        for (int i = 0; i < 3; i++) {
            equal("Notice", Empty.getDefaultInstance(), sample(op).Notice(NoticeRequest.newBuilder().setS("n" + i).build()));
        }
        reaches("noticed", before + 3, () -> noticed(op));
    }

    /** Asks until a counter of the service is there: what it counts may be under way. */
    private static void reaches(String what, long want, Supplier<Long> get) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        long got = get.get();
        while (got < want && System.nanoTime() < end) {
            Thread.sleep(50);
            got = get.get();
        }
        equal(what, want, got);
    }

    private void context(Op op) {
        Map<String, String> sent = Map.of("x-trace", "t-1", "x-other", "other value");
        sent.forEach((k, v) -> RpcContext.getClientAttachment().setAttachment(k, v));
        equal("Context", sent, sample(op).Context(Empty.getDefaultInstance()).getValueMap());
        if (!Boolean.FALSE.equals(op.fields().get("reply"))) {
            equal("x-reply", "seen:t-1", RpcContext.getClientResponseContext().getAttachment("x-reply"));
        }
    }

    private void collections(Op op) {
        equal("Orders", Orders.first(3), sample(op).Orders(OrdersRequest.newBuilder().setN(3).build()).getValueList());
        Map<String, Order> got = sample(op).OrdersByName(OrdersByNameRequest.newBuilder().setN(2).build()).getValueMap();
        equal("OrdersByName", Map.of("order-0", Orders.numbered(0), "order-1", Orders.numbered(1)), got);
    }

    private void any(Op op) {
        for (Value v : List.of(Value.newBuilder().setStringValue("text").build(), Value.newBuilder().setNumberValue(7).build())) {
            equal("Any", v, sample(op).Any(AnyRequest.newBuilder().setO(v).build()).getValue());
        }
    }

    private void serverStream(Op op) throws Exception {
        Replies<Order> got = new Replies<>();
        sample(op).Watch(WatchRequest.newBuilder().setN(20).build(), got);
        for (int i = 0; i < 20; i++) {
            equal("order " + i, Orders.numbered(i), got.take());
        }
        equal("the end", Replies.END, got.take());
        // More than the windows of connection and stream hold.
        Replies<Order> large = new Replies<>();
        sample(op).Watch(WatchRequest.newBuilder().setN(30).setSize(100000).build(), large);
        for (int i = 0; i < 30; i++) {
            that("the note of order " + i + " is cut", large.take() instanceof Order o && o.getNote().length() == 100000);
        }
        equal("the end", Replies.END, large.take());
    }

    private void clientStream(Op op) throws Exception {
        Replies<TotalReply> got = new Replies<>();
        StreamObserver<Item> out = sample(op).Total(got);
        for (int i = 0; i < 200; i++) {
            out.onNext(Item.newBuilder().setSku("A-" + i).setQuantity(i).addTags("x".repeat(1000)).build());
        }
        out.onCompleted();
        equal("Total", TotalReply.newBuilder().setItems(200).setQuantity(19900).build(), got.take());
        equal("the end", Replies.END, got.take());
    }

    /** Each message is answered before the next is sent. */
    private void bidi(Op op) throws Exception {
        Replies<EchoReply> got = new Replies<>();
        StreamObserver<EchoRequest> out = sample(op).Chat(got);
        for (int i = 0; i < 20; i++) {
            out.onNext(text("m" + i));
            equal("answer " + i, EchoReply.newBuilder().setValue("m" + i).build(), got.take());
        }
        out.onCompleted();
        equal("the end", Replies.END, got.take());
    }

    private void streamError(Op op) throws Exception {
        Replies<Order> got = new Replies<>();
        sample(op).Watch(WatchRequest.newBuilder().setN(10).setFailAfter(3).build(), got);
        for (int i = 0; i < 3; i++) {
            equal("order " + i, Orders.numbered(i), got.take());
        }
        Object end = got.take();
        that("expected ABORTED, got " + end, end instanceof StatusRpcException e && e.getStatus().code == Code.ABORTED
                && e.getMessage().contains("stopped after 3"));
    }

    private long canceled(Op op) { return sample(op).Canceled(Empty.getDefaultInstance()).getValue(); }

    private void cancel(Op op) throws Exception {
        long before = canceled(op);
        Replies<Order> got = new Replies<>();
        sample(op).Watch(WatchRequest.newBuilder().setN(1000).setMillis(20).build(), got);
        for (int i = 0; i < 3; i++) {
            equal("order " + i, Orders.numbered(i), got.take());
        }
        got.cancel(new IllegalStateException("enough"));
        reaches("canceled", before + 1, () -> canceled(op));
    }

    private void concurrent(Op op) throws Exception {
        List<CompletableFuture<EchoReply>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String s = "c" + i;
            waiting.add(CompletableFuture.supplyAsync(() -> sample(op).Echo(text(s))));
        }
        for (int i = 0; i < 100; i++) {
            equal("answer " + i, "c" + i, waiting.get(i).get().getValue());
        }
    }

    /** What a provider sends, in its order. */
    private static final class Replies<T> extends CancelableStreamObserver<T> {
        static final String END = "end";
        private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

        @Override public void onNext(T m) { queue.add(m); }

        @Override public void onError(Throwable e) { queue.add(e); }

        @Override public void onCompleted() { queue.add(END); }

        Object take() throws InterruptedException { return queue.poll(10, TimeUnit.SECONDS); }
    }
}
