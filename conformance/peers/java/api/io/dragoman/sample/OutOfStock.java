package io.dragoman.sample;

/** A checked exception with fields and a cause. */
public class OutOfStock extends Exception {
    private String sku;
    private int left;

    public OutOfStock(String sku, int left, Throwable cause) {
        super("out of stock: " + sku, cause);
        this.sku = sku;
        this.left = left;
    }

    public String getSku() { return sku; }
    public int getLeft() { return left; }
}
