import { seededRandom } from '@tessera/base';
import { chooseBaseline } from '../baseline.ts';
import { type Coalition, coalitions } from '../coalitions.ts';
import { outputsAt } from '../evaluate-target.ts';
import type { Explainer } from '../explainer.ts';
import { featureCount, featuresOf, masker, overTokens, removed } from '../perturb.ts';
import { leastSquares } from '../solve.ts';
import { scalarOf } from '../target.ts';

/** Besides two per feature. */
const defaultSamples = 256;

/**
 * Kernel SHAP (Lundberg & Lee 2017): the additive model that fits F over coalitions of features under the
 * Shapley kernel, with Σ values = F(x) − F(x') kept exactly. Exact Shapley values when 2^d − 2 samples are
 * allowed. Values are taken against the baseline, an absent feature being replaced by it.
 */
export const kernelShap: Explainer = {
  defaults: { reduction: 'sum', granularity: 'word' },
  cost({ granularity, n_samples = defaultSamples }, sequence) {
    const features = featureCount(sequence, granularity);
    return 2 + Math.min(n_samples + 2 * features, 2 ** Math.min(features, 30) - 2);
  },
  async explain(subject, settings, meter) {
    const baseline = chooseBaseline(meter.context, settings.baseline);
    const features = featuresOf(subject, settings.granularity);
    const without = await masker(subject, baseline, meter);
    const [nothing] = await outputsAt(subject, [without(features.flat())], { meter, required: true });
    const fBaseline = scalarOf(subject.target, nothing!);
    const samples = settings.n_samples ?? defaultSamples + 2 * features.length;
    const sets = coalitions(features.length, samples, seededRandom(settings.seed));
    const answers = await outputsAt(
      subject,
      sets.map(({ kept }) => without(removed(features, kept))),
      { meter },
    );
    const worth = answers.map((outputs) => scalarOf(subject.target, outputs) - fBaseline);
    const values = shapley(sets.slice(0, answers.length), worth, {
      features: features.length,
      rise: subject.f - fBaseline,
    });
    return {
      values: overTokens(features, values, subject.input.inputIds.length),
      fBaseline,
      gap: values.reduce((a, b) => a + b, 0) - (subject.f - fBaseline),
      nSteps: null,
      extra: { baseline: baseline.name, samples: answers.length },
    };
  },
};

/**
 * Weighted least squares with Σφ = rise: the last feature's value is the rise minus the others', which leaves
 * an unconstrained problem in the differences z_j − z_last.
 */
export function shapley(
  sets: readonly Coalition[],
  worth: readonly number[],
  { features, rise }: { readonly features: number; readonly rise: number },
): Float64Array {
  if (features === 0) return new Float64Array(0);
  if (features === 1 || sets.length === 0) return new Float64Array(features).fill(rise / features);
  const last = features - 1;
  const z = sets.map(({ kept }) => {
    const tail = Number(kept[last]);
    return kept.slice(0, last).map((k) => Number(k) - tail);
  });
  const y = sets.map(({ kept }, k) => worth[k]! - (kept[last] ? rise : 0));
  const solved = leastSquares({ z, y, w: sets.map((s) => s.weight) });
  const rest = rise - solved.reduce((a, b) => a + b, 0);
  return Float64Array.from([...solved, rest]);
}
