import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSpans, type ScoredWindow } from './decode-spans.ts';

/** The worked example of docs/square-wire.md#question-answering. */
const worked: ScoredWindow = {
  startLogits: [1, 5, 5, 0, 2, 0.5, -1, 0, 9],
  endLogits: [1, 5, 5, 0, -1, 0.5, 2, 0, 9],
  nullToken: 0,
  encoding: {
    sequenceIds: [null, 0, 0, null, 1, 1, 1, null],
    wordIds: [null, 0, 1, null, 0, 1, 2, null],
    offsets: [
      [0, 0],
      [0, 1],
      [2, 3],
      [0, 0],
      [0, 1],
      [2, 3],
      [4, 5],
      [0, 0],
    ],
  },
};
const defaults = { topk: 1, maxAnswerLen: 128, showNullAnswers: true };
const scoresOf = (spans: readonly { readonly score: number }[]) =>
  spans.map((s) => Number(s.score.toFixed(5)));

describe('the worked example of the wire', () => {
  it('ranks spans and the null answer', () => {
    const answers = decodeSpans([worked], { ...defaults, topk: 10 });
    expect(scoresOf(answers)).toEqual([0.37144, 0.08288, 0.08288, 0.05027, 0.01849, 0.01849, 0.01849]);
    expect(answers[0]).toMatchObject({ start: 0, end: 5, startToken: 4, endToken: 6 });
    expect(answers[3]).toMatchObject({ start: 0, end: 0 });
  });

  it('keeps answers within max_answer_len tokens', () => {
    const answers = decodeSpans([worked], {
      topk: 10,
      maxAnswerLen: 1,
      showNullAnswers: false,
    });
    expect(scoresOf(answers)).toEqual([0.01849, 0.01849, 0.01849]);
  });

  it('lists the null answer last when nothing else is left to show', () => {
    const onlyNull = {
      ...worked,
      encoding: { ...worked.encoding, sequenceIds: [null, 0, 0, null, 0, 0, 0, null] },
    };
    expect(decodeSpans([onlyNull] as ScoredWindow[], { ...defaults, showNullAnswers: false })).toEqual([
      { score: 1, start: 0, end: 0, window: 0, startToken: 0, endToken: 0 },
    ]);
  });
});

describe('several windows', () => {
  const shifted: ScoredWindow = {
    ...worked,
    startLogits: [3, 0, 0, 0, 6, 0, 0, 0],
    endLogits: [3, 0, 0, 0, 6, 0, 0, 0],
    encoding: {
      ...worked.encoding,
      wordIds: [null, 0, 1, null, 2, 3, 4, null],
      offsets: [
        [0, 0],
        [0, 1],
        [2, 3],
        [0, 0],
        [4, 5],
        [6, 7],
        [8, 9],
        [0, 0],
      ],
    },
  };

  it('takes the best span of all, each window with its own softmax', () => {
    const [best] = decodeSpans([worked, shifted], defaults);
    expect(best).toMatchObject({ window: 1, start: 4, end: 5, startToken: 4, endToken: 4 });
  });

  it('keeps the best score of a span that two windows see', () => {
    const answers = decodeSpans([worked, worked], { ...defaults, topk: 20 });
    expect(answers).toHaveLength(7);
    expect(answers[0]!.window).toBe(0);
  });

  it('scores the null answer by the window that believes in it least', () => {
    const alone = [worked, shifted].map(
      (window) => decodeSpans([window], { ...defaults, topk: 20 }).find((s) => s.end === 0)!.score,
    );
    const together = decodeSpans([worked, shifted], { ...defaults, topk: 20 }).find(
      (s) => s.end === 0,
    )!.score;
    expect(together).toBe(Math.min(...alone));
  });

  it('gives a word cut by a window its whole range', () => {
    const left = {
      ...worked,
      encoding: { ...worked.encoding, wordIds: [null, 0, 1, null, 0, 1, 2, null] },
    };
    const right: ScoredWindow = {
      ...worked,
      startLogits: [0, 0, 0, 0, 9, 0, 0, 0],
      endLogits: [0, 0, 0, 0, 9, 0, 0, 0],
      encoding: {
        ...worked.encoding,
        wordIds: [null, 0, 1, null, 2, 3, 4, null],
        offsets: [
          [0, 0],
          [0, 1],
          [2, 3],
          [0, 0],
          [5, 9],
          [10, 11],
          [12, 13],
          [0, 0],
        ],
      },
    };
    expect(decodeSpans([left, right], defaults)[0]).toMatchObject({ start: 4, end: 9 });
  });
});

