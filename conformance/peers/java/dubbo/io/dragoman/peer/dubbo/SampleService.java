package io.dragoman.peer.dubbo;

import io.dragoman.sample.PlainSample;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.dubbo.rpc.RpcContext;

/** The provider's side of the service. */
final class SampleService extends PlainSample {
    @Override public Map<String, String> context() {
        calls.incrementAndGet();
        Map<String, String> seen = new TreeMap<>();
        RpcContext.getContext().getAttachments().forEach((k, v) -> {
            if (k.startsWith("x-")) {
                seen.put(k, v);
            }
        });
        String trace = seen.get("x-trace");
        if (trace != null) {
            RpcContext.getServerContext().setAttachment("x-reply", "seen:" + trace);
        }
        return new LinkedHashMap<>(seen);
    }
}
