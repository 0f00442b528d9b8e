// TLS with twenty times as many seeds; in a file of its own, since it keeps the kernel from one test to the next.

import './tls.test.ts'
