import { dequantiseMatrix, evaluateMatrix } from './constant-matrix.ts';
import { findEmbedding } from './embedding.ts';
import { Graph } from './graph.ts';
import type { Model } from './model.ts';
import { isOp } from './node.ts';
import { liftConstants } from './passes/constants.ts';
import { decompose } from './passes/decompose/decompose.ts';

/** The embedding matrix as floats, row-major [vocabulary, width]. */
export interface EmbeddingTable {
  readonly name: string;
  readonly vocabulary: number;
  readonly width: number;
  readonly rows: Float32Array;
}

/** Reads a model's token-embedding table, dequantised or widened to float32 where it is stored smaller. */
export function embeddingTable(model: Model, ids = 'input_ids'): EmbeddingTable {
  const graph = new Graph(model);
  liftConstants(graph);
  decompose(graph);
  const { table, node } = findEmbedding(graph, ids);
  const after = graph.soleConsumer(node.output[0] as string);
  const stored = isOp(after, 'DequantizeLinear')
    ? dequantiseMatrix(graph, after, table)
    : evaluateMatrix(graph, table);
  const [vocabulary = 0, width = 0] = stored.dims;
  return { name: table, vocabulary, width, rows: stored.rows };
}
