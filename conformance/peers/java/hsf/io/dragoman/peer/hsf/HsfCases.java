package io.dragoman.peer.hsf;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.none;
import static io.dragoman.peer.Peer.that;

import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Nowhere;
import io.dragoman.sample.OutOfStock;
import io.dragoman.sample.Sample;
import io.dragoman.sample.SampleCases;
import io.dragoman.sample.SampleMore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a consumer does with the service over HSF. */
final class HsfCases {
    private static final String[] STRING = {"java.lang.String"};

    void addTo(Map<String, Case> cases) {
        new SampleCases(op -> client(op).as(Sample.class)).addTo(cases);
        cases.put("hessian1", this::hessian1);
        cases.put("slow", this::slow);
        cases.put("oneway", this::oneway);
        cases.put("properties", op -> contextWith(op, "t-1", "other value; with=signs"));
        cases.put("properties-unicode", op -> contextWith(op, "\u6F22-1", Fixture.TEXT));
        cases.put("missing-method", this::missingMethod);
        cases.put("missing-service", this::missingService);
        cases.put("bad-codec", this::badCodec);
        cases.put("async", this::async);
        cases.put("concurrent", this::concurrent);
        cases.put("heartbeat", this::heartbeat);
    }

    private static Client client(Op op) { return client(op, op.number("timeout", 5000)); }

    private static Client client(Op op, int timeout) { return new Client(Sample.class.getName(), op, timeout); }

    interface Call { Object run() throws Throwable; }

    /** Runs a call that may throw anything. */
    static Object checked(Call c) throws Exception {
        try {
            return c.run();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void outOfStock(Callable<?> reserve) throws Exception {
        try {
            Object got = reserve.call();
            throw new Check("reserve: expected OutOfStock, got a result " + got);
        } catch (OutOfStock e) {
            equal("message", "out of stock: A-1", e.getMessage());
            equal("sku", "A-1", e.getSku());
            equal("left", 3, e.getLeft());
        }
    }

    /** The first generation of Hessian, codec 1, in both directions. */
    private void hessian1(Op op) throws Exception {
        Client c = client(op);
        c.codec = Body.HESSIAN1;
        Sample s = c.as(Sample.class);
        equal("echo", Fixture.TEXT, s.echo(Fixture.TEXT));
        equal("echo of null", null, s.echo(null));
        equal("addLong", 9007199254740993L, s.addLong(9007199254740992L, 1));
        none("order", Fixture.difference(Fixture.order(), s.order(Fixture.order())));
        equal("join", "a-b", s.join("-", "a", "b"));
        none("orders[1]", Fixture.difference(Fixture.numbered(1), s.orders(2).get(1)));
        outOfStock(() -> s.reserve("A-1", 5));
    }

    private void slow(Op op) {
        int timeout = op.number("timeout", 500);
        int millis = op.number("millis", timeout + 1500);
        long start = System.nanoTime();
        try {
            String got = client(op, timeout).as(Sample.class).slow(millis);
            throw new Check("slow(" + millis + "): expected a timeout, got " + got);
        } catch (HsfException e) {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            // 31 when the other side noticed first.
            that("slow: expected a timeout, got " + e, e.status == HsfException.CLIENT_TIMEOUT || e.status == 31);
            that("slow: the timeout of " + timeout + " ms took " + took + " ms", took < timeout + 1000);
        }
        equal("slow", "slept 200", client(op).as(Sample.class).slow(200));
    }

    private void oneway(Op op) throws Exception {
        Client c = client(op);
        Sample s = c.as(Sample.class);
        long before = s.noticed();
        for (int i = 0; i < 3; i++) {
            c.send("notice", STRING, "n" + i);
        }
        long seen = 0;
        for (int i = 0; i < 50 && seen < 3; i++) {
            Thread.sleep(i == 0 ? 0 : 50);
            seen = s.noticed() - before;
        }
        equal("noticed", 3L, seen);
        // The answers of the three have been dropped; the connection is still good.
        equal("echo", "after", s.echo("after"));
    }

    private void contextWith(Op op, String trace, String other) {
        Client c = client(op);
        c.properties.put("x-trace", trace);
        c.properties.put("x-other", other);
        equal("context", Map.of("x-trace", trace, "x-other", other), c.as(Sample.class).context());
    }

    private void missingMethod(Op op) {
        HsfException e = fails(client(op), SampleMore.class, s -> s.nosuch("x"));
        that("the error does not name nosuch: " + e, e.getMessage().contains("nosuch"));
    }

    private void missingService(Op op) {
        HsfException e = fails(new Client(Nowhere.class.getName(), op, 3000), Nowhere.class, s -> s.echo("x"));
        that("the error does not name the service: " + e, e.getMessage().contains("Nowhere"));
    }

    /** Java's own serialization: a codec that has a number and that nobody should read. */
    private void badCodec(Op op) throws Exception {
        Connection c = client(op).connection();
        Frame.Request r = new Frame.Request(c.nextId(), 2, 3000, Sample.class.getName() + ":1.0.0", "echo", List.of(STRING),
                List.of(new byte[] {(byte) 0xac, (byte) 0xed, 0, 5, 't', 0, 1, 'x'}), new byte[0]);
        Frame f = c.ask(r).get(3, TimeUnit.SECONDS);
        that("expected an error, got " + f, f instanceof Frame.Response a && a.status() != HsfException.OK);
        equal("echo", "after", client(op).as(Sample.class).echo("after"));
    }

    private interface CallOf<T> { Object on(T service) throws Exception; }

    private static <T> HsfException fails(Client c, Class<T> type, CallOf<T> call) {
        try {
            Object got = call.on(c.as(type));
            throw new Check("expected an error, got a result " + got);
        } catch (HsfException e) {
            that("expected an answer, got " + e, e.status != HsfException.CLIENT_TIMEOUT);
            return e;
        } catch (Check e) {
            throw e;
        } catch (Exception e) {
            throw new Check("expected a status, the service threw " + e);
        }
    }

    private void async(Op op) throws Exception {
        Client c = client(op);
        CompletableFuture<Object> slow = c.start("slow", new String[] {"long"}, 600L);
        CompletableFuture<Object> fast = c.start("echo", STRING, "fast");
        equal("fast", "fast", fast.get(3, TimeUnit.SECONDS));
        that("the fast call waited for the slow one", !slow.isDone());
        equal("slow", "slept 600", slow.get(3, TimeUnit.SECONDS));
    }

    private void concurrent(Op op) throws Exception {
        Client c = client(op);
        List<CompletableFuture<Object>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(c.start("echo", STRING, "c" + i));
        }
        for (int i = 0; i < 200; i++) {
            equal("answer " + i, "c" + i, all.get(i).get(10, TimeUnit.SECONDS));
        }
    }

    private void heartbeat(Op op) throws Exception {
        Connection c = client(op).connection();
        for (int i = 0; i < 3; i++) {
            Frame.Heartbeat asked = new Frame.Heartbeat(c.nextId(), false, 3000);
            Frame got = c.ask(asked).get(1, TimeUnit.SECONDS);
            that("expected the answer to a heartbeat, got " + got, got instanceof Frame.Heartbeat h && h.answer());
        }
        equal("echo", "after", client(op).as(Sample.class).echo("after"));
    }
}
