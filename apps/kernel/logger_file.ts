// A log file: it is opened again when it has been moved away, and makes room for a new one when it is full.

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { Archives } from './logger_archive.ts'

/** How a log file is kept. OTP: the options of `logger_std_h` with type `file`. */
export interface FileConfig {
  readonly file: string
  /** `append`: goes on with what is there; `write`: empties it; `exclusive`: must not be there */
  readonly modes: readonly ('append' | 'write' | 'exclusive')[]
  /** Bytes, after which the file is full. */
  readonly max_no_bytes: number | 'infinity'
  /** How many full files are kept, as `file.0`, `file.1`, …, the youngest first; with 0 a full file is emptied. */
  readonly max_no_files: number
  /** Whether full files are compressed, as `file.0.gz`. */
  readonly compress_on_rotate: boolean
  /** Milliseconds for which the file is taken to be still the one of that name; with 0 that is looked at each time. */
  readonly file_check: number
}

/** An open log file. All functions throw what the file system does, but for `close`. */
export class LogFile {
  config: FileConfig
  readonly #archives: Archives
  #fd: number | undefined
  #size = 0
  #checked = Number.NEGATIVE_INFINITY

  constructor(config: FileConfig) {
    this.config = config
    this.#archives = new Archives(config.file)
    const { modes } = config
    this.#open(modes.includes('exclusive') ? 'ax' : modes.includes('write') ? 'w' : 'a')
  }

  /** Writes texts, and between two of them begins a new file if this one is full. */
  write(texts: readonly string[]): void {
    this.#be_open()
    const { max_no_bytes } = this.config
    if (max_no_bytes === 'infinity') this.#put(Buffer.from(texts.join('')))
    else this.#put_in_parts(texts, max_no_bytes)
  }

  /** Waits until what was written is on the disk. */
  sync(): void {
    if (this.#fd !== undefined) fsyncSync(this.#fd)
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) closeSync(fd)
  }

  // ---- Internals

  #put_in_parts(texts: readonly string[], max_no_bytes: number): void {
    let parts: Buffer[] = []
    let size = this.#size
    for (const text of texts) {
      const part = Buffer.from(text)
      parts.push(part)
      size += part.length
      if (size <= max_no_bytes) continue
      this.#put(Buffer.concat(parts))
      this.#rotate()
      parts = []
      size = 0
    }
    this.#put(Buffer.concat(parts))
  }

  #open(flags: 'a' | 'ax' | 'w'): void {
    const { file } = this.config
    const folder = file.replace(/[^/\\]*$/, '')
    if (folder !== '') mkdirSync(folder, { recursive: true })
    // Appending, so that what others write to it meanwhile is not written over.
    if (flags === 'w') closeSync(openSync(file, 'w'))
    this.#fd = openSync(file, flags === 'w' ? 'a' : flags)
    this.#size = fstatSync(this.#fd).size
    this.#checked = monotonic_time()
  }

  #be_open(): void {
    const now = monotonic_time()
    if (this.#fd !== undefined && now < this.#checked + this.config.file_check) return
    if (this.#fd === undefined || !this.#is_the_same(this.#fd)) {
      this.close()
      this.#open('a')
    }
    this.#checked = now
  }

  #is_the_same(fd: number): boolean {
    const there = statSync(this.config.file, { throwIfNoEntry: false })
    const open = fstatSync(fd)
    return there !== undefined && there.ino === open.ino && there.dev === open.dev
  }

  #put(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#fd!, bytes, from)
    this.#size += bytes.length
  }

  #rotate(): void {
    const { file, max_no_files, compress_on_rotate } = this.config
    if (max_no_files === 0) {
      ftruncateSync(this.#fd!)
      this.#size = 0
      return
    }
    this.close()
    this.#make_room(max_no_files)
    renameSync(file, `${file}.0`)
    if (compress_on_rotate) this.#archives.compress(max_no_files)
    this.#open('a')
  }

  /** Moves each full file on by one; the last one goes. */
  #make_room(count: number): void {
    const { file } = this.config
    for (const ending of ['', '.gz']) {
      rmSync(`${file}.${count - 1}${ending}`, { force: true })
      for (let index = count - 2; index >= 0; index--) {
        const from = `${file}.${index}${ending}`
        if (existsSync(from)) renameSync(from, `${file}.${index + 1}${ending}`)
      }
    }
    this.#archives.move_on(count)
  }
}
