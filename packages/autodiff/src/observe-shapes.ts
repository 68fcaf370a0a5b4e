import { DataType, type Graph } from '@tessera/onnx';
import { type Observed, openProbe } from './probe.ts';
import { type Axis, Shapes } from './shapes.ts';

/**
 * Learns the element type, rank and fixed lengths of every value by running the graph at two or more sizes
 * with all intermediates as outputs. Every dimension that may vary gets a different length in each run, so an
 * axis with equal lengths is fixed. This asks nothing of operators that symbolic shape inference would have
 * to know.
 */
export async function observeShapes(graph: Graph): Promise<Shapes> {
  const tensors = graph.nodes.filter((node) => !yieldsLists.has(node.opType)).flatMap((node) => node.output);
  const computed = [...new Set(tensors)].filter((name) => name !== '');
  const probe = await openProbe(graph, computed);
  try {
    const runs: Observed[] = [];
    for (const input of probe.inputs) runs.push(await probe.run(input));
    const shapes = new Shapes(graph);
    for (const [name, tensor] of Object.entries(runs[0] ?? {})) {
      const seen = runs.map((run) => run[name]?.dims);
      // sequences, unsteady ranks
      if (!tensor?.dims || seen.some((dims) => dims?.length !== tensor.dims.length)) continue;
      const axes = tensor.dims.map((_, axis): Axis => seen.map((dims) => dims?.[axis] as number));
      shapes.set(name, typeNames[tensor.type] ?? DataType.FLOAT, axes);
    }
    return shapes;
  } finally {
    await probe.close();
  }
}

/** Operators whose results are lists of tensors, which a session does not hand out. */
const yieldsLists: ReadonlySet<string> = new Set([
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceErase',
  'SequenceInsert',
  'SequenceMap',
  'SplitToSequence',
]);

const typeNames: Readonly<Record<string, DataType>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  int64: DataType.INT64,
  int32: DataType.INT32,
  int16: DataType.INT16,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  bool: DataType.BOOL,
};