it('finds what an exhaustive search finds, for any scores', () => {
  const logit = fc.double({ min: -150, max: 150, noNaN: true });
  const windows = fc.array(
    fc.record({
      question: fc.integer({ min: 0, max: 3 }),
      scores: fc.array(fc.tuple(logit, logit), { minLength: 5, maxLength: 12 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(
      windows,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.boolean(),
      (drawn, topk, maxAnswerLen, showNullAnswers) => {
        const scored = drawn.map((window, w) => makeWindow(window, w));
        const options = { topk, maxAnswerLen, showNullAnswers };
        const found = decodeSpans(scored, options);
        expect(found.map(({ score, start, end }) => ({ score, start, end }))).toEqual(
          exhaustive(scored, options),
        );
        expect(found.length).toBeGreaterThan(0);
        for (const { score } of found) expect(score).toBeLessThanOrEqual(1);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

function makeWindow(drawn: { question: number; scores: [number, number][] }, w: number): ScoredWindow {
  const length = drawn.scores.length;
  const inContext = (t: number): boolean => t > drawn.question && t < length - 1;
  return {
    startLogits: drawn.scores.map(([s]) => s),
    endLogits: drawn.scores.map(([, e]) => e),
    nullToken: 0,
    encoding: {
      sequenceIds: Array.from({ length }, (_, t) => (inContext(t) ? 1 : null)),
      wordIds: Array.from({ length }, (_, t) => (inContext(t) ? Math.floor(t / 2) + 2 * w : null)),
      offsets: Array.from({ length }, (_, t) => [4 * w + t, 4 * w + t + 1] as const),
    },
  };
}

/** Every span of every window, written as slowly and plainly as it can be. */
function exhaustive(
  windows: readonly ScoredWindow[],
  options: { topk: number; maxAnswerLen: number; showNullAnswers: boolean },
) {
  const words = new Map<number, [number, number]>();
  for (const { encoding } of windows)
    encoding.wordIds.forEach((word, t) => {
      if (word === null) return;
      const [start, end] = words.get(word) ?? [Number.POSITIVE_INFINITY, 0];
      words.set(word, [Math.min(start, encoding.offsets[t]![0]), Math.max(end, encoding.offsets[t]![1])]);
    });
  const spans: { score: number; start: number; end: number }[] = [];
  let none = 1;
  for (const { encoding, startLogits, endLogits } of windows) {
    const [p, q] = [startLogits, endLogits].map((logits) => {
      const shown = Array.from(logits, (x, t) => (t === 0 || encoding.sequenceIds[t] === 1 ? x : -10000));
      const top = Math.max(...shown);
      const sum = shown.reduce((total, x) => total + Math.exp(x - top), 0);
      return shown.map((x) => Math.exp(x - top) / sum);
    }) as [number[], number[]];
    none = Math.min(none, p[0]! * q[0]!);
    for (let i = 1; i < p.length; i++)
      for (let j = i; j < Math.min(p.length, i + options.maxAnswerLen); j++)
        if (encoding.sequenceIds[i] === 1 && encoding.sequenceIds[j] === 1 && p[i]! * q[j]! > 0)
          spans.push({
            score: p[i]! * q[j]!,
            start: words.get(encoding.wordIds[i]!)![0],
            end: words.get(encoding.wordIds[j]!)![1],
          });
  }
  spans.sort((a, b) => b.score - a.score);
  const distinct = spans
    .filter((s, at) => spans.findIndex((o) => o.start === s.start && o.end === s.end) === at)
    .slice(0, options.topk);
  if (options.showNullAnswers || distinct.length === 0) distinct.push({ score: none, start: 0, end: 0 });
  return distinct.sort((a, b) => b.score - a.score).slice(0, options.topk);
}
