import { seededRandom } from '@tessera/base';
import { logSoftmax } from '@tessera/serving';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beamSearch } from './beam-search.ts';
import { forcedAt, minLength, suppressAt } from './constraints.ts';
import { minP, topK, topP, typicalP } from './filters.ts';
import { badWords, noRepeatNgram, repetitionPenalty } from './penalties.ts';
import { chain, type Processor } from './processor.ts';
import { sample, withGumbelNoise } from './sample.ts';
import type { Search } from './search.ts';
import { largest } from './select.ts';
import { singleSearch } from './single-search.ts';
import { stopCheck } from './stop.ts';

const NONE = Number.NEGATIVE_INFINITY;
const EOS = 0;
const apply = (process: Processor, ids: readonly number[], scores: readonly number[]): number[] => {
  const changed = Float32Array.from(scores);
  process({ ids }, changed);
  return [...changed];
};
const keptBy = (process: Processor, probabilities: readonly number[]): number[] =>
  apply(process, [], probabilities.map(Math.log)).flatMap((score, id) => (score === NONE ? [] : [id]));
const stopAt = (maxLength: number) =>
  stopCheck({ maxLength, eosIds: [EOS], stopStrings: [], bytesOf: () => new Uint8Array(0) });

describe('penalties', () => {
  it('repetition: divides positive scores and multiplies negative ones, each id once', () => {
    expect(apply(repetitionPenalty(2), [0, 0, 1], [4, -4, 4])).toEqual([2, -8, 4]);
  });

  it('n-grams: forbids what would repeat one', () => {
    expect(apply(noRepeatNgram(2), [1, 2, 3, 1], [0, 0, 0, 0])).toEqual([0, 0, NONE, 0]);
    expect(apply(noRepeatNgram(1), [1], [0, 0])).toEqual([0, NONE]);
    expect(apply(noRepeatNgram(3), [1, 2], [0, 0, 0])).toEqual([0, 0, 0]);
  });

  it('bad words: forbids the last id behind the others, and never the end alone', () => {
    const process = badWords([[3], [1, 2], [EOS]], [EOS]);
    expect(apply(process, [1], [0, 0, 0, 0])).toEqual([0, 0, NONE, NONE]);
    expect(apply(process, [2], [0, 0, 0, 0])).toEqual([0, 0, 0, NONE]);
  });
});

describe('constraints', () => {
  it('hold at their place only', () => {
    expect(apply(minLength(2, [EOS]), [1], [0, 0])).toEqual([NONE, 0]);
    expect(apply(minLength(2, [EOS]), [1, 1], [0, 0])).toEqual([0, 0]);
    expect(apply(forcedAt(1, [2]), [1], [5, 6, 7])).toEqual([NONE, NONE, 0]);
    expect(apply(forcedAt(1, [2]), [1, 1], [5, 6, 7])).toEqual([5, 6, 7]);
    expect(apply(suppressAt(0, [1]), [], [0, 0])).toEqual([0, NONE]);
  });
});

describe('filters keep', () => {
  const p = [0.5, 0.25, 0.15, 0.1];
  it.each([
    ['the k best', topK(2, 1), p, [0, 1]],
    ['ties with the k-th', topK(2, 1), [0.4, 0.2, 0.2, 0.2], [0, 1, 2, 3]],
    ['a nucleus', topP(0.7, 1), p, [0, 1]],
    ['at least so many', topP(0.01, 2), p, [0, 1]],
    ['a share of the best', minP(0.29, 1), p, [0, 1, 2]],
    // Surprise 0.69 1.39 1.90 2.30, entropy 1.21: the second is nearest, then the first, the third, the last.
    ['the typical', typicalP(0.7, 1), p, [0, 1]],
    ['the typical, not the likeliest', typicalP(0.2, 1), p, [1]],
  ] as const)('%s', (_, process, probabilities, kept) => {
    expect(keptBy(process, probabilities)).toEqual(kept);
  });
});

