package io.dragoman.peer.dubbo;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.that;

import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Nowhere;
import io.dragoman.sample.Sample;
import io.dragoman.sample.SampleCases;
import io.dragoman.sample.SampleMore;
import java.lang.reflect.InvocationHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.dubbo.common.Version;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.service.EchoService;

/** What a Java consumer does with the service, checked with its own types. */
final class DubboCases {
    private final References references;

    DubboCases(References references) { this.references = references; }

    void addTo(Map<String, Case> cases) {
        new SampleCases(this::sample).addTo(cases);
        cases.put("slow", this::slow);
        cases.put("oneway", this::oneway);
        cases.put("attachments", this::attachments);
        cases.put("attachments-unicode", this::attachmentsUnicode);
        cases.put("missing-method", this::missingMethod);
        cases.put("missing-service", this::missingService);
        cases.put("echo-service", this::echoService);
        cases.put("async", this::async);
        cases.put("heartbeat", this::heartbeat);
        new GenericCases(references).addTo(cases);
    }

    private Sample sample(Op op) { return references.to(Sample.class, op); }

    private void slow(Op op) {
        int timeout = op.number("timeout", 500);
        int millis = op.number("millis", timeout + 1500);
        // Outside of what is timed: the first use of a reference compiles its proxy and connects.
        Sample impatient = references.to(Sample.class, op, timeout);
        long start = System.nanoTime();
        try {
            String got = impatient.slow(millis);
            throw new Check("slow(" + millis + "): expected a timeout, got " + got);
        } catch (RpcException e) {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            that("slow: expected a timeout, got " + e, e.isTimeout());
            that("slow: the timeout of " + timeout + " ms took " + took + " ms", took < timeout + 1000);
        }
        equal("slow", "slept 200", references.to(Sample.class, op, 5000).slow(200));
    }

    private void oneway(Op op) throws Exception {
        Sample s = references.oneway(Sample.class, op);
        long before = s.noticed();
        for (int i = 0; i < 3; i++) {
            s.notice("n" + i);
        }
        // One-way calls may still be on their way when the next call is answered.
        long seen = 0;
        for (int i = 0; i < 50 && seen < 3; i++) {
            Thread.sleep(i == 0 ? 0 : 50);
            seen = s.noticed() - before;
        }
        equal("noticed", 3L, seen);
    }

    private void attachments(Op op) {
        contextWith(op, "t-1", "other value; with=signs");
    }

    private void attachmentsUnicode(Op op) {
        contextWith(op, "\u6F22-1", Fixture.TEXT);
    }

    private void contextWith(Op op, String trace, String other) {
        Sample s = sample(op);
        RpcContext.getContext().setAttachment("x-trace", trace);
        RpcContext.getContext().setAttachment("x-other", other);
        Map<String, String> got = s.context();
        // 3.x keeps the reply's attachments in a context of their own, which this older name reaches too.
        String reply = RpcContext.getServerContext().getAttachment("x-reply");
        equal("x-trace as the server saw it", trace, got.get("x-trace"));
        equal("x-other as the server saw it", other, got.get("x-other"));
        for (String key : got.keySet()) {
            that("context: unexpected key " + key, key.equals("x-trace") || key.equals("x-other"));
        }
        boolean shown = !Version.getVersion().startsWith("2.") && !op.farGo();
        if (shown && !Boolean.FALSE.equals(op.fields().get("reply"))) {
            equal("reply attachment x-reply", "seen:" + trace, reply);
        }
        RpcContext.getContext().clearAttachments();
    }

    private void missingMethod(Op op) throws Exception {
        InvocationHandler handler = references.handler(Sample.class, op);
        try {
            Object got = handler.invoke(new Object(), SampleMore.class.getMethod("nosuch", String.class), new Object[] {"x"});
            throw new Check("nosuch: expected an exception, got a result " + got);
        } catch (Check e) {
            throw e;
        } catch (Throwable e) {
            failsNaming(e, "nosuch");
        }
    }

    private void missingService(Op op) {
        Nowhere nowhere = references.to(Nowhere.class, op);
        long start = System.nanoTime();
        try {
            String got = nowhere.echo("x");
            throw new Check("Nowhere: expected an exception, got a result " + got);
        } catch (Check e) {
            throw e;
        } catch (Throwable e) {
            // RpcException as a rule; dubbo-go throws a bare Throwable, past the compiler.
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            that("missing service: expected an answer, got a timeout", !(e instanceof RpcException r && r.isTimeout()));
            that("missing service: took " + took + " ms", took < 3000);
        }
    }

    private static void failsNaming(Throwable e, String name) {
        that(name + ": expected an answer, got a timeout", !(e instanceof RpcException r && r.isTimeout()));
        // The name of the call is in every message of the consumer; it must be in what came from the other side.
        String text = String.valueOf(e.getCause() != null ? e.getCause().getMessage() : e.getMessage());
        that("the error does not name " + name + ": " + text, text.contains(name));
    }

    private void echoService(Op op) {
        EchoService s = (EchoService) sample(op);
        equal("$echo", "OK", s.$echo("OK"));
        equal("$echo", 7, s.$echo(7));
    }

    private void async(Op op) throws Exception {
        Sample s = sample(op);
        CompletableFuture<String> slow = RpcContext.getContext().asyncCall(() -> s.slow(600));
        CompletableFuture<String> fast = RpcContext.getContext().asyncCall(() -> s.echo("fast"));
        equal("fast", "fast", fast.get(3, TimeUnit.SECONDS));
        that("the fast call waited for the slow one", !slow.isDone());
        equal("slow", "slept 600", slow.get(3, TimeUnit.SECONDS));
    }

    /**
     * A quiet consumer asks whether the other side lives and, when three of its questions stay open, reconnects: 2.7 at
     * once, 3.3 after a minute, so that with 3.3 this only shows that the answers do no harm.
     */
    private void heartbeat(Op op) throws Exception {
        List<String> complaints = Collections.synchronizedList(new ArrayList<>());
        Handler listener = new Handler() {
            @Override public void publish(LogRecord r) {
                String text = String.valueOf(r.getMessage());
                if (text.contains("because heartbeat") || text.contains("Reconnect to channel")) {
                    complaints.add(text);
                }
            }
            @Override public void flush() { }
            @Override public void close() { }
        };
        Logger.getLogger("").addHandler(listener);
        try {
            Sample s = references.quiet(Sample.class, op, 500);
            equal("echo", "before", s.echo("before"));
            Thread.sleep(4000);
            equal("echo", "after", s.echo("after"));
            that("heartbeats stayed without an answer: " + complaints, complaints.isEmpty());
        } finally {
            Logger.getLogger("").removeHandler(listener);
        }
    }
}
