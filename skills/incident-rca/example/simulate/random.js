// Chance from a seed. Every part of the simulation draws from a stream of its own, so that one part can change without
// changing the luck of the others.

export const makeRandom = (seed, name) => {
  let state = seed >>> 0;
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 0x9e3779b1) >>> 0;

  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };

  // Whole microseconds, so that the last bit of a logarithm never decides anything.
  const exponential = (mean) => Math.round(-Math.log(1 - next()) * mean * 1000) / 1000;

  return {
    chance: (probability) => next() < probability,
    below: (bound) => Math.floor(next() * bound),
    between: (low, high) => low + next() * (high - low),
    pick: (list) => list[Math.floor(next() * list.length)],
    /** Up to 13 digits. */
    hex: (digits) => (Math.floor(next() * 2 ** 32) * 2 ** 20 + Math.floor(next() * 2 ** 20)).toString(16).padStart(13, '0').slice(-digits),
    exponential,
    /** A duration with a floor and a long tail. */
    durationMs: (floor, tail) => floor + exponential(tail),
  };
};
