import { seededRandom } from '@tessera/base';
import type { Explainer } from '../explainer.ts';
import type { Settings } from '../subject.ts';
import { gradientNorm, simpleGrads } from './gradients.ts';
import { integratedGrads } from './integrated-grads.ts';

const wrapped: Readonly<Record<Settings['wraps'], Explainer>> = {
  simple_grads: simpleGrads,
  gradient_norm: gradientNorm,
  integrated_grads: integratedGrads,
};

/** Draws of the noise when the caller names no number; Smilkov et al. see little change after 50. */
const defaultSamples = 50;

/**
 * SmoothGrad (Smilkov et al. 2017): the mean of a method over x + N(0, σ²), σ = noise · (max x − min x),
 * independent draws of one stream seeded by the request.
 */
export const smoothGrads: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token', n_samples: defaultSamples },
  cost: (settings, sequence) => smooth(wrapped[settings.wraps]).cost(settings, sequence),
  explain: (subject, settings, meter) => smooth(wrapped[settings.wraps]).explain(subject, settings, meter),
};

/** Any gradient method, smoothed. */
export function smooth(method: Explainer): Explainer {
  const explainAt = method.explainAt;
  if (!explainAt) throw new Error('only a method that can be asked at other embeddings can be smoothed');
  return {
    defaults: { ...method.defaults, n_samples: defaultSamples },
    cost(settings, sequence) {
      const { n_samples: samples = defaultSamples } = settings;
      // A method's own cost has the forward run that finds F, which is made once.
      return 1 + samples * Math.max(1, method.cost(settings, sequence) - 2);
    },
    async explain(subject, settings, meter) {
      const x = await meter.context.embeddings(subject.input.inputIds);
      const sigma = settings.noise * (maximum(x) - minimum(x));
      const random = seededRandom(settings.seed);
      const draws = await explainAt(
        {
          count: settings.n_samples ?? defaultSamples,
          at: () => x.map((value) => value + sigma * random.normal()),
        },
        { subject, settings, meter },
      );
      const values = new Float64Array(subject.input.inputIds.length);
      for (const draw of draws) draw.forEach((value, t) => (values[t]! += value / draws.length));
      return { values, fBaseline: null, gap: null, nSteps: null, extra: { samples: draws.length } };
    },
  };
}

function maximum(values: Float32Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}

function minimum(values: Float32Array): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}
