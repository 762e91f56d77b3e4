package io.dragoman.peer.sofa;

import static io.dragoman.peer.Peer.equal;
import static io.dragoman.peer.Peer.that;

import com.alipay.sofa.rpc.api.future.SofaResponseFuture;
import com.alipay.sofa.rpc.context.RpcInvokeContext;
import com.alipay.sofa.rpc.core.exception.SofaRpcException;
import com.alipay.sofa.rpc.core.exception.SofaTimeOutException;
import com.alipay.sofa.rpc.core.invoke.SofaResponseCallback;
import com.alipay.sofa.rpc.core.request.RequestBase;
import io.dragoman.peer.Peer.Case;
import io.dragoman.peer.Peer.Check;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Fixture;
import io.dragoman.sample.Nowhere;
import io.dragoman.sample.OutOfStock;
import io.dragoman.sample.Sample;
import io.dragoman.sample.SampleCases;
import io.dragoman.sample.SampleMore;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What a SOFARPC consumer does with the service over Bolt and Hessian. */
final class SofaCases {
    private final References references;

    SofaCases(References references) { this.references = references; }

    void addTo(Map<String, Case> cases) {
        new SampleCases(references::sample).addTo(cases);
        cases.put("slow", this::slow);
        cases.put("oneway", this::oneway);
        cases.put("baggage", this::baggage);
        cases.put("baggage-unicode", this::baggageUnicode);
        cases.put("missing-method", this::missingMethod);
        cases.put("missing-service", this::missingService);
        cases.put("future", this::future);
        cases.put("callback", this::callback);
        cases.put("json", this::json);
    }

    private void slow(Op op) {
        int timeout = op.number("timeout", 500);
        int millis = op.number("millis", timeout + 1500);
        // Outside of what is timed: the first use of a reference connects.
        Sample impatient = references.impatient(op, timeout);
        long start = System.nanoTime();
        try {
            String got = impatient.slow(millis);
            throw new Check("slow(" + millis + "): expected a timeout, got " + got);
        } catch (SofaTimeOutException e) {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            that("slow: the timeout of " + timeout + " ms took " + took + " ms", took < timeout + 1000);
        }
        equal("slow", "slept 200", references.impatient(op, 5000).slow(200));
    }

    private void oneway(Op op) throws Exception {
        Sample s = references.oneway(op);
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

    private void baggage(Op op) { contextWith(op, "t-1", "other value; with=signs"); }

    private void baggageUnicode(Op op) { contextWith(op, "\u6F22-1", Fixture.TEXT); }

    private void contextWith(Op op, String trace, String other) {
        Sample s = references.sample(op);
        RpcInvokeContext context = RpcInvokeContext.getContext();
        context.putRequestBaggage("x-trace", trace);
        context.putRequestBaggage("x-other", other);
        Map<String, String> got = s.context();
        equal("x-trace as the server saw it", trace, got.get("x-trace"));
        equal("x-other as the server saw it", other, got.get("x-other"));
        for (String key : got.keySet()) {
            that("context: unexpected key " + key, key.equals("x-trace") || key.equals("x-other"));
        }
        if (op.unlessDenied("reply")) {
            equal("reply baggage x-reply", "seen:" + trace, context.getResponseBaggage("x-reply"));
        }
        RpcInvokeContext.removeContext();
    }

    private void missingMethod(Op op) {
        try {
            String got = references.to(SampleMore.class, op).nosuch("x");
            throw new Check("nosuch: expected an exception, got a result " + got);
        } catch (Check e) {
            throw e;
        } catch (Throwable e) {
            answered("nosuch", e);
            that("the error does not name nosuch: " + e.getMessage(), String.valueOf(e.getMessage()).contains("nosuch"));
        }
    }

    private void missingService(Op op) {
        Nowhere nowhere = references.to(Nowhere.class, Nowhere.class.getName(), op);
        long start = System.nanoTime();
        try {
            String got = nowhere.echo("x");
            throw new Check("Nowhere: expected an exception, got a result " + got);
        } catch (Check e) {
            throw e;
        } catch (Throwable e) {
            // SofaRpcException as a rule; dubbo-go throws a bare Throwable, past the compiler.
            answered("missing service", e);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            that("missing service: took " + took + " ms", took < 3000);
        }
    }

    private static void answered(String what, Throwable e) {
        that(what + ": expected an answer, got a timeout", !(e instanceof SofaTimeOutException));
    }

    private void future(Op op) throws Exception {
        Sample s = references.future(op);
        s.slow(600);
        Future<?> slow = SofaResponseFuture.getFuture();
        s.echo("fast");
        equal("fast", "fast", SofaResponseFuture.getFuture().get(3, TimeUnit.SECONDS));
        that("the fast call waited for the slow one", !slow.isDone());
        equal("slow", "slept 600", slow.get(3, TimeUnit.SECONDS));
    }

    private void callback(Op op) throws Exception {
        Answer answer = new Answer();
        references.callback(op, answer).echo(Fixture.TEXT);
        equal("echo", Fixture.TEXT, answer.value.get(5, TimeUnit.SECONDS));
        Answer failure = new Answer();
        references.callback(op, failure).reserve("A-1", 5);
        try {
            throw new Check("reserve: expected OutOfStock, got a result " + failure.value.get(5, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            equal("class", OutOfStock.class, e.getCause().getClass());
            equal("message", "out of stock: A-1", e.getCause().getMessage());
        }
    }

    /** What JSON says exactly: methods without overloads, of types that are the same everywhere. */
    private void json(Op op) {
        Sample s = references.encoded(op, "json");
        equal("echo", Fixture.TEXT, s.echo(Fixture.TEXT));
        equal("addLong", 9007199254740993L, s.addLong(9007199254740992L, 1));
    }

    /** A callback that is called once. */
    private static final class Answer implements SofaResponseCallback<Object> {
        final CompletableFuture<Object> value = new CompletableFuture<>();

        @Override public void onAppResponse(Object response, String method, RequestBase request) { value.complete(response); }

        @Override public void onAppException(Throwable e, String method, RequestBase request) { value.completeExceptionally(e); }

        @Override public void onSofaException(SofaRpcException e, String method, RequestBase request) { value.completeExceptionally(e); }
    }
}
