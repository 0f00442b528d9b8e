// The page as text, for curl.

import type { Status } from './status.ts'
import type { Branch } from './supervision_tree.ts'

export function as_text({ connection, trees }: Status): string {
  const facts = connection.map(([name, value]) => `  ${name.padEnd(14)}${value}`)
  const processes = trees.map(([application, tree]) => `\n${application}\n${tree_lines(tree).join('\n')}`)
  return [
    'This connection',
    ...facts,
    '\nSupervision trees: name, pid, messages waiting',
    ...processes,
    '\n/crash makes the process of your connection crash.\n',
  ].join('\n')
}

function tree_lines(tree: Branch): string[] {
  const { name, pid, message_queue_len, children, more } = tree
  const below = children.map(tree_lines)
  if (more > 0) below.push([`and ${more} more`])
  return [
    `${name} ${pid} ${message_queue_len}`,
    ...below.flatMap((lines, index) => indent(lines, index === below.length - 1)),
  ]
}

const indent = ([first, ...others]: readonly string[], last: boolean): string[] => [
  `${last ? '└─' : '├─'} ${first}`,
  ...others.map(line => `${last ? '  ' : '│ '} ${line}`),
]
