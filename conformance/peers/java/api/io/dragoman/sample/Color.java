package io.dragoman.sample;

public enum Color { RED, GREEN, BLUE }
