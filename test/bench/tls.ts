export async function bench_tls(): Promise<void> {}
