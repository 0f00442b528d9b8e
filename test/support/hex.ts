// Bytes as tests write and print them.

/** The bytes of hexadecimal digits; white space between them is for people. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replace(/\s+/g, ''), 'hex'))
}

/** The hexadecimal digits of `bytes`. */
export function to_hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
