import { intAttribute } from '../attribute.ts';
import type { Emitter, Value } from '../emitter.ts';
import type { Graph } from '../graph.ts';
import { isOp, type Node } from '../node.ts';
import { rewrite } from '../rewrite.ts';
import { tensorDims } from '../tensor.ts';
import { prune } from './prune.ts';

/**
 * Replaces lists of tensors whose structure is known by plain tensor operators: an element of a split becomes
 * a slice, an element of a constructed list the tensor itself, a concatenated list a Concat.
 */
export function unwrapSequences(graph: Graph): void {
  const replaced = rewrite(graph, (node, g) => {
    if (isOp(node, 'SequenceAt')) return elementAt(graph, node, g);
    if (isOp(node, 'ConcatFromSequence')) return joined(graph, node, g);
    return undefined;
  });
  if (replaced > 0) prune(graph);
}

function elementAt(graph: Graph, node: Node, g: Emitter): readonly Value[] | undefined {
  const list = graph.producer(node.input[0] as Value);
  const index = graph.constantScalar(node.input[1]);
  if (index === undefined) return undefined;
  if (isOp(list, 'SequenceConstruct')) return list.input.slice(index).slice(0, 1);
  if (!isOp(list, 'SplitToSequence')) return undefined;
  const [x = '', lengths] = list.input;
  const range = stretch(graph, lengths, index);
  if (!range) return undefined;
  const axis = intAttribute(list, 'axis', 0);
  const part = g.slice(x, g.ints([range.start]), g.ints([range.end]), [axis]);
  const drops = !lengths && intAttribute(list, 'keepdims', 1) === 0;
  return [drops ? g.squeeze(part, [axis]) : part];
}

/** "To the end" in a Slice. */
const toTheEnd = 2 ** 40;

/**
 * Where element `index` of a split lies: of unit slices, of equal pieces, or of pieces with listed lengths.
 */
function stretch(
  graph: Graph,
  lengths: Value | undefined,
  index: number,
): { start: number; end: number } | undefined {
  if (!lengths) return { start: index, end: index === -1 ? toTheEnd : index + 1 };
  const tensor = graph.constant(lengths);
  const numbers = graph.constantNumbers(lengths);
  if (!tensor || !numbers) return undefined;
  if (tensorDims(tensor).length === 0) {
    const piece = numbers[0] as number;
    return index < 0 ? undefined : { start: index * piece, end: (index + 1) * piece };
  }
  const place = index < 0 ? index + numbers.length : index;
  const start = numbers.slice(0, place).reduce((sum, length) => sum + length, 0);
  return { start, end: start + (numbers[place] as number) };
}

function joined(graph: Graph, node: Node, g: Emitter): readonly Value[] | undefined {
  const list = graph.producer(node.input[0] as Value);
  if (!isOp(list, 'SequenceConstruct')) return undefined;
  const axis = intAttribute(node, 'axis', 0);
  const stacks = intAttribute(node, 'new_axis', 0) === 1;
  const parts = stacks ? list.input.map((part) => g.unsqueeze(part, [axis])) : list.input;
  return [g.concat(parts, axis)];
}
