import type { NamedTensors } from '@tessera/contracts';
import type { Explainer } from '../explainer.ts';
import type { Settings, Subject } from '../subject.ts';

/**
 * Attention of the last layer: value_t = mean over heads (and over the query positions) of A[query, t]. By
 * default the query is the first token, as in SQuARE, or the explained position where F belongs to one token.
 * Not a faithful explanation in general (Jain & Wallace 2019).
 */
export const attention: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token' },
  cost: () => 2,
  async explain(subject, settings, meter) {
    const layers = await attentionsOf(subject, meter);
    return plain(meanOverHeads(layers.at(-1)!, queriesOf(subject, settings)));
  },
};

/**
 * Attention rollout (Abnar & Zuidema 2020): R_l = ½(mean over heads of A_l) + ½I, rows summing to 1;
 * value_t = (R_L · … · R_1)[query, t].
 */
export const attentionRollout: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token' },
  cost: () => 2,
  async explain(subject, settings, meter) {
    const layers = await attentionsOf(subject, meter);
    const tokens = subject.input.inputIds.length;
    const queries = queriesOf(subject, settings);
    let row: Float64Array = new Float64Array(tokens);
    for (const q of queries) row[q]! += 1 / queries.length;
    for (const layer of [...layers].reverse()) row = throughLayer(row, layer);
    return plain(row);
  },
};

/**
 * Scaled attention (Serrano & Smith 2019): value_t = mean over heads and query positions of A[q, t] ·
 * ∂F/∂A[q, t] in the last layer, the query positions being those that F reads.
 */
export const scaledAttention: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token', query: 'target' },
  cost: () => 2,
  async explain(subject, settings, meter) {
    const tokens = subject.input.inputIds.length;
    const queries = settings.query === 'first' ? [0] : subject.queries;
    let values: Float64Array = new Float64Array(tokens);
    await meter.gradient(1, () => ({ input: subject.input, target: subject.target }), {
      at: 'word-embeddings',
      asChoices: subject.asChoices,
      attentionLayers: [-1],
      required: true,
      visit(answer) {
        const { heads, weights, gradients } = answer.attentions![0]!;
        const scaled = Float64Array.from(weights, (weight, i) => weight * gradients[i]!);
        values = meanOverHeads({ heads, weights: scaled }, queries);
      },
    });
    return plain(values);
  },
};

/** Weights [A, T, T], query before key. */
export interface AttentionLayer {
  readonly heads: number;
  readonly weights: ArrayLike<number>;
}

/** The attention of every layer, first layer first, of one forward run. */
export function attentionLayersOf(outputs: NamedTensors): readonly AttentionLayer[] {
  const layers: AttentionLayer[] = [];
  for (let l = 0; ; l += 1) {
    const layer = outputs[`attentions.${l}`];
    if (!layer) return layers;
    layers.push({ heads: layer.shape[0]!, weights: layer.data as Float32Array });
  }
}

async function attentionsOf(
  subject: Subject,
  meter: Parameters<Explainer['explain']>[2],
): Promise<readonly AttentionLayer[]> {
  const [outputs] = await meter.forward([subject.input], {
    outputs: ['attentions'],
    asChoices: subject.asChoices,
    required: true,
  });
  return attentionLayersOf(outputs!);
}

function queriesOf(subject: Subject, settings: Settings): readonly number[] {
  return settings.query === 'target' ? subject.queries : [0];
}

function meanOverHeads({ heads, weights }: AttentionLayer, queries: readonly number[]): Float64Array {
  const tokens = Math.sqrt(weights.length / heads);
  const mean = new Float64Array(tokens);
  for (let head = 0; head < heads; head += 1)
    for (const q of queries)
      for (let t = 0; t < tokens; t += 1)
        mean[t]! += weights[(head * tokens + q) * tokens + t]! / (heads * queries.length);
  return mean;
}

/** row · (½ mean over heads + ½ I), rows of the sum normalised. [T] */
function throughLayer(row: Float64Array, { heads, weights }: AttentionLayer): Float64Array {
  const tokens = row.length;
  const next = new Float64Array(tokens);
  for (let q = 0; q < tokens; q += 1) {
    if (row[q] === 0) continue;
    const mixed = meanOverHeads({ heads, weights }, [q]).map((a, t) => (a + (t === q ? 1 : 0)) / 2);
    const total = mixed.reduce((a, b) => a + b, 0);
    mixed.forEach((a, t) => (next[t]! += (row[q]! * a) / total));
  }
  return next;
}

function plain(values: Float64Array): Awaited<ReturnType<Explainer['explain']>> {
  return { values, fBaseline: null, gap: null, nSteps: null };
}
