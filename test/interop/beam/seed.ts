// The seed of all random programs that are run here and on the BEAM: the same each time, so that a test that was green
// stays so. BEAM_SEED=n takes another one, and BEAM_SEED=random a new one each time, to look for what is not known yet.

const asked = process.env.BEAM_SEED ?? '2026'

export const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked)
