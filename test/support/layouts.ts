// Reports as they are laid out for people, as lines that can be compared.

import type { Layout } from '../../apps/kernel/logger_report_parts.ts'

/** A layout as lines: the headline, and the facts that have a text. */
export const layout_lines = ({ headline, facts }: Layout): string[] => [
  headline,
  ...facts.filter(([, text]) => text !== undefined).map(([name, text]) => `${name}: ${text}`),
]
