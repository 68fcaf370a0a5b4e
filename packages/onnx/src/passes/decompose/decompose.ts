import type { Graph } from '../../graph.ts';
import { isStandard, operatorName } from '../../node.ts';
import { rewrite } from '../../rewrite.ts';
import { attention } from './attention.ts';
import { contribAttention } from './contrib-attention.ts';
import type { Decomposition } from './decomposition.ts';
import { embedLayerNormalization } from './embed-layer-normalization.ts';
import { fusedMatMul } from './fused-mat-mul.ts';
import { biasGelu, fastGelu, quickGelu } from './gelu-variants.ts';
import { groupNormalization } from './group-normalization.ts';
import { multiHeadAttention } from './multi-head-attention.ts';
import { rotaryEmbedding } from './rotary-embedding.ts';
import { simplifiedLayerNormalization } from './simplified-layer-normalization.ts';
import { skipLayerNormalization, skipSimplifiedLayerNormalization } from './skip-layer-normalization.ts';

const decompositions: Readonly<Record<string, Decomposition>> = {
  Attention: attention,
  GroupNormalization: groupNormalization,
  RotaryEmbedding: rotaryEmbedding,
  SimplifiedLayerNormalization: simplifiedLayerNormalization,
  'com.microsoft.Attention': contribAttention,
  'com.microsoft.BiasGelu': biasGelu,
  'com.microsoft.EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft.FastGelu': fastGelu,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
  'com.microsoft.QuickGelu': quickGelu,
  'com.microsoft.SimplifiedLayerNormalization': simplifiedLayerNormalization,
  'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipSimplifiedLayerNormalization,
};

/** The operators that are taken apart before anything looks at the graph. */
export const decomposedOperators: readonly string[] = Object.keys(decompositions);

/**
 * Takes fused operators apart: those that onnxruntime's optimisers write, and the attention operators of
 * opset 23. What the parts compute, attention probabilities among them, becomes visible. Unknown forms stay
 * as they are.
 */
export function decompose(graph: Graph): void {
  rewrite(graph, (node, g) => decompositions[isStandard(node) ? node.opType : operatorName(node)]?.(node, g));
}
