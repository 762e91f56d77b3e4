package io.dragoman.peer.sofa;

import com.alipay.sofa.rpc.context.RpcInvokeContext;
import io.dragoman.sample.PlainSample;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The provider's side of the service. */
final class SampleService extends PlainSample {
    @Override public Map<String, String> context() {
        calls.incrementAndGet();
        Map<String, String> seen = new TreeMap<>();
        RpcInvokeContext context = RpcInvokeContext.getContext();
        context.getAllRequestBaggage().forEach((k, v) -> {
            if (k.startsWith("x-")) {
                seen.put(k, v);
            }
        });
        String trace = seen.get("x-trace");
        if (trace != null) {
            context.putResponseBaggage("x-reply", "seen:" + trace);
        }
        return new LinkedHashMap<>(seen);
    }
}
