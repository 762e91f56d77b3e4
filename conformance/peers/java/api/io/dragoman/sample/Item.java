package io.dragoman.sample;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

public class Item implements Serializable {
    private String sku;
    private Integer quantity;
    private List<String> tags;

    public Item() { }

    public Item(String sku, Integer quantity, List<String> tags) {
        this.sku = sku;
        this.quantity = quantity;
        this.tags = tags;
    }

    public String getSku() { return sku; }
    public void setSku(String sku) { this.sku = sku; }
    public Integer getQuantity() { return quantity; }
    public void setQuantity(Integer quantity) { this.quantity = quantity; }
    public List<String> getTags() { return tags; }
    public void setTags(List<String> tags) { this.tags = tags; }

    @Override public boolean equals(Object o) {
        return o instanceof Item other && Objects.equals(sku, other.sku)
                && Objects.equals(quantity, other.quantity) && Objects.equals(tags, other.tags);
    }

    @Override public int hashCode() { return Objects.hash(sku, quantity, tags); }

    @Override public String toString() { return "Item(" + sku + ", " + quantity + ", " + tags + ")"; }
}
