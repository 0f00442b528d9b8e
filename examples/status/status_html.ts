// The page as HTML, for browsers. It loads itself anew, so that it shows how processes come and go.

import type { Status } from './status.ts'
import type { Branch } from './supervision_tree.ts'

const style = `
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 3rem auto; padding: 0 1rem }
  h1 { font-weight: 600 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
  th { text-align: left; padding-right: 2rem; font-weight: 400; opacity: .7 }
  td, li { font-family: ui-monospace, monospace; font-size: .9rem }
  ul { list-style: none; padding-left: 1.3rem; border-left: 1px solid #8886; margin: 0 }
  small { opacity: .6 } mark { background: #fc06; color: inherit; padding: 0 .3em; border-radius: .3em }`

export function as_html({ connection, trees, answering }: Status): string {
  const facts = connection.map(([name, value]) => `<tr><th>${escape(name)}<td>${escape(value)}`)
  const branch = ({ name, pid, message_queue_len, children, more }: Branch): string => {
    const shown =
      pid === answering ? `<mark>${escape(name)}</mark> <small>answers you,` : `${escape(name)} <small>`
    const below = children.map(branch).join('') + (more > 0 ? `<li><small>and ${more} more</small>` : '')
    const label = `${shown} ${escape(String(pid))}, ${message_queue_len} waiting</small>`
    return `<li>${label}${below === '' ? '' : `<ul>${below}</ul>`}`
  }
  const sections = trees.map(
    ([application, tree]) => `<h2>${escape(application)}</h2><ul>${branch(tree)}</ul>`,
  )
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2"><title>Kista</title><style>${style}</style>
<h1>Kista</h1>
<p>This page came over a TLS connection that is a process, as is whoever answers on it. All are supervised:
<a href="/crash">crash</a> yours, and see that the others go on.
<table>${facts.join('')}</table>
${sections.join('\n')}
`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (text: string): string => text.replace(/[&<>"']/g, character => escapes[character]!)
