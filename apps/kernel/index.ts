// The package's entry point `kista/kernel`.

export * as application from './application.ts'
export * as init from './application_init.ts'
export * as gen_tcp from './gen_tcp.ts'
export * as global from './global.ts'
export * as inet from './inet.ts'
export { decode_packet } from './inet_packet.ts'
export * as logger from './logger.ts'
export * as logger_filters from './logger_filters.ts'
export * as logger_formatter from './logger_formatter.ts'
export { logger_std_h } from './logger_std_h.ts'
export * as pg from './pg.ts'
