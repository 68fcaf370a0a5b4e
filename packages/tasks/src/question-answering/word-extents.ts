import type { Encoding } from '@tessera/serving';

/** Where each word of a context starts and ends, in code points, by word id. */
export type WordExtents = ReadonlyMap<number, { readonly start: number; readonly end: number }>;

/**
 * Extents of the context's words over all its windows, so that a word which a window cuts in two is whole
 * again. Word ids count through the whole context, not anew in each window.
 */
export function wordExtents(
  windows: readonly Pick<Encoding, 'sequenceIds' | 'wordIds' | 'offsets'>[],
): WordExtents {
  const extents = new Map<number, { start: number; end: number }>();
  for (const { sequenceIds, wordIds, offsets } of windows)
    wordIds.forEach((word, t) => {
      if (word === null || sequenceIds[t] !== 1) return;
      const [start, end] = offsets[t]!;
      const known = extents.get(word);
      extents.set(
        word,
        known ? { start: Math.min(known.start, start), end: Math.max(known.end, end) } : { start, end },
      );
    });
  return extents;
}
