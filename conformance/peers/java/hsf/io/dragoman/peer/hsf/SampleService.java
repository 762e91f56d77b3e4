package io.dragoman.peer.hsf;

import io.dragoman.sample.PlainSample;
import java.util.Map;
import java.util.TreeMap;

/** The provider's side of the service. A reply has no place for metadata. */
final class SampleService extends PlainSample {
    private final ThreadLocal<Map<String, String>> received = ThreadLocal.withInitial(TreeMap::new);

    /** Keeps the properties of the request that this thread carries out. */
    void receives(Object properties) {
        Map<String, String> seen = new TreeMap<>();
        if (properties instanceof Map<?, ?> m) {
            m.forEach((k, v) -> {
                if (k instanceof String key && key.startsWith("x-") && v instanceof String value) {
                    seen.put(key, value);
                }
            });
        }
        received.set(seen);
    }

    @Override public Map<String, String> context() {
        calls.incrementAndGet();
        return new TreeMap<>(received.get());
    }
}
