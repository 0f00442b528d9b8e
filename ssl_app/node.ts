// The package's entry point `kista/node`: TLS for what is written for Node. It speaks as Node does, in camelCase.

export { Agent } from './node_agent.ts'
export type { Pem } from './node_certificates.ts'
export { connect, createSecureContext, type NodeConnectOptions, SecureContext } from './node_connect.ts'
export { messages, to_duplex } from './node_duplex.ts'
export type { TlsError } from './node_error.ts'
export type { NodeVersion, SecureContextOptions } from './node_options.ts'
export { createServer, type ListenAt, type NodeServerOptions, Server } from './node_server.ts'
export { type StreamOptions, TlsStream } from './node_stream.ts'
