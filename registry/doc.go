// Package registry is where endpoints come from: the full list of a service's endpoints at one moment, and again after each change.
//
// It is to know the words that all registries share, and each of its folders one client library; it refuses to know routes, calls
// and protocols. There are none yet: endpoints stand in the configuration, under clusters.
package registry