describe('draws', () => {
  it('come as often as their probability says', () => {
    const scores = Float32Array.from([0.1, 0, 0.6, 0.3].map(Math.log));
    const random = seededRandom(5);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sample(scores, random)]!++;
    expect(counts.map((n) => n / 20_000)).toEqual([0.1, 0, 0.6, 0.3].map((p) => expect.closeTo(p, 1)));
    expect(counts[1]).toBe(0);
  });

  it('without replacement: the first of them like a single draw', () => {
    const scores = [0.2, 0.8].map(Math.log);
    const random = seededRandom(6);
    let second = 0;
    for (let i = 0; i < 10_000; i++) second += largest(withGumbelNoise(scores, random), 1)[0]!;
    expect(second / 10_000).toBeCloseTo(0.8, 1);
  });

  it('are equal for equal seeds', () => {
    const draw = (seed: number): number[][] =>
      runSearch(sampling({ seed, sequences: 3, maxLength: 12 }), noisy(8))
        .hypotheses()
        .map(({ ids }) => [...ids]);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe('stop', () => {
  const bytesOf = (id: number): Uint8Array =>
    Buffer.from(['', 'Hel', 'lo w', 'orld', '.', '\n'][id]!, 'utf8');
  const check = stopCheck({ maxLength: 6, eosIds: [0], stopStrings: ['o wor', '.'], bytesOf });
  it.each([
    [[1, 2], null],
    [[1, 2, 3], 'stop_sequence'],
    [[1, 2, 3, 5], null],
    [[4], 'stop_sequence'],
    [[4, 1], null],
    [[1, 0], 'eos_token'],
    [[1, 1, 1, 1, 1, 1], 'length'],
  ] as const)('%j: %s', (ids, reason) => {
    expect(check(ids)).toBe(reason);
  });
});

describe('beam search', () => {
  const beams = (options: Partial<Parameters<typeof beamSearch>[0]>): Search =>
    beamSearch({
      prompt: [9],
      beams: 2,
      sequences: 1,
      lengthPenalty: 1,
      earlyStopping: false,
      maxLength: 4,
      endIds: 1,
      random: null,
      process: () => undefined,
      stop: stopAt(4),
      fillId: EOS,
      keepScores: false,
      ...options,
    });

  it('finds the likeliest text of all when it has beams enough', () => {
    const model = noisy(4);
    const search = runSearch(beams({ beams: 16, lengthPenalty: 0, earlyStopping: 'never' }), model);
    const [best] = allTexts(model, [9], 4).sort((a, b) => b.score - a.score);
    expect(search.hypotheses()[0]!.ids).toEqual(best!.ids);
    expect(search.scores()![0]).toBeCloseTo(best!.score, 5);
  });

  it('gives scores in order, and texts that differ', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 5 }), (salt, count) => {
        const search = runSearch(
          beams({ beams: count, sequences: count, maxLength: 8, stop: stopAt(8) }),
          noisy(12, salt),
        );
        const texts = search.hypotheses().map(({ ids }) => ids.join());
        const scores = [...search.scores()!];
        expect(new Set(texts).size).toBe(count);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});

describe('promises of every search', () => {
  const drawn = fc.record({
    salt: fc.integer({ min: 0, max: 1e6 }),
    beams: fc.integer({ min: 1, max: 4 }),
    ngram: fc.integer({ min: 2, max: 3 }),
    least: fc.integer({ min: 2, max: 6 }),
    most: fc.integer({ min: 7, max: 14 }),
  });

  it('no n-gram twice, lengths within bounds, nothing behind an end', () => {
    fc.assert(
      fc.property(drawn, ({ salt, beams: count, ngram, least, most }) => {
        const process = chain([noRepeatNgram(ngram), minLength(least, [EOS])]);
        const common = { prompt: [9], sequences: 1, process, stop: stopAt(most), keepScores: false };
        const search =
          count === 1
            ? singleSearch({ ...common, random: seededRandom(salt), padId: EOS })
            : beamSearch({
                ...common,
                beams: count,
                lengthPenalty: 1,
                earlyStopping: true,
                maxLength: most,
                endIds: 1,
                random: null,
                fillId: EOS,
              });
        const [text] = runSearch(search, noisy(12, salt)).hypotheses();
        const { ids, finish } = text!;
        const grams = ids.slice(0, ids.length - ngram + 1).map((_, at) => ids.slice(at, at + ngram).join());
        expect(new Set(grams).size).toBe(grams.length);
        expect(ids.length).toBeGreaterThan(least);
        expect(ids.length).toBeLessThanOrEqual(most);
        const end = ids.indexOf(EOS);
        expect(finish).toBe(end < 0 ? 'length' : 'eos_token');
        if (end >= 0) expect(end).toBe(ids.length - 1);
      }),
      { seed: 9, numRuns: 150 },
    );
  });
});

type Model = (ids: readonly number[]) => Float32Array;

/** A model whose next token depends on the last two ids, at random but always alike. */
function noisy(size: number, salt = 1): Model {
  return (ids) => {
    const random = seededRandom(salt * 31 + ids.slice(-2).reduce((sum, id) => sum * 17 + id + 1, ids.length));
    return Float32Array.from({ length: size }, () => 3 * random.normal());
  };
}

/** Runs a search against a model, keeping the rows as the step loop does. */
function runSearch(search: Search, model: Model, prompt: readonly number[] = [9]): Search {
  let rows: (readonly number[])[] = [prompt];
  while (rows.length > 0) {
    const scores = rows.map(model);
    if (search.reads === 'log-probabilities') for (const row of scores) logSoftmax(row);
    const next = search.advance(scores);
    rows = next.map(({ parent, token }) => [...rows[parent]!, token]);
  }
  return search;
}

function sampling({
  seed,
  sequences,
  maxLength,
}: {
  seed: number;
  sequences: number;
  maxLength: number;
}): Search {
  return singleSearch({
    prompt: [9],
    sequences,
    random: seededRandom(seed),
    process: () => undefined,
    stop: stopAt(maxLength),
    padId: EOS,
    keepScores: false,
  });
}

/** Every text a model can write within a length, with the sum of its log probabilities. */
function allTexts(
  model: Model,
  ids: readonly number[],
  maxLength: number,
  score = 0,
): { ids: readonly number[]; score: number }[] {
  if (ids.length === maxLength || ids.at(-1) === EOS) return [{ ids, score }];
  const logits = model(ids);
  const normalizer = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
  return [...logits.keys()].flatMap((token) =>
    allTexts(model, [...ids, token], maxLength, score + logits[token]! - normalizer),
  );
}
