package io.dragoman.peer.dubbo;

import io.dragoman.peer.Peer.Op;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.MethodConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.rpc.service.GenericService;

/** References by everything that tells them apart; those to one address share its connection. */
final class References {
    /**
     * 127.0.0.1 as one number. Dubbo takes the usual spelling for a mistake: a consumer then dials the machine's LAN
     * address instead and a provider binds every address. This one passes for an outer address.
     */
    static final String LOOPBACK = "2130706433";

    private final ApplicationConfig application;
    private final Map<String, ReferenceConfig<?>> known = new ConcurrentHashMap<>();

    References(ApplicationConfig application) { this.application = application; }

    <T> T to(Class<T> type, Op op) { return to(type, op, timeout(op)); }

    <T> T to(Class<T> type, Op op, int timeout) {
        return type.cast(reference(type, type.getName(), op, timeout, "").get());
    }

    /** Sends notice without waiting for an answer. */
    <T> T oneway(Class<T> type, Op op) {
        return type.cast(reference(type, type.getName(), op, timeout(op), "oneway").get());
    }

    /** Has a connection of its own, with a heartbeat after so many ms of quiet in place of 60 s. */
    <T> T quiet(Class<T> type, Op op, int heartbeat) {
        return type.cast(reference(type, type.getName(), op, timeout(op), "heartbeat=" + heartbeat).get());
    }

    GenericService generic(String service, Op op) {
        return (GenericService) reference(GenericService.class, service, op, timeout(op), "").get();
    }

    /** What is behind the proxy: it also calls methods that the interface does not have. */
    InvocationHandler handler(Class<?> type, Op op) {
        return Proxy.getInvocationHandler(reference(type, type.getName(), op, timeout(op), "jdk").get());
    }

    private ReferenceConfig<?> reference(Class<?> type, String service, Op op, int timeout, String kind) {
        String addr = op.text("addr", "");
        String version = op.text("version", "1.0.0");
        String group = op.text("group", "sample");
        String key = String.join("|", addr, service, type.getName(), version, group, "" + timeout, kind);
        return known.computeIfAbsent(key, k -> {
            ReferenceConfig<Object> r = new ReferenceConfig<>();
            r.setApplication(application);
            if (type == GenericService.class) {
                r.setInterface(service);
                r.setGeneric("true");
            } else {
                r.setInterface(type);
            }
            if (!version.isEmpty()) {
                r.setVersion(version);
            }
            if (!group.isEmpty()) {
                r.setGroup(group);
            }
            r.setUrl("dubbo://" + host(addr));
            r.setTimeout(timeout);
            // A retry would hide a failure from the driver.
            r.setRetries(0);
            r.setCheck(false);
            if (kind.equals("jdk")) {
                r.setProxy("jdk");
            }
            if (kind.startsWith("heartbeat=")) {
                r.setConnections(1);
                r.setParameters(new HashMap<>(Map.of("heartbeat", kind.substring("heartbeat=".length()))));
            }
            if (kind.equals("oneway")) {
                MethodConfig notice = new MethodConfig();
                notice.setName("notice");
                notice.setReturn(false);
                r.setMethods(Collections.singletonList(notice));
            }
            return r;
        });
    }

    private static int timeout(Op op) { return op.number("timeout", 5000); }

    private static String host(String addr) {
        return addr.replaceFirst("^(127\\.0\\.0\\.1|localhost):", LOOPBACK + ":");
    }
}
