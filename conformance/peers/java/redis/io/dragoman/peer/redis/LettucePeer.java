package io.dragoman.peer.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Lettuce as a caller: all threads share one connection, whose calls stand in line. */
public final class LettucePeer extends RedisPeer {
    private final RedisClient client = RedisClient.create();
    private final Map<String, StatefulRedisConnection<String, String>> connections = new ConcurrentHashMap<>();

    private LettucePeer() {
        // Without the reconnects that it makes by default: they would hide a failure.
        client.setOptions(ClientOptions.builder().autoReconnect(false)
                .protocolVersion(RESP3 ? ProtocolVersion.RESP3 : ProtocolVersion.RESP2).build());
    }

    public static void main(String[] args) throws Exception { new LettucePeer().run(); }

    private StatefulRedisConnection<String, String> connect(String addr) {
        RedisURI uri = RedisURI.create("redis://" + addr);
        uri.setTimeout(Duration.ofSeconds(20));
        return client.connect(uri);
    }

    private StatefulRedisConnection<String, String> connection(String addr) {
        return connections.computeIfAbsent(addr, this::connect);
    }

    @Override String get(String addr, String key) { return connection(addr).sync().get(key); }

    @Override List<String> mget(String addr, String... keys) {
        return connection(addr).sync().mget(keys).stream().map(v -> v.getValueOrElse(null)).toList();
    }

    @Override List<String> pipeline(String addr, List<String> keys) throws Exception {
        // A connection of its own: what does not flush must not keep other threads' calls waiting.
        try (StatefulRedisConnection<String, String> c = connect(addr)) {
            c.setAutoFlushCommands(false);
            List<RedisFuture<String>> answers = new ArrayList<>();
            keys.forEach(k -> answers.add(c.async().get(k)));
            c.flushCommands();
            List<String> values = new ArrayList<>();
            for (RedisFuture<String> a : answers) {
                values.add(a.get(20, TimeUnit.SECONDS));
            }
            return values;
        }
    }
}
