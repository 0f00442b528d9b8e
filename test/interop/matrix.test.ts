// The matrix in small: each version with each key exchange, and each cipher with each MAC, as client and as server,
// with the peers in turn. All of it is matrix.slow.test.ts.

import { cells_to_fill, thin } from './matrix/choice.ts'
import { describe_matrix } from './matrix/describe_matrix.ts'

describe_matrix('The matrix in small', thin(cells_to_fill()))
