// Names of hosts: what is one, and how one in any script is written for the wire (RFC 5890 §2.3.2).

const ascii_name = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i
const no_host_character = /[^a-z0-9._\u0080-\u{10ffff}-]/iu

/** Whether it is a name of a host in ASCII, with or without the dot of the root. RFC 5890 §2.3.1 */
export function is_host_name(text: string): boolean {
  return text.length <= 254 && ascii_name.test(text)
}

/**
 * The name with each label that is not ASCII as an A-label: `xn--bcher-kva.example` for `bücher.example`. What has
 * no such form, and what is ASCII already, stays as it is.
 *
 * @see UTS 46, as WHATWG's URLs have it
 */
export function host_a_labels(name: string): string {
  // The parser of URLs would take these for a port, a path or the like.
  if (name.length > 1000 || is_host_name(name) || no_host_character.test(name)) return name
  if (!URL.canParse(`https://${name}`)) return name
  const { hostname } = new URL(`https://${name}`)
  return is_host_name(hostname) ? hostname : name
}
