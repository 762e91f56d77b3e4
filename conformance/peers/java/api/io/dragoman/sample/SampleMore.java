package io.dragoman.sample;

/** What a consumer newer than its provider has: a method that the provider does not know. */
public interface SampleMore {
    String nosuch(String s);
}
