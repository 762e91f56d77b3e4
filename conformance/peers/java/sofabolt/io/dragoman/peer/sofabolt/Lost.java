package io.dragoman.peer.sofabolt;

import java.io.Serializable;

/** A request that no server has a processor for. */
public final class Lost implements Serializable { }
