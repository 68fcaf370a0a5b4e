/** A stream of random numbers local to one request: equal seeds give equal streams. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal, by Box and Muller (1958). */
  normal(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
}

/** A seeded stream: sfc32, seeded by splitmix32 so that neighbouring seeds give unrelated streams. */
export function seededRandom(seed: number): Random {
  let s = seed | 0;
  const mix = (): number => {
    s = (s + 0x9e3779b9) | 0;
    let z = s ^ (s >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let [a, b, c, counter] = [mix(), mix(), mix(), mix()];
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  const uniform = (): number => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (below) => Math.floor(uniform() * below),
  };
}
