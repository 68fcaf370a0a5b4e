import { AppError } from '@tessera/base';
import { chooseBaseline, embeddingsAndBaseline } from '../baseline.ts';
import type { Explainer } from '../explainer.ts';
import { firstSteps, integrate } from '../integrate.ts';
import { outputsOf, scalarOf } from '../target.ts';

/**
 * Integrated gradients of a hidden state: the path runs from the state that the baseline input gives to the
 * state that the input gives, at `layer` as transformers counts hidden states (0 = what enters the first
 * block; −1 = the last block's input by default, because nothing but the head follows the last state).
 */
export const layerIntegratedGrads: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token' },
  cost: ({ n_steps }) => 3 + (n_steps ?? firstSteps),
  async explain(subject, settings, meter) {
    const { input, special, target, asChoices } = subject;
    const index = layerIndex(settings.layer, meter.context.model.layers);
    const baseline = chooseBaseline(meter.context, settings.baseline);
    const { base } = await embeddingsAndBaseline(meter.context, { input, special, baseline });
    const outputs = [...outputsOf(target), 'hidden_states'] as const;
    const [atInput, atBaseline] = await meter.forward([input, { ...input, values: base }], {
      outputs,
      asChoices,
      required: true,
    });
    const to = atInput![`hidden_states.${index}`]!.data as Float32Array;
    const from = atBaseline![`hidden_states.${index}`]!.data as Float32Array;
    const fBaseline = scalarOf(target, atBaseline!);
    const integral = await integrate(
      {
        from,
        to,
        tokens: input.inputIds.length,
        at: { hiddenState: index },
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
      extra: { baseline: baseline.name, layer: index },
    };
  },
};

function layerIndex(layer: number | undefined, layers: number): number {
  const index = layer === undefined ? layers - 1 : layer < 0 ? layers + 1 + layer : layer;
  if (index >= 0 && index <= layers) return index;
  throw new AppError('INPUT_INVALID', {
    detail: {
      field: 'explain.layer',
      problem: `the model has the hidden states 0 to ${layers}, not ${layer}`,
    },
  });
}
