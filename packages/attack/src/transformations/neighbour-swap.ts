import type { Neighbour, Vocabulary } from '../context.ts';
import type { Session } from '../session.ts';
import { casingOf, inCasingOf } from '../words.ts';
import { cosine } from './first-order.ts';
import { coreOf, standing, type Transformation } from './transformation.ts';

/**
 * Swaps a word for its nearest words: by the deployed embedding model that was named, else by cosine among
 * the model's own one-piece words.
 */
export function neighbourSwap(options: {
  readonly count: number;
  readonly minCosine: number | undefined;
}): Transformation {
  return async (from, { session, indices }) => {
    const places = standing(from, indices).filter((i) => coreOf(from.words[i]!).core !== '');
    const cores = places.map((i) => coreOf(from.words[i]!).core);
    const found = await nearest(cores, options.count, session);
    return places.flatMap((index, k) => {
      const word = from.words[index]!;
      const { before, core, after } = coreOf(word);
      return found[k]!.filter((one) => one.cosine >= (options.minCosine ?? -1)).map((one) => ({
        index,
        from: word,
        to: before + inCasingOf(one.word, core) + after,
      }));
    });
  };
}

async function nearest(
  words: readonly string[],
  count: number,
  { context }: Session,
): Promise<readonly (readonly Neighbour[])[]> {
  if (context.neighbours) return context.neighbours(words, count);
  const vocabulary = await context.vocabulary();
  return words.map((word) => ownNeighbours(word, count, vocabulary));
}

/** Nearest one-piece words by the model's own table; none for a word of several pieces. */
export function ownNeighbours(word: string, count: number, vocabulary: Vocabulary): readonly Neighbour[] {
  const { entries, table, width } = vocabulary;
  const at = entries.findIndex((entry) => entry?.startsWord && entry.text === word);
  const id = at >= 0 ? at : entries.findIndex((e) => e?.startsWord && e.text === word.toLowerCase());
  if (id < 0) return [];
  const casing = casingOf(entries[id]!.text);
  const found: Neighbour[] = [];
  entries.forEach((entry, other) => {
    if (!entry?.startsWord || other === id || casingOf(entry.text) !== casing) return;
    if (!/^\p{L}{2,}$/u.test(entry.text)) return;
    found.push({ word: entry.text, cosine: cosine(table, id * width, other * width, width) });
  });
  return found.sort((a, b) => b.cosine - a.cosine).slice(0, count);
}
