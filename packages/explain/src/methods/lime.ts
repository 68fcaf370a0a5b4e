import { type Random, seededRandom } from '@tessera/base';
import { chooseBaseline } from '../baseline.ts';
import { outputsAt } from '../evaluate-target.ts';
import type { Explainer } from '../explainer.ts';
import { featuresOf, masker, overTokens, removed } from '../perturb.ts';
import { leastSquares } from '../solve.ts';
import { scalarOf } from '../target.ts';

const defaultSamples = 256;
/**
 * Of the exponential kernel, and the penalty of the ridge regression: the published text explainer's numbers.
 */
const kernelWidth = 25;
const ridge = 1;

/**
 * LIME for text (Ribeiro, Singh & Guestrin 2016): draw how many features go and which, weigh each sample by
 * sqrt(exp(−d²/25²)) with d = 100 · cosine distance to the whole input, and fit a ridge regression of F on
 * presence; the coefficients are the values. A feature that goes is replaced by the baseline, so that
 * positions stay.
 */
export const lime: Explainer = {
  defaults: { reduction: 'sum', granularity: 'word', n_samples: defaultSamples },
  cost: ({ n_samples = defaultSamples }) => 1 + n_samples,
  async explain(subject, settings, meter) {
    const baseline = chooseBaseline(meter.context, settings.baseline);
    const features = featuresOf(subject, settings.granularity);
    const without = await masker(subject, baseline, meter);
    const random = seededRandom(settings.seed);
    const samples = Array.from({ length: settings.n_samples ?? defaultSamples }, () =>
      randomPresence(features.length, random),
    );
    const answers = await outputsAt(
      subject,
      samples.map((kept) => without(removed(features, kept))),
      { meter },
    );
    const seen = samples.slice(0, answers.length);
    const whole = new Array<boolean>(features.length).fill(true);
    const y = [subject.f, ...answers.map((outputs) => scalarOf(subject.target, outputs))];
    const { coefficients, intercept } = fitPresence([whole, ...seen], y);
    return {
      values: overTokens(features, coefficients, subject.input.inputIds.length),
      fBaseline: null,
      gap: null,
      nSteps: null,
      extra: { baseline: baseline.name, samples: answers.length, intercept },
    };
  },
};

/** Between one and all features gone, each number alike, then which ones. True means kept. */
function randomPresence(size: number, random: Random): readonly boolean[] {
  const kept = new Array<boolean>(size).fill(true);
  if (size === 0) return kept;
  const order = kept.map((_, i) => i);
  const gone = 1 + random.integer(size);
  for (let i = 0; i < gone; i += 1) {
    const j = i + random.integer(size - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
    kept[order[i]!] = false;
  }
  return kept;
}

/** The cosine of a 0/1 vector with the all-ones vector is the root of the share of ones. */
function kernel(shareKept: number): number {
  const distance = 100 * (1 - Math.sqrt(shareKept));
  return Math.sqrt(Math.exp(-(distance * distance) / (kernelWidth * kernelWidth)));
}

/**
 * LIME's linear model of y over the presence of features, each sample weighed by its nearness to the whole
 * input.
 */
export function fitPresence(
  samples: readonly (readonly boolean[])[],
  y: readonly number[],
): { readonly coefficients: Float64Array; readonly intercept: number } {
  const z = samples.map((kept) => kept.map(Number));
  const w = z.map((row) => kernel(row.reduce((a, b) => a + b, 0) / Math.max(1, row.length)));
  return ridgeWithIntercept(z, y, w);
}

/** Ridge regression whose intercept is not penalised: fit on weighted-centred data. */
function ridgeWithIntercept(
  z: readonly (readonly number[])[],
  y: readonly number[],
  w: readonly number[],
): { readonly coefficients: Float64Array; readonly intercept: number } {
  const total = w.reduce((a, b) => a + b, 0);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value, k) => sum + w[k]! * value, 0) / total;
  const zMean = (z[0] ?? []).map((_, j) => mean(z.map((row) => row[j]!)));
  const yMean = mean(y);
  const coefficients = leastSquares(
    { z: z.map((row) => row.map((v, j) => v - zMean[j]!)), y: y.map((v) => v - yMean), w },
    ridge,
  );
  const intercept = yMean - zMean.reduce((sum, v, j) => sum + v * coefficients[j]!, 0);
  return { coefficients, intercept };
}
