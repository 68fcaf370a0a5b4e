import type { Explainer } from '../explainer.ts';
import { reduceProducts } from '../reduce.ts';

/**
 * Gradient × input: value_t = Σ_h x_th · ∂F/∂x_th with the token's own word embedding (Shrikumar et al. 2016;
 * the "simple gradients" of Simonyan, Vedaldi & Zisserman 2013 turned into one number a token). `l2` takes
 * the norm of the products.
 */
export const simpleGrads: Explainer = gradientMethod('sum', (x, gradient, { tokens, reduction }) =>
  reduceProducts(x, gradient, { tokens, reduction }),
);

/**
 * Norm of ∂F/∂x_t (Simonyan, Vedaldi & Zisserman 2013): `l2` by default, `sum` is the L1 norm. Never
 * negative.
 */
export const gradientNorm: Explainer = gradientMethod('l2', (_, gradient, { tokens, reduction }) => {
  const other = reduction === 'l2' ? gradient : gradient.map(Math.sign);
  const values = reduceProducts(gradient, other, { tokens, reduction: 'sum' });
  return reduction === 'l2' ? values.map(Math.sqrt) : values;
});

type Reduce = (
  x: Float32Array,
  gradient: Float32Array,
  options: { readonly tokens: number; readonly reduction: 'sum' | 'l2' },
) => Float64Array;

/** A method that needs one gradient per point; x and gradient are [T, H]. */
function gradientMethod(defaultReduction: 'sum' | 'l2', reduce: Reduce): Explainer {
  const explainAt: NonNullable<Explainer['explainAt']> = async (points, { subject, settings, meter }) => {
    const tokens = subject.input.inputIds.length;
    const found: Float64Array[] = [];
    let pending: Float32Array[] = [];
    await meter.gradient(
      points.count,
      (index) => {
        const values = points.at(index);
        pending.push(values);
        return { input: subject.input, target: subject.target, values };
      },
      {
        at: 'word-embeddings',
        asChoices: subject.asChoices,
        visit({ gradient }) {
          found.push(reduce(pending[0]!, gradient, { tokens, reduction: settings.reduction }));
          pending = pending.slice(1);
        },
      },
    );
    return found;
  };
  return {
    defaults: { reduction: defaultReduction, granularity: 'token' },
    cost: () => 2,
    explainAt,
    async explain(subject, settings, meter) {
      const tokens = subject.input.inputIds.length;
      const x = await meter.context.embeddings(subject.input.inputIds);
      let values: Float64Array = new Float64Array(tokens);
      await meter.gradient(1, () => ({ input: subject.input, target: subject.target }), {
        at: 'word-embeddings',
        asChoices: subject.asChoices,
        required: true,
        visit({ gradient }) {
          values = reduce(x, gradient, { tokens, reduction: settings.reduction });
        },
      });
      return { values, fBaseline: null, gap: null, nSteps: null };
    },
  };
}
