package io.dragoman.sample;

import java.io.Serializable;

/** The inherited half of {@link Order}. */
public abstract class Base implements Serializable {
    private long id;
    private String createdBy;

    public long getId() { return id; }
    public void setId(long id) { this.id = id; }
    public String getCreatedBy() { return createdBy; }
    public void setCreatedBy(String createdBy) { this.createdBy = createdBy; }
}
