// How many seeds a test tries: few each time, many where there is time.

/** @param few - as many as an ordinary run of the tests can afford; the slow one tries twenty times that */
export const seeds = (few: number): number => (process.env.SLOW ? few * 20 : few)

/** Milliseconds for one test, for `jest.setTimeout`. */
export const time_limit = process.env.SLOW ? 1_200_000 : 60_000
