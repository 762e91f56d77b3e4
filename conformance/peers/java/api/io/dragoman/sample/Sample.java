package io.dragoman.sample;

import java.util.List;
import java.util.Map;

/** The one service of all peers. What each method does is told in the README two folders up. */
public interface Sample {
    String echo(String s);
    int addInt(int a, int b);
    long addLong(long a, long b);
    Order order(Order o);

    String pick(int a);
    String pick(long a);
    String pick(String a);
    String pick(String a, int b);

    String join(String sep, String... parts);
    Order reserve(String sku, int wanted) throws OutOfStock;
    String slow(long millis);
    void notice(String s);
    long noticed();
    Map<String, String> context();
    List<Order> orders(int n);
    Map<String, Order> ordersByName(int n);
    Object any(Object o);
}
