import type { NamedTensors } from '@tessera/contracts';
import type { TokenSequence } from './sequence.ts';

/** Token positions of an answer, inclusive, and s_i + e_j. */
export interface TokenSpan {
  readonly first: number;
  readonly last: number;
  readonly score: number;
}

/**
 * The token span that an answer came from: the head widens spans to whole words, so several (i, j) give the
 * same text; the one it returned is the best of them by s_i + e_j. Null when the window does not hold the
 * answer.
 */
export function answerSpan(
  sequence: TokenSequence,
  outputs: NamedTensors,
  answer: { readonly start: number; readonly end: number },
): TokenSpan | null {
  const starts = outputs['start_logits']!.data as Float32Array;
  const ends = outputs['end_logits']!.data as Float32Array;
  const context = sequence.sequenceIds.flatMap((id, t) => (id === 1 ? [t] : []));
  const word = extents(sequence, context);
  const inside = context.filter(
    (t) => sequence.offsets[t]![1] > answer.start && sequence.offsets[t]![0] < answer.end,
  );
  if (inside.length === 0) return null;
  const firsts = inside.filter(
    (t) => sequence.offsets[t]![0] === answer.start || word.get(t)![0] === answer.start,
  );
  const lasts = inside.filter(
    (t) => sequence.offsets[t]![1] === answer.end || word.get(t)![1] === answer.end,
  );
  // An answer that was cut by the window's edge starts or ends elsewhere: take the outermost tokens inside
  // it.
  const from = firsts.length > 0 ? firsts : inside.slice(0, 1);
  const to = lasts.length > 0 ? lasts : inside.slice(-1);
  let best: TokenSpan | null = null;
  for (const first of from)
    for (const last of to) {
      const score = starts[first]! + ends[last]!;
      if (first <= last && (best === null || score > best.score)) best = { first, last, score };
    }
  return best;
}

/** For each token the [start, end) of the pre-tokenizer word that holds it. */
function extents(
  { wordIds, offsets }: TokenSequence,
  tokens: readonly number[],
): Map<number, readonly [number, number]> {
  const byWord = new Map<number | null, [number, number]>();
  for (const t of tokens) {
    const [start, end] = offsets[t]!;
    const known = byWord.get(wordIds[t]!);
    if (known) {
      known[0] = Math.min(known[0], start);
      known[1] = Math.max(known[1], end);
    } else byWord.set(wordIds[t]!, [start, end]);
  }
  return new Map(tokens.map((t) => [t, byWord.get(wordIds[t]!)!]));
}

/**
 * softmax over the positions an answer may take: context tokens and the one for "no answer". [T], others 0.
 */
export function spanProbabilities(
  sequence: TokenSequence,
  logits: ArrayLike<number>,
  nullToken = 0,
): Float64Array {
  const allowed = sequence.sequenceIds.map((id, t) => id === 1 || t === nullToken);
  const top = Math.max(...allowed.map((ok, t) => (ok ? logits[t]! : -Infinity)));
  const weights = Float64Array.from(allowed, (ok, t) => (ok ? Math.exp(logits[t]! - top) : 0));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}
