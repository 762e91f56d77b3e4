// Package callpath measures the whole call path, from the bytes of a request to the bytes of its reply, without a socket: what the
// system calls cost is left out, and what is allocated can be counted. It has tests only.
package callpath
