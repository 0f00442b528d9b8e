// The matrix of `npm run interop`: each version with each suite, as client and as server of each peer. It is printed;
// the words of CELLS choose some of it: CELLS='tlsv1.2 dhe_rsa server java' npm run interop

import { afterAll } from '@jest/globals'
import { cells_with } from './matrix/choice.ts'
import { describe_matrix } from './matrix/describe_matrix.ts'
import { print_matrix } from './matrix/print.ts'

const start = performance.now()
const outcomes = describe_matrix('The matrix', cells_with(process.env.CELLS ?? ''))

afterAll(() => {
  process.stdout.write(print_matrix(outcomes(), (performance.now() - start) / 1000))
})
