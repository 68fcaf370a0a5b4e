import { AppError } from '@tessera/base';
import { intAttribute, intsAttribute } from './attribute.ts';
import type { Graph } from './graph.ts';
import { isOp, type Node } from './node.ts';
import { tensorData, tensorDims, tensorFloats } from './tensor.ts';

/** A constant matrix as floats, row-major. */
export interface Matrix {
  readonly dims: readonly number[];
  readonly rows: Float32Array;
}

/** Evaluates a constant matrix: an initializer, or one that is dequantised, cast or transposed on the way. */
export function evaluateMatrix(graph: Graph, value: string): Matrix {
  const tensor = graph.constant(value);
  if (tensor) return { dims: tensorDims(tensor), rows: tensorFloats(tensor) };
  const node = graph.producer(value);
  if (isOp(node, 'DequantizeLinear')) return dequantiseMatrix(graph, node, node.input[0] as string);
  if (isOp(node, 'Cast', 'Identity')) return evaluateMatrix(graph, node.input[0] as string);
  if (isOp(node, 'Transpose'))
    return transpose(evaluateMatrix(graph, node.input[0] as string), intsAttribute(node, 'perm'));
  const hint = 'Export the model with the embedding weight as one initializer.';
  throw new AppError('OUTPUT_UNAVAILABLE', {
    detail: {
      field: 'embeddings',
      output: `embedding table that can be read (${node?.opType ?? value})`,
      hint,
    },
  });
}

/** (stored − zero point) · scale, with one scale per tensor, per row (axis 0) or per column (axis 1). */
export function dequantiseMatrix(graph: Graph, node: Node, table: string): Matrix {
  const tensor = graph.constant(table);
  const scales = graph.constantNumbers(node.input[1]);
  if (!tensor || !scales) return evaluateMatrix(graph, table);
  const zeros = graph.constantNumbers(node.input[2]) ?? [0];
  const dims = tensorDims(tensor);
  const [height = 0, width = 0] = dims;
  // After the lookup the table's axis 1 is the last axis of the result, so any axis but 0 means "per column".
  const perRow = intAttribute(node, 'axis', 1) === 0;
  const stored = tensorData(tensor) as Int8Array | Uint8Array;
  const rows = new Float32Array(height * width);
  for (let index = 0; index < rows.length; index++) {
    const channel = scales.length === 1 ? 0 : perRow ? Math.floor(index / width) : index % width;
    rows[index] =
      ((stored[index] as number) - (zeros[channel] ?? zeros[0] ?? 0)) * (scales[channel] as number);
  }
  return { dims, rows };
}

function transpose({ dims, rows }: Matrix, perm: number[] = [1, 0]): Matrix {
  if (perm[0] === 0) return { dims, rows };
  const [height = 0, width = 0] = dims;
  const turned = new Float32Array(rows.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      turned[column * height + row] = rows[row * width + column] as number;
  return { dims: [width, height], rows: turned };
}
