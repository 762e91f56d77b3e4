package io.dragoman.sample;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One of everything a Java service puts into an object. There is no float field: hessian-lite 4.0.0 to 4.0.4
 * reads it wrong and overwrites its neighbour, so two Dubbo programs cannot pass it to each other either.
 */
public class Order extends Base {
    private String name;
    private int count;
    private long total;
    private double ratio;
    private boolean paid;
    private Color color;
    private BigDecimal price;
    private BigInteger big;
    private Date at;
    private LocalDate day;
    private LocalDateTime moment;
    private Instant instant;
    private byte[] blob;
    private UUID uuid;
    private List<Item> items;
    private Map<String, Item> bySku;
    private Map<Integer, String> names;
    private Item first;
    private Item again;
    private String note;
    private int[] numbers;
    private Long boxed;
    private char letter;

    public String getName() { return name; }
    public void setName(String name) { this.name = name; }
    public int getCount() { return count; }
    public void setCount(int count) { this.count = count; }
    public long getTotal() { return total; }
    public void setTotal(long total) { this.total = total; }
    public double getRatio() { return ratio; }
    public void setRatio(double ratio) { this.ratio = ratio; }
    public boolean isPaid() { return paid; }
    public void setPaid(boolean paid) { this.paid = paid; }
    public Color getColor() { return color; }
    public void setColor(Color color) { this.color = color; }
    public BigDecimal getPrice() { return price; }
    public void setPrice(BigDecimal price) { this.price = price; }
    public BigInteger getBig() { return big; }
    public void setBig(BigInteger big) { this.big = big; }
    public Date getAt() { return at; }
    public void setAt(Date at) { this.at = at; }
    public LocalDate getDay() { return day; }
    public void setDay(LocalDate day) { this.day = day; }
    public LocalDateTime getMoment() { return moment; }
    public void setMoment(LocalDateTime moment) { this.moment = moment; }
    public Instant getInstant() { return instant; }
    public void setInstant(Instant instant) { this.instant = instant; }
    public byte[] getBlob() { return blob; }
    public void setBlob(byte[] blob) { this.blob = blob; }
    public UUID getUuid() { return uuid; }
    public void setUuid(UUID uuid) { this.uuid = uuid; }
    public List<Item> getItems() { return items; }
    public void setItems(List<Item> items) { this.items = items; }
    public Map<String, Item> getBySku() { return bySku; }
    public void setBySku(Map<String, Item> bySku) { this.bySku = bySku; }
    public Map<Integer, String> getNames() { return names; }
    public void setNames(Map<Integer, String> names) { this.names = names; }
    public Item getFirst() { return first; }
    public void setFirst(Item first) { this.first = first; }
    public Item getAgain() { return again; }
    public void setAgain(Item again) { this.again = again; }
    public String getNote() { return note; }
    public void setNote(String note) { this.note = note; }
    public int[] getNumbers() { return numbers; }
    public void setNumbers(int[] numbers) { this.numbers = numbers; }
    public Long getBoxed() { return boxed; }
    public void setBoxed(Long boxed) { this.boxed = boxed; }
    public char getLetter() { return letter; }
    public void setLetter(char letter) { this.letter = letter; }
}
