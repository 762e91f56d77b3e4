package io.dragoman.peer.grpc;

import io.dragoman.peer.pb.Orders;
import io.dragoman.sample.pb.Order;
import io.dragoman.sample.pb.WatchRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicLong;

/** One stream of orders, no further ahead of its reader than the windows let it. */
final class Watch extends Thread {
    private final WatchRequest request;
    private final ServerCallStreamObserver<Order> out;

    Watch(WatchRequest request, ServerCallStreamObserver<Order> out, AtomicLong canceled) {
        super("watch");
        setDaemon(true);
        this.request = request;
        this.out = out;
        out.setOnReadyHandler(this::wake);
        out.setOnCancelHandler(() -> {
            canceled.incrementAndGet();
            wake();
        });
    }

    private synchronized void wake() { notifyAll(); }

    @Override public void run() {
        try {
            send();
        } catch (InterruptedException e) {
            interrupt();
        }
    }

    private void send() throws InterruptedException {
        for (int i = 0; i < request.getN(); i++) {
            if (request.hasFailAfter() && request.getFailAfter() == i) {
                out.onError(GrpcService.failure(Status.ABORTED.getCode().value(), "stopped after " + i, GrpcService.shortage(i)));
                return;
            }
            if (!untilReady()) {
                return;
            }
            Order o = Orders.numbered(i);
            out.onNext(request.getSize() > 0 ? o.toBuilder().setNote("x".repeat(request.getSize())).build() : o);
            Thread.sleep(request.getMillis());
        }
        out.onCompleted();
    }

    /** False when the call was canceled. */
    private synchronized boolean untilReady() throws InterruptedException {
        while (!out.isReady() && !out.isCancelled()) {
            wait();
        }
        return !out.isCancelled();
    }
}
