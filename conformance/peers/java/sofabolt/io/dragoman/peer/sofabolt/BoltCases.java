package io.dragoman.peer.sofabolt;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import com.alipay.remoting.ConnectionEventType;
import com.alipay.remoting.InvokeCallback;
import com.alipay.remoting.InvokeContext;
import com.alipay.remoting.Url;
import com.alipay.remoting.exception.RemotingException;
import com.alipay.remoting.rpc.RpcClient;
import com.alipay.remoting.rpc.RpcResponseFuture;
import com.alipay.remoting.rpc.exception.InvokeTimeoutException;
import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Order;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a client does in each shape of the protocol. */
final class BoltCases {
    /** Protocol and version as the first two bytes of a frame have them; v1 has no second one. */
    private record Shape(int protocol, int version) { }

    private static final Shape V1 = new Shape(1, 1);
    private static final Shape V2 = new Shape(2, 1);
    /** With a CRC behind each frame, unless a call says otherwise. */
    private static final Shape CRC = new Shape(2, 2);

    /** One per shape, as connections are kept by address alone. */
    private final Map<Shape, RpcClient> clients = new ConcurrentHashMap<>();
    private final AtomicInteger closed = new AtomicInteger();

    void addTo(Map<String, Case> cases) {
        cases.put("v1", op -> echoes(V1, op));
        cases.put("v2", op -> echoes(V2, op));
        cases.put("crc", op -> echoes(CRC, op));
        cases.put("crc-off", this::crcOff);
        cases.put("oneway", this::oneway);
        cases.put("future", this::future);
        cases.put("callback", this::callback);
        cases.put("concurrent", this::concurrent);
        cases.put("exception", this::exception);
        cases.put("missing-processor", this::missingProcessor);
        cases.put("slow", this::slow);
        cases.put("heartbeat", this::heartbeat);
    }

    private RpcClient client(Shape shape) {
        return clients.computeIfAbsent(shape, s -> {
            RpcClient c = new RpcClient();
            c.addConnectionEventProcessor(ConnectionEventType.CLOSE, (address, connection) -> closed.incrementAndGet());
            c.startup();
            return c;
        });
    }

    private static Url url(Shape shape, Op op) {
        String[] addr = op.text("addr", "").split(":");
        Url u = new Url(addr[0], Integer.parseInt(addr[1]));
        u.setProtocol((byte) shape.protocol);
        u.setVersion((byte) shape.version);
        u.setConnNum(1);
        u.setConnectTimeout(2000);
        return u;
    }

    private Object ask(Shape shape, Op op, String what, Serializable value) throws Exception {
        return client(shape).invokeSync(url(shape, op), new Ask(what, value), 5000);
    }

    private void echoes(Shape shape, Op op) throws Exception {
        for (String s : List.of("hello", "", Fixture.TEXT, "x".repeat(op.number("size", 300000)))) {
            equal("echo", s, ask(shape, op, "echo", s));
        }
        equal("echo of null", null, ask(shape, op, "echo", null));
        Object got = ask(shape, op, "echo", Fixture.order());
        that("echo of an order: got " + got, got instanceof Order);
        none("order", Fixture.difference(Fixture.order(), (Order) got));
    }

    private void crcOff(Op op) throws Exception {
        InvokeContext c = new InvokeContext();
        c.put(InvokeContext.BOLT_CRC_SWITCH, false);
        equal("echo", "plain", client(CRC).invokeSync(url(CRC, op), new Ask("echo", "plain"), c, 5000));
        equal("echo", "checked", ask(CRC, op, "echo", "checked"));
    }

    private void oneway(Op op) throws Exception {
        long before = (Long) ask(CRC, op, "noticed", null);
        for (Shape shape : List.of(V1, CRC)) {
            client(shape).oneway(url(shape, op), new Ask("notice", "n"));
        }
        // One-way calls may still be on their way when the next call is answered.
        long seen = 0;
        for (int i = 0; i < 50 && seen < 2; i++) {
            Thread.sleep(i == 0 ? 0 : 50);
            seen = (Long) ask(CRC, op, "noticed", null) - before;
        }
        equal("noticed", 2L, seen);
    }

    private void future(Op op) throws Exception {
        RpcResponseFuture slow = client(V1).invokeWithFuture(url(V1, op), new Ask("slow", 600), 5000);
        RpcResponseFuture fast = client(V1).invokeWithFuture(url(V1, op), new Ask("echo", "fast"), 5000);
        equal("fast", "fast", fast.get());
        that("the fast call waited for the slow one", !slow.isDone());
        equal("slow", "slept 600", slow.get());
    }

    private void callback(Op op) throws Exception {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        client(CRC).invokeWithCallback(url(CRC, op), new Ask("echo", Fixture.TEXT), new InvokeCallback() {
            @Override public void onResponse(Object result) { answer.complete(result); }

            @Override public void onException(Throwable e) { answer.completeExceptionally(e); }

            @Override public Executor getExecutor() { return null; }
        }, 5000);
        equal("echo", Fixture.TEXT, answer.get(5, TimeUnit.SECONDS));
    }

    private void concurrent(Op op) throws Exception {
        for (Shape shape : List.of(V1, CRC)) {
            List<RpcResponseFuture> open = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                open.add(client(shape).invokeWithFuture(url(shape, op), new Ask("echo", "c" + i), 5000));
            }
            for (int i = 0; i < open.size(); i++) {
                equal("answer " + i, "c" + i, open.get(i).get());
            }
        }
    }

    private void exception(Op op) throws Exception {
        RemotingException e = fails("an unknown question", op, new Ask("nothing", null), 5000);
        // The server's own text is in the cause.
        StringBuilder all = new StringBuilder();
        for (Throwable t = e; t != null; t = t.getCause()) {
            all.append(t).append('\n');
        }
        that("the message is lost: " + all, all.toString().contains("no answer to nothing"));
    }

    private void missingProcessor(Op op) throws Exception {
        RemotingException e = fails("a request without a processor", op, new Lost(), 5000);
        that("expected an answer, got a timeout", !(e instanceof InvokeTimeoutException));
    }

    private void slow(Op op) throws Exception {
        long start = System.nanoTime();
        RemotingException e = fails("slow", op, new Ask("slow", 2000), 500);
        that("slow: expected a timeout, got " + e, e instanceof InvokeTimeoutException);
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        that("slow: the timeout of 500 ms took " + took + " ms", took < 1500);
        equal("slow", "slept 200", ask(CRC, op, "slow", 200));
    }

    private RemotingException fails(String what, Op op, Object request, int timeout) throws Exception {
        Object got;
        try {
            got = client(CRC).invokeSync(url(CRC, op), request, timeout);
        } catch (RemotingException e) {
            return e;
        }
        throw new Check(what + ": expected a failure, got a result " + got);
    }

    /** After 500 ms of quiet a client asks whether the other side lives, and closes when three questions stay open. */
    private void heartbeat(Op op) throws Exception {
        for (Shape shape : List.of(V1, V2, CRC)) {
            equal("echo", "before", ask(shape, op, "echo", "before"));
        }
        int before = closed.get();
        Thread.sleep(4000);
        equal("connections closed meanwhile", before, closed.get());
        for (Shape shape : List.of(V1, V2, CRC)) {
            equal("echo", "after", ask(shape, op, "echo", "after"));
        }
        equal("connections closed meanwhile", before, closed.get());
    }
}
