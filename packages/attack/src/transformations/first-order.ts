import type { Vocabulary } from '../context.ts';
import { isStopWord } from '../stop-words.ts';
import { type Casing, casingOf } from '../words.ts';

/** A single-piece word that may be swapped. */
export interface Site {
  /** Which white-space word of the text. */
  readonly index: number;
  /** Its piece's id, and where in the whole text it begins, in code points. */
  readonly id: number;
  readonly start: number;
  /** Where in the word the piece stands, in code points. */
  readonly offset: number;
  readonly length: number;
  readonly surface: string;
  /** Of the piece in the vocabulary. */
  readonly casing: Casing;
  readonly startsWord: boolean;
  /** dL/dE at the token. [H] */
  readonly gradient: Float64Array;
}

export interface Swap {
  readonly site: Site;
  /** The replacement's id. */
  readonly id: number;
  /** (E_b − E_a)·g: the rise of the loss to first order. */
  readonly estimate: number;
}

export interface FirstOrderOptions {
  readonly vocabulary: Vocabulary;
  readonly count: number;
  /** 1 raises the loss, −1 lowers it. */
  readonly sign: 1 | -1;
  readonly minCosine: number | undefined;
  readonly changeStopWords: boolean;
}

/** Words looked at between two turns of the event loop: about ten milliseconds for a long text. */
const wordsPerTurn = 1024;

/**
 * The `count` best swaps over all sites and the whole vocabulary, best first; ties by id. Lets other work of
 * the process go on in between, so that a cancel is heard.
 */
export async function firstOrder(
  sites: readonly Site[],
  options: FirstOrderOptions,
): Promise<readonly Swap[]> {
  const { vocabulary, count, sign, minCosine, changeStopWords } = options;
  const { entries, table, width } = vocabulary;
  const base = sites.map((site) => dot(table, site.id * width, site.gradient));
  const best: Swap[] = [];
  let worst = -Infinity;
  for (let id = 0; id < entries.length; id += 1) {
    if (id % wordsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    const entry = entries[id];
    if (!entry || !/^\p{L}+$/u.test(entry.text) || [...entry.text].length < 2) continue;
    if (!changeStopWords && isStopWord(entry.text)) continue;
    const casing = casingOf(entry.text);
    for (const [s, site] of sites.entries()) {
      if (site.startsWord !== entry.startsWord || site.casing !== casing) continue;
      if (site.id === id || site.surface.toLowerCase() === entry.text.toLowerCase()) continue;
      const estimate = dot(table, id * width, site.gradient) - base[s]!;
      if (sign * estimate <= worst) continue;
      if (minCosine !== undefined && cosine(table, site.id * width, id * width, width) < minCosine) continue;
      insert(best, { site, id, estimate }, { sign, count });
      if (best.length === count) worst = sign * best.at(-1)!.estimate;
    }
  }
  return best;
}

function insert(best: Swap[], swap: Swap, { sign, count }: { sign: 1 | -1; count: number }): void {
  let at = best.length;
  while (at > 0 && sign * best[at - 1]!.estimate < sign * swap.estimate) at -= 1;
  best.splice(at, 0, swap);
  if (best.length > count) best.pop();
}

/** Four sums side by side, because one long chain of additions waits for itself. */
function dot(table: Float32Array, at: number, vector: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = vector.length - (vector.length % 4);
  for (let h = 0; h < whole; h += 4) {
    a += table[at + h]! * vector[h]!;
    b += table[at + h + 1]! * vector[h + 1]!;
    c += table[at + h + 2]! * vector[h + 2]!;
    d += table[at + h + 3]! * vector[h + 3]!;
  }
  for (let h = whole; h < vector.length; h += 1) a += table[at + h]! * vector[h]!;
  return a + b + c + d;
}

export function cosine(table: Float32Array, a: number, b: number, width: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let h = 0; h < width; h += 1) {
    ab += table[a + h]! * table[b + h]!;
    aa += table[a + h]! ** 2;
    bb += table[b + h]! ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
