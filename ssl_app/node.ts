// The package's entry point `kista/node`: TLS for what is written for Node. It speaks as Node does, in camelCase.

export { messages, to_duplex } from './node_duplex.ts'
export type { TlsError } from './node_error.ts'
export { type StreamOptions, TlsStream } from './node_stream.ts'
