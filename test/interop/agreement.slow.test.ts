// Agreement with OpenSSL at length: what a few hundred random chains, revocation lists, policies and OCSP responses
// show in every run of the tests, some thousand of each.

const runs = { CHAIN_RUNS: '3000', LISTS_RUNS: '1000', POLICY_RUNS: '2000', OCSP_RUNS: '2000' }
for (const [name, count] of Object.entries(runs)) process.env[name] ??= count

// Only now, since they count when they are loaded.
await import('./random_chains.test.ts')
await import('./crl_check.test.ts')
await import('./policies.test.ts')
await import('./ocsp_agreement.test.ts')
