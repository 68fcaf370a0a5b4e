import { chooseBaseline } from '../baseline.ts';
import { outputsAt } from '../evaluate-target.ts';
import type { Explainer } from '../explainer.ts';
import { featureCount, featuresOf, masker, overTokens } from '../perturb.ts';
import { scalarOf } from '../target.ts';

/**
 * Leave one out: value_i = F(x) − F(x with feature i replaced by the baseline) (Zeiler & Fergus 2014; Li,
 * Monroe & Jurafsky 2016). Features the budget did not reach are 0.
 */
export const occlusion: Explainer = {
  defaults: { reduction: 'sum', granularity: 'word' },
  cost: ({ granularity }, sequence) => 1 + featureCount(sequence, granularity),
  async explain(subject, settings, meter) {
    const baseline = chooseBaseline(meter.context, settings.baseline);
    const features = featuresOf(subject, settings.granularity);
    const without = await masker(subject, baseline, meter);
    const answers = await outputsAt(
      subject,
      features.map((feature) => without(feature)),
      { meter },
    );
    const falls = features.map((_, i) => {
      const outputs = answers[i];
      return outputs ? subject.f - scalarOf(subject.target, outputs) : 0;
    });
    return {
      values: overTokens(features, falls, subject.input.inputIds.length),
      fBaseline: null,
      gap: null,
      nSteps: null,
      extra: { baseline: baseline.name, features: features.length, measured: answers.length },
    };
  },
};
