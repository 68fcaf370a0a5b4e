import type { Value } from './emitter.ts';
import { type AttentionLayer, findAttentionLayers } from './find-attentions.ts';
import type { Graph } from './graph.ts';
import { projectedFrom } from './projection.ts';
import { biasedSum, normalisedFrom, normalisedInto, residualSum } from './residual-stream.ts';

/**
 * Finds the hidden states in the order of Hugging Face's `hidden_states`: what enters each layer, then what
 * leaves the last one, which is the value after the final normalisation where the model has one.
 *
 * The input of a layer is what its query projection reads. Where layers normalise first (GPT-2, ModernBERT,
 * Llama) the projection reads a normalised copy; the layer's input is the value on the residual stream behind
 * it. Empty where the stream behind the last layer is not understood.
 */
export function findHiddenStates(graph: Graph): Value[] {
  const inputs = findAttentionLayers(graph)
    .filter((layer) => !layer.crosses)
    .map((layer) => layerInput(graph, layer))
    .filter((value) => value !== undefined);
  const distinct = [...new Set(inputs)];
  const last = distinct.at(-1);
  if (last === undefined) return [];
  const end = followStream(graph, last);
  // A stream that cannot be followed has no last state; what entered the last layer must not pass for it.
  return end === last ? [] : [...distinct, end];
}

function layerInput(graph: Graph, { scores }: AttentionLayer): Value | undefined {
  const read = projectedFrom(graph, scores.input[0] as Value);
  if (read === undefined || residualSum(graph, read)) return read;
  return normalisedFrom(graph, read) ?? read;
}

/**
 * From the input of the last layer along the residual sums to the end of the stream, and through a final
 * norm.
 */
function followStream(graph: Graph, start: Value): Value {
  let stream = start;
  while (true) {
    const sum = residualSum(graph, stream);
    if (sum) {
      stream = sum.output[0] as Value;
      continue;
    }
    const normal = stream === start ? undefined : normalisedInto(graph, stream);
    if (normal === undefined) {
      const biased = stream === start ? undefined : biasedSum(graph, stream);
      if (biased === undefined) return stream;
      stream = biased;
      continue;
    }
    if (!residualSum(graph, normal)) return normal;
    stream = normal;
  }
}
