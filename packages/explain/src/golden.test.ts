import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitPresence } from './methods/lime.ts';
import {
  aopc,
  area,
  eraserSets,
  ferretSets,
  infidelity,
  kendallTau,
  largestChange,
  topPlaces,
} from './metrics/faithfulness.ts';

/**
 * What needs no model, against references written from the papers' formulas in Python (references/explain):
 * LIME's regression and every measure of faithfulness, on the curves of real models.
 */
const folder = new URL('../../../test/golden/explain/', import.meta.url);

interface Faithfulness {
  readonly scores: readonly number[];
  readonly ways: readonly {
    readonly way: string;
    readonly probability: number;
    readonly deletionCurve: readonly number[];
    readonly insertionCurve: readonly number[];
    readonly deletionArea: number;
    readonly insertionArea: number;
    readonly ferretPercent: Scores;
    readonly eraserWithEmptyBin: Scores;
    readonly leaveOneOut: readonly number[];
    readonly kendallTau: number;
  }[];
  readonly infidelity: {
    readonly masks: readonly string[];
    readonly falls: readonly number[];
    readonly plain: number;
    readonly scaled: number;
  };
  readonly sensitivity: {
    readonly original: readonly number[];
    readonly others: readonly (readonly number[])[];
    readonly largest: number;
  };
}

interface Scores {
  readonly comprehensiveness: number | null;
  readonly sufficiency: number | null;
}

interface Case {
  readonly texts: readonly string[];
  readonly faithfulness?: Faithfulness;
  readonly methods: readonly {
    readonly method: string;
    readonly masks?: readonly string[];
    readonly f?: readonly number[];
    readonly byWord?: readonly number[];
    readonly intercept?: number;
  }[];
}

const close = (found: number | null, wanted: number | null): void => {
  if (wanted === null) expect(found).toBeNull();
  else expect(Math.abs(found! - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
};

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: readonly Case[] };
  describe(file, () => {
    it('LIME: the same coefficients from the same samples', () => {
      const found = cases.flatMap((one) => one.methods.filter(({ method }) => method === 'lime'));
      expect(found.length).toBeGreaterThan(0);
      for (const { masks, f, byWord, intercept } of found) {
        const samples = masks!.map((mask) => [...mask].map((bit) => bit === '1'));
        const fit = fitPresence(samples, f!);
        const scale = Math.max(...byWord!.map(Math.abs));
        fit.coefficients.forEach((value, i) =>
          expect(Math.abs(value - byWord![i]!)).toBeLessThan(1e-4 * scale),
        );
        expect(fit.intercept).toBeCloseTo(intercept!, 4);
      }
    });

    for (const { texts, faithfulness } of cases.filter((one) => one.faithfulness))
      it(`measures of "${texts.join(' | ')}"`, () => {
        const { scores, ways, infidelity: missed, sensitivity } = faithfulness!;
        for (const way of ways) {
          const fall = (curve: readonly number[], sets: readonly (readonly number[])[]): number | null =>
            aopc(
              way.probability,
              sets.map((set) => curve[set.length]!),
            );
          // A set of k features is the k best: the curves hold its probability at k.
          for (const set of [...ferretSets(scores), ...eraserSets(scores)])
            expect([...set]).toEqual(topPlaces(scores, set.length, false));
          close(fall(way.deletionCurve, ferretSets(scores)), way.ferretPercent.comprehensiveness);
          close(fall(way.insertionCurve, ferretSets(scores)), way.ferretPercent.sufficiency);
          close(fall(way.deletionCurve, eraserSets(scores)), way.eraserWithEmptyBin.comprehensiveness);
          close(fall(way.insertionCurve, eraserSets(scores)), way.eraserWithEmptyBin.sufficiency);
          close(kendallTau(way.leaveOneOut, scores), way.kendallTau);
          close(area(way.deletionCurve), way.deletionArea);
          close(area(way.insertionCurve), way.insertionArea);
        }
        const predicted = missed.masks.map((mask) =>
          scores.reduce((sum, score, i) => sum + (mask[i] === '0' ? score : 0), 0),
        );
        close(infidelity(predicted, missed.falls).plain, missed.plain);
        close(infidelity(predicted, missed.falls).scaled, missed.scaled);
        close(largestChange(sensitivity.original, sensitivity.others), sensitivity.largest);
      });
  });
}
