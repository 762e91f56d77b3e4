package io.dragoman.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The provider's side of the service, but for context, which each library shows in its own way. */
public abstract class PlainSample implements Sample {
    public final AtomicLong calls = new AtomicLong();
    public final AtomicLong notices = new AtomicLong();

    @Override public String echo(String s) {
        calls.incrementAndGet();
        return s;
    }

    @Override public int addInt(int a, int b) {
        calls.incrementAndGet();
        return a + b;
    }

    @Override public long addLong(long a, long b) {
        calls.incrementAndGet();
        return a + b;
    }

    @Override public Order order(Order o) {
        calls.incrementAndGet();
        if (o != null && "fixture".equals(o.getName())) {
            String difference = Fixture.difference(Fixture.order(), o);
            if (difference != null) {
                throw new IllegalStateException(difference);
            }
        }
        return o;
    }

    @Override public String pick(int a) {
        calls.incrementAndGet();
        return "int:" + a;
    }

    @Override public String pick(long a) {
        calls.incrementAndGet();
        return "long:" + a;
    }

    @Override public String pick(String a) {
        calls.incrementAndGet();
        return "string:" + a;
    }

    @Override public String pick(String a, int b) {
        calls.incrementAndGet();
        return "string+int:" + a + "," + b;
    }

    @Override public String join(String sep, String... parts) {
        calls.incrementAndGet();
        return String.join(sep, parts);
    }

    @Override public Order reserve(String sku, int wanted) throws OutOfStock {
        calls.incrementAndGet();
        throw new OutOfStock(sku, 3, new IllegalStateException("warehouse empty"));
    }

    @Override public String slow(long millis) {
        calls.incrementAndGet();
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "slept " + millis;
    }

    @Override public void notice(String s) {
        calls.incrementAndGet();
        notices.incrementAndGet();
    }

    @Override public long noticed() {
        calls.incrementAndGet();
        return notices.get();
    }

    @Override public List<Order> orders(int n) {
        calls.incrementAndGet();
        List<Order> l = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            l.add(Fixture.numbered(i));
        }
        return l;
    }

    @Override public Map<String, Order> ordersByName(int n) {
        calls.incrementAndGet();
        Map<String, Order> m = new LinkedHashMap<>();
        for (int i = 0; i < n; i++) {
            m.put("order-" + i, Fixture.numbered(i));
        }
        return m;
    }

    @Override public Object any(Object o) {
        calls.incrementAndGet();
        return o;
    }
}
