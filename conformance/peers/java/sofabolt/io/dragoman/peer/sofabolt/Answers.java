package io.dragoman.peer.sofabolt;

import com.alipay.remoting.BizContext;
import com.alipay.remoting.rpc.protocol.SyncUserProcessor;
import java.util.concurrent.atomic.AtomicLong;

/** The server's side: what an Ask gets. */
final class Answers extends SyncUserProcessor<Ask> {
    final AtomicLong calls = new AtomicLong();
    final AtomicLong notices = new AtomicLong();

    @Override public Object handleRequest(BizContext context, Ask ask) throws Exception {
        calls.incrementAndGet();
        switch (ask.what()) {
            case "echo":
                return ask.value();
            case "slow":
                Thread.sleep(((Number) ask.value()).longValue());
                return "slept " + ask.value();
            case "notice":
                notices.incrementAndGet();
                return null;
            case "noticed":
                return notices.get();
            default:
                throw new IllegalStateException("no answer to " + ask.what());
        }
    }

    @Override public String interest() { return Ask.class.getName(); }
}
