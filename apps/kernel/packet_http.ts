// The lines of HTTP/1 as terms: what the packet types `http`, `http_bin`, `httph` and `httph_bin` deliver. Pure.

import { is_blank } from './packet_framing.ts'

/** Text of the peer: a string of code units 0 to 255, or with the types that end in `_bin` a `Buffer`. */
export type HttpString = string | Buffer

/** OTP: `{Major, Minor}` */
export type HttpVersion = readonly [major: number, minor: number]

/** What a request is for. OTP: `HttpUri` */
export type HttpUri =
  | '*'
  | readonly ['abs_path', path: HttpString]
  | readonly [
      'absoluteURI',
      scheme: 'http' | 'https',
      host: HttpString,
      port: number | undefined,
      path: HttpString,
    ]
  | readonly ['scheme', scheme: HttpString, rest: HttpString]
  | HttpString

/**
 * One line, or one header field. Methods and the names of fields that OTP knows are strings always, as they are atoms
 * there; others are {@link HttpString}. The number of a field is its place in OTP's table of known ones, or 0.
 * What cannot be read comes as `http_error`.
 *
 * @see OTP: `HttpPacket` of `erlang:decode_packet/3`
 */
export type HttpPacket =
  | readonly ['http_request', method: HttpString, uri: HttpUri, version: HttpVersion]
  | readonly ['http_response', version: HttpVersion, status: number, reason: HttpString]
  | readonly ['http_header', number: number, field: HttpString, unmodified: HttpString, value: HttpString]
  | 'http_eoh'
  | readonly ['http_error', line: HttpString]

/**
 * The first line of a request or a response.
 *
 * @param bytes - the line with its end
 * @param is_binary - whether texts are Buffers
 */
export function http_start_line(bytes: Uint8Array, is_binary: boolean): HttpPacket {
  const text = latin1(bytes)
  const form = is_binary ? buffer : same
  const line = without_end(text)
  const packet = line.startsWith('HTTP/') ? response(line, form) : request(line, form)
  return packet ?? ['http_error', form(text)]
}

/**
 * One header field with its continuation lines, or the empty line that ends them.
 *
 * @param bytes - all of it, with the end of the last line
 * @param is_binary - whether texts are Buffers
 */
export function http_header_line(bytes: Uint8Array, is_binary: boolean): HttpPacket {
  const text = latin1(bytes)
  const form = is_binary ? buffer : same
  const line = without_end(text)
  return line === '' ? 'http_eoh' : (header(line, form) ?? ['http_error', form(text)])
}

type Form = (text: string) => HttpString
const same: Form = text => text
const buffer: Form = text => Buffer.from(text, 'latin1')

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Either end of a line is taken off, or of a line that ends otherwise, nothing. */
const without_end = (text: string): string => {
  if (text.endsWith('\r\n')) return text.slice(0, -2)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

/** RFC 9112 §4. OTP takes a line without a status for one of status 0. */
const status_line = /^HTTP\/(\d+)\.(\d+)[ \t]+(?![ \t])(\d*)(?:[ \t]+|$)/

function response(line: string, form: Form): HttpPacket | undefined {
  const found = status_line.exec(line)
  if (found === null) return undefined
  const version = [int32(found[1]!), int32(found[2]!)] as const
  return ['http_response', version, int32(found[3]!), form(line.slice(found[0].length))]
}

/** Characters that a method and a field name may have. RFC 2616 §2.2, `token` */
const token = "[!#$%&'*+\\-.0-9A-Z^_`a-z|~\\x7f]+"

/** RFC 9112 §3. Without a version it is HTTP/0.9. */
const request_line = new RegExp(`^(${token})[ \\t]+([^ \\t]+)(?:[ \\t]+HTTP/(\\d+)\\.(\\d+)|[ \\t]*$)`)

function request(line: string, form: Form): HttpPacket | undefined {
  const found = request_line.exec(line)
  if (found === null) return undefined
  const [, method = '', uri = '', major, minor] = found
  const version = major === undefined ? ([0, 9] as const) : ([int32(major), int32(minor!)] as const)
  return ['http_request', known_methods.has(method) ? method : form(method), uri_of(uri, form), version]
}

const known_methods = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'])

function uri_of(uri: string, form: Form): HttpUri {
  if (uri === '*') return '*'
  if (uri.length === 1 || uri.startsWith('/')) return ['abs_path', form(uri)]
  const absolute = /^(https?):\/\/(.*)/is.exec(uri)
  if (absolute !== null) return absolute_uri(absolute[1]!, absolute[2]!, form)
  const colon = uri.indexOf(':')
  return colon < 0 ? form(uri) : ['scheme', form(uri.slice(0, colon)), form(uri.slice(colon + 1))]
}

function absolute_uri(scheme: string, rest: string, form: Form): HttpUri {
  const slash = rest.indexOf('/')
  const authority = slash < 0 ? rest : rest.slice(0, slash)
  const path = form(slash < 0 ? '/' : rest.slice(slash))
  const colon = authority.indexOf(':')
  const digits = colon < 0 ? '' : authority.slice(colon + 1)
  const port = /^\d+$/.test(digits) ? int32(digits) : undefined
  const host = form(colon < 0 ? authority : authority.slice(0, colon))
  return ['absoluteURI', scheme.toLowerCase() as 'http' | 'https', host, port, path]
}

/** RFC 9112 §5: no blank stands before the colon. */
const field_line = new RegExp(`^((?:${token})?):`)

/** Longer names are not looked up, and keep their case. */
const longest_name = 50

function header(line: string, form: Form): HttpPacket | undefined {
  const found = field_line.exec(line)
  if (found === null) return undefined
  const unmodified = found[1]!
  let start = found[0].length
  while (is_blank(line.charCodeAt(start))) start++
  const value = form(line.slice(start))
  const name = unmodified.length > longest_name ? unmodified : capitalized(unmodified)
  const number = known_fields.get(name) ?? 0
  return ['http_header', number, number > 0 ? name : form(name), form(unmodified), value]
}

/** `content-LENGTH` is `Content-Length`; of two hyphens in a row the second counts as a letter. */
const capitalized = (name: string): string =>
  name.toLowerCase().replace(/(^|-)(.)/gs, (_, before, letter) => before + letter.toUpperCase())

/** Digits as a C `int` holds them: what is too large wraps around. */
function int32(digits: string): number {
  let value = 0
  for (const digit of digits) value = (value * 10 + Number(digit)) | 0
  return value
}

/** The fields that are atoms in OTP, in its order, which is their number. */
const known_fields: ReadonlyMap<string, number> = new Map(
  `Cache-Control Connection Date Pragma Transfer-Encoding Upgrade Via Accept Accept-Charset Accept-Encoding
  Accept-Language Authorization From Host If-Modified-Since If-Match If-None-Match If-Range If-Unmodified-Since
  Max-Forwards Proxy-Authorization Range Referer User-Agent Age Location Proxy-Authenticate Public Retry-After
  Server Vary Warning Www-Authenticate Allow Content-Base Content-Encoding Content-Language Content-Length
  Content-Location Content-Md5 Content-Range Content-Type Etag Expires Last-Modified Accept-Ranges Set-Cookie
  Set-Cookie2 X-Forwarded-For Cookie Keep-Alive Proxy-Connection`
    .split(/\s+/)
    .map((name, index) => [name, index + 1]),
)
