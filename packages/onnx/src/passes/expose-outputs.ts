import { AppError } from '@tessera/base';
import { findAttentions, findCrossAttentions } from '../find-attentions.ts';
import { findHiddenStates } from '../find-hidden-states.ts';
import { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import { makeValueInfo } from '../value-info.ts';
import { liftConstants } from './constants.ts';
import { decompose } from './decompose/decompose.ts';
import { dequantise } from './dequantise.ts';
import { fuseGelu } from './fuse-gelu.ts';
import { fuseLayerNorm } from './fuse-layer-norm.ts';
import { inlineFunctions } from './inline-functions.ts';
import { upgradeOpset } from './upgrade-opset.ts';
import { widenHalves } from './widen-halves.ts';

export interface ExposeOptions {
  readonly attentions?: boolean;
  readonly hiddenStates?: boolean;
}

/** A model with more outputs, and their names. */
export interface Exposed {
  readonly model: Model;
  /** Per layer, [batch, heads, queries, keys]. */
  readonly attentions: readonly string[];
  /**
   * Per decoder layer that looks at an encoder, [batch, heads, queries, keys]; exposed together with the
   * attentions.
   */
  readonly crossAttentions: readonly string[];
  /**
   * Embeddings, then the output of each layer, [batch, tokens, width]; the last is the model's last hidden
   * state.
   */
  readonly hiddenStates: readonly string[];
}

/**
 * Makes attention probabilities and hidden states outputs of a model that was exported without them. Only
 * declarations are added, unless onnxruntime's optimiser fused them away: then the fused nodes are taken
 * apart.
 *
 * @throws OUTPUT_UNAVAILABLE when the graph has none that can be recognised
 */
export function exposeOutputs(
  model: Model,
  { attentions = false, hiddenStates = false }: ExposeOptions,
): Exposed {
  const apart = takenApart(model);
  const analysed = new Graph(apart);
  fuseLayerNorm(analysed);
  fuseGelu(analysed);
  const found = {
    attentions: attentions ? required('attentions', findAttentions(analysed)) : [],
    crossAttentions: attentions ? findCrossAttentions(analysed) : [],
    hiddenStates: hiddenStates ? required('hidden_states', findHiddenStates(analysed)) : [],
  };
  const names = [...found.attentions, ...found.crossAttentions, ...found.hiddenStates];
  const original = new Graph(model);
  const visible = names.every((name) => original.producer(name) !== undefined);
  return { model: withOutputs(visible ? model : apart, names), ...found };
}

/** The model with further values declared as outputs; those that are outputs already stay as they are. */
export function withOutputs(model: Model, names: readonly string[]): Model {
  const graph = new Graph(model);
  const added = [...new Set(names)].filter((name) => !graph.isOutput(name));
  graph.outputs = [...graph.outputs, ...added.map((name) => makeValueInfo(name))];
  return graph.toModel();
}

function takenApart(model: Model): Model {
  const graph = new Graph(model);
  inlineFunctions(graph);
  liftConstants(graph);
  upgradeOpset(graph);
  decompose(graph);
  dequantise(graph);
  widenHalves(graph);
  return graph.toModel();
}

function required(output: string, names: readonly string[]): readonly string[] {
  if (names.length > 0) return names;
  const hint = 'Export the model with these outputs, or as an encoder of standard attention layers.';
  throw new AppError('OUTPUT_UNAVAILABLE', {
    detail: { field: 'outputs', output: `${output} in its graph`, hint },
  });
}
