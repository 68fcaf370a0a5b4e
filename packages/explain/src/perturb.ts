import { type Baseline, embeddingsAndBaseline } from './baseline.ts';
import type { ForwardRow, Meter } from './meter.ts';
import type { TokenSequence } from './sequence.ts';
import type { Settings, Subject } from './subject.ts';

/** A feature of a perturbation method: the token positions that go together. */
export type Feature = readonly number[];

/** One feature per word, or per ordinary token. */
export function featuresOf(subject: Subject, granularity: Settings['granularity']): readonly Feature[] {
  return granularity === 'word'
    ? subject.words.map((word) => word.tokens)
    : subject.special.flatMap((isSpecial, t) => (isSpecial ? [] : [[t]]));
}

/** About how many features a row will have, before it is resolved. */
export function featureCount(sequence: TokenSequence, granularity: Settings['granularity']): number {
  const { specialTokensMask, wordIds, sequenceIds } = sequence;
  return granularity === 'word'
    ? new Set(wordIds.map((id, t) => `${sequenceIds[t]} ${id}`)).size
    : specialTokensMask.filter((special) => !special).length;
}

/** Makes the row in which the given token positions hold the baseline. */
export type Masker = (positions: readonly number[]) => ForwardRow;

/**
 * Rows with tokens replaced: by the baseline's id where that says it all, by embeddings where it does not (a
 * zero vector, or a pad token in a model that counts positions over it).
 */
export async function masker(subject: Subject, baseline: Baseline, meter: Meter): Promise<Masker> {
  const { input, special } = subject;
  const { id } = baseline;
  const { padId, positionsSkipPad } = meter.context.model;
  if (id !== null && !(positionsSkipPad && id === padId)) {
    return (positions) => {
      const inputIds = [...input.inputIds];
      for (const t of positions) inputIds[t] = id;
      return { inputIds, typeIds: input.typeIds };
    };
  }
  const { x, base } = await embeddingsAndBaseline(meter.context, { input, special, baseline });
  const width = x.length / special.length;
  return (positions) => {
    const values = x.slice();
    for (const t of positions) values.set(base.subarray(t * width, (t + 1) * width), t * width);
    return { ...input, values };
  };
}

/** Positions of the features that are not kept. */
export function removed(features: readonly Feature[], kept: readonly boolean[]): readonly number[] {
  return features.flatMap((feature, i) => (kept[i] ? [] : feature));
}

/**
 * A feature's value in equal parts on its tokens, so that the sum over tokens is the sum over features. [T]
 */
export function overTokens(
  features: readonly Feature[],
  values: ArrayLike<number>,
  tokens: number,
): Float64Array {
  const spread = new Float64Array(tokens);
  features.forEach((feature, i) => {
    for (const t of feature) spread[t]! += values[i]! / feature.length;
  });
  return spread;
}
