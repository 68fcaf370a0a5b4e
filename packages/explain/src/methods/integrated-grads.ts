import { baselineVector, chooseBaseline, embeddingsAndBaseline } from '../baseline.ts';
import { scalarAt } from '../evaluate-target.ts';
import type { Explainer } from '../explainer.ts';
import { firstSteps, integrate } from '../integrate.ts';

/**
 * Integrated gradients (Sundararajan, Taly & Yan 2017) on the word embeddings: ordinary tokens go from the
 * baseline to themselves; special tokens, positions and types stay. Completeness: the values sum to F(x) −
 * F(x').
 */
export const integratedGrads: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token' },
  cost: ({ n_steps }) => 2 + (n_steps ?? firstSteps),
  async explain(subject, settings, meter) {
    const { input, special, target, asChoices } = subject;
    const baseline = chooseBaseline(meter.context, settings.baseline);
    const { x, base } = await embeddingsAndBaseline(meter.context, { input, special, baseline });
    const fBaseline = await scalarAt(subject, base, meter);
    const integral = await integrate(
      {
        from: base,
        to: x,
        tokens: input.inputIds.length,
        at: 'word-embeddings',
        asChoices,
        point: { input, target },
        rise: subject.f - fBaseline,
      },
      settings,
      meter,
    );
    return {
      values: integral.values,
      fBaseline,
      gap: integral.gap,
      nSteps: integral.steps,
      extra: { baseline: baseline.name },
    };
  },
  async explainAt(points, { subject, settings, meter }) {
    const { input, special, target, asChoices } = subject;
    const baseline = chooseBaseline(meter.context, settings.baseline);
    const nothing = await baselineVector(meter.context, baseline);
    const found: Float64Array[] = [];
    for (let index = 0; index < points.count && meter.left > 0; index += 1) {
      const to = points.at(index);
      const from = to.slice();
      special.forEach((isSpecial, t) => {
        if (!isSpecial) from.set(nothing, t * nothing.length);
      });
      const path = { from, to, tokens: input.inputIds.length, at: 'word-embeddings', asChoices } as const;
      // Every draw takes the same number of steps, so that their mean is a mean of like things.
      const steps = { ...settings, n_steps: settings.n_steps ?? firstSteps };
      const { values } = await integrate({ ...path, point: { input, target }, rise: 0 }, steps, meter);
      found.push(values);
    }
    return found;
  },
};
