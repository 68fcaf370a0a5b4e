import { intAttribute } from '../attribute.ts';
import { evaluateMatrix } from '../constant-matrix.ts';
import { DataType } from '../data-type.ts';
import type { Value } from '../emitter.ts';
import type { Graph } from '../graph.ts';
import { isOp } from '../node.ts';
import { floatTensor, makeTensor, tensorData, tensorDims } from '../tensor.ts';

/**
 * Products with fewer output columns (classification heads) stay in float32: they cost nothing and decide
 * labels.
 */
const fewestColumns = 16;

/** Constant weights as MatMulInteger wants them. */
export interface IntegerWeights {
  /** int8 [rows, columns] */
  readonly values: Value;
  /** float32 [columns] */
  readonly scales: Value;
  readonly rows: number;
  readonly columns: number;
}

/** The weights of a product in int8 with a scale per output column; undefined where they stay in float32. */
export function integerWeights(graph: Graph, w: Value, transposed: boolean): IntegerWeights | undefined {
  return transposed
    ? quantisedHere(graph, w, true)
    : (storedIntegers(graph, w) ?? quantisedHere(graph, w, false));
}

/** Weights behind a symmetric DequantizeLinear with a scale per column need no new copy. */
function storedIntegers(graph: Graph, w: Value): IntegerWeights | undefined {
  const node = graph.producer(w);
  if (!isOp(node, 'DequantizeLinear')) return undefined;
  const [values = '', scales = '', zero] = node.input;
  const tensor = graph.initializers.get(values);
  const symmetric = !zero || graph.constantNumbers(zero)?.every((offset) => offset === 0);
  if (tensor?.dataType !== DataType.INT8 || !symmetric || intAttribute(node, 'axis', 1) !== 1)
    return undefined;
  const [rows = 0, columns = 0] = tensorDims(tensor);
  return columns >= fewestColumns && graph.constantNumbers(scales)?.length === columns
    ? { values, scales, rows, columns }
    : undefined;
}

/** Rounds each column to 127 steps of its largest magnitude. */
function quantisedHere(graph: Graph, w: Value, transposed: boolean): IntegerWeights | undefined {
  const names = { values: `${w}/int8`, scales: `${w}/scales` };
  const made = graph.initializers.get(names.values);
  if (made) {
    const [madeRows = 0, madeColumns = 0] = tensorDims(made);
    return { ...names, rows: madeRows, columns: madeColumns };
  }
  const stored = graph.constant(w);
  if (stored && (stored.dataType !== DataType.FLOAT || tensorDims(stored).length !== 2)) return undefined;
  const { dims, rows } = stored
    ? { dims: tensorDims(stored), rows: tensorData(stored) as Float32Array }
    : evaluateMatrix(graph, w);
  const [height = 0, width = 0] = dims;
  const [inputs, outputs] = transposed ? [width, height] : [height, width];
  if (outputs < fewestColumns) return undefined;
  const at = (row: number, column: number) =>
    rows[transposed ? column * width + row : row * width + column] as number;
  const values = new Int8Array(inputs * outputs);
  const scales = new Float32Array(outputs);
  for (let column = 0; column < outputs; column++) {
    let largest = 0;
    for (let row = 0; row < inputs; row++) largest = Math.max(largest, Math.abs(at(row, column)));
    const scale = largest / 127 || 1;
    scales[column] = scale;
    for (let row = 0; row < inputs; row++)
      values[row * outputs + column] = Math.round(at(row, column) / scale);
  }
  graph.addInitializer(makeTensor(names.values, DataType.INT8, [inputs, outputs], values));
  graph.addInitializer(floatTensor(names.scales, [outputs], scales));
  return { ...names, rows: inputs, columns: outputs };
}
