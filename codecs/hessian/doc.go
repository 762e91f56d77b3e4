// Package hessian is the body syntax of Java's Hessian family: a scanner that finds its way through a stream and builds
// nothing, a reader that gives a stream's values as tokens, and a writer that takes them. It has three dialects: the final Hessian
// 2.0 of Caucho Hessian 4 and of hessian-lite, which Dubbo's bodies are written in; the draft of 2.0, which SOFARPC's are; and
// Hessian 1.0, which HSF's may be. What a dialect says about opcodes stands in one table for each.
//
// It knows how Java's own classes stand in a stream (BigDecimal, UUID, java.time, exceptions) and makes scalars and faults of
// them, and what stands around the values: the objects of SOFARPC, and one stream for each argument. It refuses to know frames,
// protocols and contracts beyond the type it is given, and it never makes anything of a class that a stream names but a name and a
// list of fields.
//
// A stream is a sequence of values without a length or an end mark. It has three tables, of containers, of class definitions and
// of type names, which begin empty and grow as it is read; later values name entries by number. So nothing can be understood
// from the middle of a stream, and a part of one is not a stream.
package hessian
