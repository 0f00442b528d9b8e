export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: process.env.SLOW ? [] : ['\\.slow\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  collectCoverageFrom: [
    'runtime/**/*.ts',
    'apps/**/*.ts',
    'ssl_app/**/*.ts',
    'simulation/**/*.ts',
    '!**/index.ts',
  ],
  coverageThreshold: { global: { lines: 90 } },
  coverageReporters: ['text-summary', 'lcovonly'],
  testTimeout: 20_000,
  // All cores, also where there are only two; a worker whose modules have piled up is replaced.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
}
