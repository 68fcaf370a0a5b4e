import { float32 } from '@tessera/contracts';
import type { Activation, SentencePooling, SentenceStep } from '@tessera/serving';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activations } from './activations.ts';
import { runPipeline } from './sentence-pipeline.ts';

type Matrix = number[][];

const value = fc.integer({ min: -40, max: 40 }).map((n) => n / 10);
const rows = (count: number, width: number): fc.Arbitrary<Matrix> =>
  fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: count, maxLength: count });
const row = (width: number): fc.Arbitrary<number[]> => rows(1, width).map(([first]) => first!);
const tensor = (matrix: Matrix) => float32([matrix.length, matrix[0]!.length], matrix.flat());

/** A module as its formula on plain arrays, and as the step that is tested. */
interface Module {
  readonly step: SentenceStep;
  readonly out: number;
  readonly plain: (x: number[]) => number[];
}

const length = (x: readonly number[]): number => Math.max(1e-12, Math.hypot(...x));

const layer =
  (at: 'sentence' | 'tokens') =>
  (width: number): fc.Arbitrary<Module> => {
    const normalize = fc.constant({
      step: { kind: 'normalize' as const, at },
      out: width,
      plain: (x: number[]) => x.map((v) => v / length(x)),
    });
    const dense = fc
      .record({
        out: fc.integer({ min: 1, max: 4 }),
        act: fc.constantFrom(...(Object.keys(activations) as Activation[])),
      })
      .chain(({ out, act }) =>
        fc
          .record({ w: rows(out, width), b: fc.option(row(out)), r: fc.option(rows(out, width)) })
          .map(({ w, b, r }) => ({
            step: {
              kind: 'dense' as const,
              at,
              weight: tensor(w),
              bias: b && float32([out], b),
              activation: act,
              residual: r && tensor(r),
            },
            out,
            plain: (x: number[]) =>
              w.map((weights, o) => {
                const dot = (by: number[]): number => by.reduce((sum, v, i) => sum + v * x[i]!, 0);
                return activations[act](dot(weights) + (b?.[o] ?? 0)) + (r ? dot(r[o]!) : 0);
              }),
          })),
      );
    const norm = fc.record({ w: row(width), b: row(width) }).map(({ w, b }) => ({
      step: { kind: 'layer-norm' as const, weight: float32([width], w), bias: float32([width], b) },
      out: width,
      plain: (x: number[]) => {
        const mean = x.reduce((sum, v) => sum + v, 0) / width;
        const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
        return x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * w[i]! + b[i]!);
      },
    }));
    return at === 'tokens' ? fc.oneof(normalize, dense) : fc.oneof(normalize, dense, norm);
  };

const layers = (
  width: number,
  make: (width: number) => fc.Arbitrary<Module>,
  most: number,
): fc.Arbitrary<Module[]> =>
  most === 0
    ? fc.constant<Module[]>([])
    : fc.oneof(
        fc.constant<Module[]>([]),
        make(width).chain((first) => layers(first.out, make, most - 1).map((rest) => [first, ...rest])),
      );

const poolings: Readonly<Record<SentencePooling, (tokens: Matrix, from: number) => number[]>> = {
  cls: (t, from) => t[Math.min(from, t.length - 1)]!,
  lasttoken: (t) => t.at(-1)!,
  max: (t, from) => columns(t).map((c) => Math.max(...c.slice(from))),
  mean: (t, from) => columns(t).map((c) => sum(c.slice(from)) / (c.length - from)),
  mean_sqrt_len_tokens: (t, from) => columns(t).map((c) => sum(c.slice(from)) / Math.sqrt(c.length - from)),
  weightedmean: (t, from) =>
    columns(t).map(
      (c) =>
        sum(c.map((v, i) => (i < from ? 0 : v * (i + 1)))) / sum(c.map((_, i) => (i < from ? 0 : i + 1))),
    ),
};
const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);
const columns = (matrix: Matrix): Matrix => matrix[0]!.map((_, i) => matrix.map((r) => r[i]!));

/** What a Normalize or a LayerNorm divides by. */
const spread = (x: readonly number[], kind: string): number => {
  const mean = kind === 'layer-norm' ? sum(x) / x.length : 0;
  return Math.sqrt(sum(x.map((v) => (v - mean) ** 2)) / x.length);
};

describe('the steps of modules.json', () => {
  it('give what their formulas give, in any order and number', () => {
    const width = 3;
    const cases = fc.record({
      tokens: fc.integer({ min: 2, max: 5 }).chain((count) => rows(count, width)),
      padding: fc.integer({ min: 0, max: 2 }),
      early: layers(width, layer('tokens'), 2),
      modes: fc.uniqueArray(fc.constantFrom(...(Object.keys(poolings) as SentencePooling[])), {
        minLength: 1,
      }),
      includePrompt: fc.boolean(),
      prompt: fc.integer({ min: 0, max: 1 }),
    });
    const whole = cases.chain((c) => {
      const pooled = (c.early.at(-1)?.out ?? width) * c.modes.length;
      return layers(pooled, layer('sentence'), 3).map((late) => ({ ...c, late }));
    });
    fc.assert(
      fc.property(whole, ({ tokens, padding, early, modes, includePrompt, prompt, late }) => {
        const padded = [...tokens, ...new Array<number[]>(padding).fill([1e3, 1e3, 1e3])];
        const states = { values: Float32Array.from(padded.flat()), length: tokens.length, size: width };
        const pooling = { kind: 'pooling' as const, width: null, modes, includePrompt };
        const steps = [...early.map(({ step }) => step), pooling, ...late.map(({ step }) => step)];
        const run = (x: number[], { step, plain }: Module): number[] => {
          // Dividing by next to nothing magnifies float32's rounding without bound.
          fc.pre(step.kind === 'dense' || spread(x, step.kind) > 0.1);
          return plain(x);
        };
        const plain = early.reduce((t, module) => t.map((x) => run(x, module)), tokens);
        const vector = modes.flatMap((mode) => poolings[mode](plain, includePrompt ? 0 : prompt));
        const expected = late.reduce(run, vector);
        const actual = [...runPipeline(states, { steps }, prompt)];
        expect(actual).toHaveLength(expected.length);
        const scale = Math.max(1, ...expected.map(Math.abs), ...vector.map(Math.abs));
        for (const [i, v] of actual.entries()) expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-4 * scale);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
