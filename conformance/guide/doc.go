// Package guide runs docs/guide.md and README.md as they are printed: it writes the files, starts what a page starts, gives the commands to a shell
// and compares what comes out.
//
// The programs at the far ends are the machine's own where it has them (curl, redis-cli, php, python3) and small stand-ins in these
// tests where it has not; the Java service is always a stand-in on raw sockets, which shares nothing with codecs/dubbo. Foreign
// programs in earnest are the business of conformance/interop. Only ports are changed, so that the tests run beside anything.
package guide
