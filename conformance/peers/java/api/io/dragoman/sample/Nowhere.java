package io.dragoman.sample;

/** A service that nobody provides. */
public interface Nowhere {
    String echo(String s);
}
