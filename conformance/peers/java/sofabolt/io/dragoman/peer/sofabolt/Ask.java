package io.dragoman.peer.sofabolt;

import java.io.Serializable;

/** A request that is no SofaRequest: a gateway knows neither service nor method of it. */
public final class Ask implements Serializable {
    private final String what;
    private final Object value;

    public Ask(String what, Object value) {
        this.what = what;
        this.value = value;
    }

    public String what() { return what; }

    public Object value() { return value; }
}
