import type { GradientCall, GradientPoint } from './context.ts';
import type { Meter } from './meter.ts';
import { type QuadratureName, quadrature, spreadOrder } from './quadrature.ts';
import { difference, reduceProducts, sum } from './reduce.ts';
import type { Settings } from './subject.ts';

/** A straight path between two fillings of one place of the model, both [T, H]. */
export interface Path {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly tokens: number;
  readonly at: GradientCall['at'];
  readonly asChoices: boolean;
  readonly point: Pick<GradientPoint, 'input' | 'target'>;
  /** F(to) − F(from). */
  readonly rise: number;
}

export interface Integral {
  /** (to − from) ⊙ ∫ gradient, reduced to one value a token. */
  readonly values: Float64Array;
  /** Σ of the products minus the rise. */
  readonly gap: number;
  readonly steps: number;
}

/** Steps tried first when the caller names none, and the most that doubling reaches. */
export const firstSteps = 20;
const mostSteps = 640;
/** Doubling ends when the gap is below this share of the rise. */
const tolerance = 0.01;

/**
 * Integrated gradients along a path (Sundararajan, Taly & Yan 2017): Σ_h (x − x')_th · ∫₀¹ ∂F(x' + α(x −
 * x'))/∂x_th dα. Given steps are used as given; else steps double until the sum agrees with the rise to 1 %
 * or the budget ends. A budget that ends within a round leaves the mean over the points already seen, when no
 * earlier round was whole.
 */
export async function integrate(path: Path, settings: Settings, meter: Meter): Promise<Integral> {
  const delta = difference(path.to, path.from);
  let best: Integral | null = null;
  for (let steps = settings.n_steps ?? firstSteps; ; steps *= 2) {
    const { mean, seen } = await meanGradient(path, { delta, steps, name: settings.quadrature }, meter);
    if (seen === steps || best === null) {
      const { tokens } = path;
      const products = reduceProducts(delta, mean, { tokens, reduction: 'sum' });
      const values =
        settings.reduction === 'sum' ? products : reduceProducts(delta, mean, { tokens, reduction: 'l2' });
      const gap = sum(products) - path.rise;
      if (best === null || Math.abs(gap) <= Math.abs(best.gap)) best = { values, gap, steps: seen };
    }
    const closed = Math.abs(best.gap) <= tolerance * Math.abs(path.rise);
    if (settings.n_steps !== undefined || closed || seen < steps || steps * 2 > mostSteps) return best;
  }
}

async function meanGradient(
  { from, at, asChoices, point }: Path,
  rule: { readonly delta: Float32Array; readonly steps: number; readonly name: QuadratureName },
  meter: Meter,
): Promise<{ readonly mean: Float64Array; readonly seen: number }> {
  const { nodes, weights } = quadrature(rule.name, rule.steps);
  const order = spreadOrder(rule.steps);
  const mean = new Float64Array(from.length);
  let weight = 0;
  const seen = await meter.gradient(
    rule.steps,
    (index) => {
      const alpha = nodes[order[index]!]!;
      return { ...point, values: from.map((value, i) => value + alpha * rule.delta[i]!) };
    },
    {
      at,
      asChoices,
      visit({ gradient }, index) {
        const w = weights[order[index]!]!;
        weight += w;
        for (let i = 0; i < mean.length; i += 1) mean[i]! += w * gradient[i]!;
      },
    },
  );
  if (weight > 0 && seen < rule.steps) for (let i = 0; i < mean.length; i += 1) mean[i]! /= weight;
  return { mean, seen };
}
