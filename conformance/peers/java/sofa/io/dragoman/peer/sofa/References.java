package io.dragoman.peer.sofa;

import com.alipay.sofa.rpc.api.GenericService;
import com.alipay.sofa.rpc.config.ConsumerConfig;
import com.alipay.sofa.rpc.config.MethodConfig;
import com.alipay.sofa.rpc.core.invoke.SofaResponseCallback;
import io.dragoman.peer.Peer.Op;
import io.dragoman.sample.Sample;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** References by everything that tells them apart; those to one address share its connection. */
final class References {
    private final Map<String, Object> known = new ConcurrentHashMap<>();

    Sample sample(Op op) { return to(Sample.class, op); }

    /** The sample service as type has it. */
    <T> T to(Class<T> type, Op op) { return type.cast(reference(type, Sample.class.getName(), op, timeout(op), "")); }

    <T> T to(Class<T> type, String service, Op op) { return type.cast(reference(type, service, op, timeout(op), "")); }

    Sample impatient(Op op, int timeout) { return (Sample) reference(Sample.class, Sample.class.getName(), op, timeout, ""); }

    Sample encoded(Op op, String serialization) {
        return (Sample) reference(Sample.class, Sample.class.getName(), op, timeout(op), "serialization=" + serialization);
    }

    /** Sends notice without waiting for an answer. */
    Sample oneway(Op op) { return (Sample) reference(Sample.class, Sample.class.getName(), op, timeout(op), "oneway"); }

    /** Has each call answered by SofaResponseFuture. */
    Sample future(Op op) { return (Sample) reference(Sample.class, Sample.class.getName(), op, timeout(op), "future"); }

    /** Has the answers handed to a callback. Not kept, as each case has a callback of its own. */
    Sample callback(Op op, SofaResponseCallback<Object> to) {
        ConsumerConfig<Object> c = config(Sample.class, Sample.class.getName(), op, timeout(op));
        return (Sample) c.setInvokeType("callback").setOnReturn(to).refer();
    }

    GenericService generic(Op op) {
        return (GenericService) reference(GenericService.class, Sample.class.getName(), op, timeout(op), "generic");
    }

    private Object reference(Class<?> type, String service, Op op, int timeout, String kind) {
        String key = String.join("|", op.text("addr", ""), service, type.getName(), op.text("version", ""), op.text("group", ""), "" + timeout, kind);
        return known.computeIfAbsent(key, k -> {
            ConsumerConfig<Object> c = config(type, service, op, timeout);
            if (kind.startsWith("serialization=")) {
                c.setSerialization(kind.substring("serialization=".length()));
            }
            switch (kind) {
                case "generic" -> c.setGeneric(true);
                case "future" -> c.setInvokeType("future");
                case "oneway" -> c.setMethods(Collections.singletonList(new MethodConfig().setName("notice").setInvokeType("oneway")));
                default -> { }
            }
            return c.refer();
        });
    }

    private static ConsumerConfig<Object> config(Class<?> type, String service, Op op, int timeout) {
        ConsumerConfig<Object> c = new ConsumerConfig<>();
        c.setInterfaceId(service);
        c.setProxyClass(type);
        c.setVersion(op.text("version", "1.0.0"));
        c.setUniqueId(op.text("group", "sample"));
        c.setProtocol("bolt");
        c.setDirectUrl("bolt://" + op.text("addr", ""));
        c.setTimeout(timeout);
        c.setRegister(false);
        c.setSubscribe(false);
        c.setRepeatedReferLimit(-1);
        return c;
    }

    private static int timeout(Op op) { return op.number("timeout", 5000); }
}
