// A port for a server that goes and comes again.

/** No system gives such a port to somebody who asks for any: it is still free when the server comes again. */
export const steady_port = (): number => 20_000 + Math.floor(10_000 * Math.random())
