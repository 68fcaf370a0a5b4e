import { describe, expect, it } from 'vitest';
import {
  aopc,
  area,
  eraserSets,
  ferretSets,
  infidelity,
  kendallTau,
  largestChange,
  spearman,
  topPlaces,
} from './faithfulness.ts';

describe('ferret sets', () => {
  it('are the positive features among the top 10 %, 20 % …, repeats left out', () => {
    // 5 features: 10 % is none, 20 % and 30 % one, 40 % two … ; only three are positive.
    expect(ferretSets([0.1, 0.5, -0.2, 0.3, 0])).toEqual([[1], [1, 3], [1, 3, 0]]);
    expect(ferretSets([-1, -2, 0])).toEqual([]);
  });

  it('agree with a transcription of the published procedure', () => {
    const published = (scores: number[]): number[][] => {
      const found: number[][] = [];
      let last: string | null = null;
      for (const share of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]) {
        const v = Math.trunc(share * scores.length + 1e-9);
        if (v <= 0) continue;
        const top = scores
          .map((s, i) => [s, i] as const)
          .sort((a, b) => b[0] - a[0])
          .slice(0, v);
        const ids = top.filter(([s]) => s > 0).map(([, i]) => i);
        const key = JSON.stringify([...ids].sort((a, b) => a - b));
        if (ids.length === 0 || key === last) continue;
        last = key;
        found.push(ids);
      }
      return found;
    };
    for (const n of [1, 3, 10, 17, 30]) {
      const scores = Array.from({ length: n }, (_, i) => Math.sin(7 * i + n));
      expect(ferretSets(scores)).toEqual(published(scores));
    }
  });
});

describe('ERASER sets', () => {
  it('are the top shares of the published bins, the empty one included', () => {
    const scores = Array.from({ length: 20 }, (_, i) => (i * 7) % 20);
    expect(eraserSets(scores).map((set) => set.length)).toEqual([0, 1, 1, 2, 4, 10]);
    expect(eraserSets(scores)[3]).toEqual([17, 14]);
  });
});

it('AOPC is the mean fall, as the formula of DeYoung et al. (2020) with |B| + 1 bins', () => {
  expect(aopc(0.9, [0.9, 0.8, 0.5])).toBeCloseTo((0 + 0.1 + 0.4) / 3, 12);
  expect(aopc(0.9, [])).toBeNull();
});

describe('rank correlations', () => {
  it("Kendall's τ_b by hand, with ties", () => {
    expect(kendallTau([1, 2, 3], [1, 2, 3])).toBe(1);
    expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1);
    // Pairs: (1,2) tie in b, others concordant: 5 of 6 pairs ordered in b, none tied in a.
    expect(kendallTau([1, 2, 3, 4], [1, 1, 2, 3])).toBeCloseTo(5 / Math.sqrt(6 * 5), 12);
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeNull();
  });

  it("Spearman's ρ by hand, with ties", () => {
    expect(spearman([1, 2, 3, 4], [2, 1, 4, 3])).toBeCloseTo(0.6, 12);
    expect(spearman([1, 1, 2], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 12);
    expect(spearman([1, 1], [1, 2])).toBeNull();
  });
});

it('infidelity is the mean squared miss; the scaled one finds the best factor', () => {
  expect(infidelity([1, 2], [2, 4])).toEqual({ plain: (1 + 4) / 2, scaled: 0 });
  expect(infidelity([0, 0], [1, 1])).toEqual({ plain: 1, scaled: 1 });
});

it('the largest change is relative to the length of the original', () => {
  expect(
    largestChange(
      [3, 4],
      [
        [3, 4],
        [3, 5.5],
      ],
    ),
  ).toBeCloseTo(0.3, 12);
  expect(largestChange([0, 0], [[1, 1]])).toBeNull();
});

it('areas and top places', () => {
  expect(area([1, 0.5, 0])).toBeCloseTo(0.5, 12);
  expect(topPlaces([1, 3, 3, -1], 3, true)).toEqual([1, 2, 0]);
  expect(topPlaces([1, -3], 2, true)).toEqual([0]);
});
