// Where the sockets of watched nodes are: in a directory that only the user can enter, so that nobody else can look at
// a node, or pretend to be one.

import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Done, Result } from '../../runtime/erlang/term.ts'

/** Bytes of a path that every system takes for a unix domain socket. */
const longest_path = 103

/**
 * The directory: what the environment variable `KISTA_OBSERVER_DIR` says, else `kista-<uid>` in the system's directory
 * for temporary files.
 */
export const directory = (): string =>
  process.env.KISTA_OBSERVER_DIR || `${tmpdir()}/kista-${process.getuid?.() ?? 'user'}`

/**
 * The socket of a node.
 *
 * @returns `['error', ['bad_name', name]]` unless it is 1 to 64 letters, digits, `_`, `-` and `.`, and does not begin
 *   with `.`; `['error', 'enametoolong']` when the directory's name is too long for a socket
 */
export function socket_path(name: string): Result<string> {
  if (!is_name(name)) return ['error', ['bad_name', name]]
  const path = `${directory()}/${name}${ending}`
  return Buffer.byteLength(path) > longest_path ? ['error', 'enametoolong'] : ['ok', path]
}

/**
 * Makes the directory unless it is there.
 *
 * @returns as {@link check_directory}, or `['error', code]` when it cannot be made, such as `'eacces'`
 */
export function make_directory(): Done {
  try {
    mkdirSync(directory(), { recursive: true, mode: 0o700 })
  } catch (error) {
    return ['error', code_of(error)]
  }
  return check_directory()
}

/**
 * Whether the directory is safe: the user's own, and closed to all others.
 *
 * @returns `['error', 'enoent']` when there is none, `['error', ['unsafe_directory', path]]`
 */
export function check_directory(): Done {
  try {
    const { mode, uid } = lstatSync(directory())
    const is_own = process.getuid === undefined || uid === process.getuid()
    const is_closed = (mode & 0o170077) === 0o040000
    return is_own && is_closed ? 'ok' : ['error', ['unsafe_directory', directory()]]
  } catch (error) {
    return ['error', code_of(error)]
  }
}

/** The names of the sockets there are, in alphabetical order; of some of them the node may be gone. */
export function socket_names(): string[] {
  if (check_directory() !== 'ok') return []
  return readdirSync(directory())
    .filter(file => file.endsWith(ending))
    .map(file => file.slice(0, -ending.length))
    .filter(is_name)
    .sort()
}

/** Removes the socket of a node that is gone. */
export const remove_socket = (path: string): void => rmSync(path, { force: true })

const ending = '.sock'

const is_name = (name: unknown): boolean => typeof name === 'string' && /^[\w-][\w.-]{0,63}$/.test(name)

const code_of = (error: unknown): string =>
  String((error as NodeJS.ErrnoException).code ?? 'unknown').toLowerCase()
