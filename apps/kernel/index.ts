// The package's entry point `kista/kernel`.

export * as gen_tcp from './gen_tcp.ts'
export * as inet from './inet.ts'
