import {
  constantCondition,
  decompose,
  dequantise,
  fuseGelu,
  fuseLayerNorm,
  type Graph,
  inlineBranches,
  inlineFunctions,
  liftConstants,
  prune,
  unwrapSequences,
  upgradeOpset,
  widenHalves,
} from '@tessera/onnx';
import { decideBranches } from './decide-branches.ts';

/**
 * Brings a graph into the form that rules are written for: constants as initializers, opset 17 or later,
 * float32, fused operators taken apart, LayerNormalization and Gelu put together.
 *
 * @param keep values that callers ask for by name and that must survive
 */
export async function normalise(graph: Graph, keep: readonly string[] = []): Promise<void> {
  inlineFunctions(graph);
  liftConstants(graph);
  while (inlineBranches(graph, constantCondition(graph)) > 0) liftConstants(graph);
  upgradeOpset(graph);
  unwrapSequences(graph);
  await decideBranches(graph);
  decompose(graph);
  dequantise(graph);
  widenHalves(graph);
  const kept = new Set(keep);
  fuseLayerNorm(graph, kept);
  fuseGelu(graph, kept);
  prune(graph);
}
