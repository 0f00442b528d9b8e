// Writes docs/handshake.md: `npm run docs:handshake`.

import { writeFileSync } from 'node:fs'
import { handshake_page } from './handshake_page.ts'

writeFileSync('docs/handshake.md', handshake_page())
