package io.dragoman.peer.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;

/** Jedis as a caller; each client is a pool of connections. */
public final class JedisPeer extends RedisPeer {
    private final Map<String, RedisClient> clients = new ConcurrentHashMap<>();

    public static void main(String[] args) throws Exception { new JedisPeer().run(); }

    private RedisClient client(String address) {
        return clients.computeIfAbsent(address, addr -> RedisClient.builder()
                .hostAndPort(HostAndPort.from(addr))
                .clientConfig(DefaultJedisClientConfig.builder()
                        .protocol(RESP3 ? RedisProtocol.RESP3 : RedisProtocol.RESP2)
                        .socketTimeoutMillis(20000).build())
                .build());
    }

    @Override String get(String addr, String key) { return client(addr).get(key); }

    @Override List<String> mget(String addr, String... keys) { return client(addr).mget(keys); }

    @Override List<String> pipeline(String addr, List<String> keys) {
        List<Response<String>> answers = new ArrayList<>();
        try (AbstractPipeline p = client(addr).pipelined()) {
            keys.forEach(k -> answers.add(p.get(k)));
            p.sync();
        }
        return answers.stream().map(Response::get).toList();
    }
}
