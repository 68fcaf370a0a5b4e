import { AppError } from '@tessera/base';
import { attributeOf, floatAttribute, intAttribute, intsAttribute } from '../attribute.ts';
import type { Emitter } from '../emitter.ts';
import type { Graph } from '../graph.ts';
import { isOp, isStandard, type Node } from '../node.ts';
import { rewrite } from '../rewrite.ts';
import { floatTensor } from '../tensor.ts';

/**
 * The opset everything after this pass may rely on: LayerNormalization and ScatterElements with addition
 * exist.
 */
export const minimalOpset = 17;

const oldestOpset = 9;

/**
 * Lifts opsets 9–16 to 17. Between 13 and 17 no operator that models export changed its meaning; below 13
 * axes, splits and limits move from attributes to inputs, and Softmax no longer flattens. Throws ONNX_INVALID
 * below 9.
 */
export function upgradeOpset(graph: Graph): void {
  const version = graph.opset;
  if (version >= minimalOpset) return;
  if (version < oldestOpset) {
    const problem = `opset ${version} is too old. Export it again with opset ${minimalOpset} or later.`;
    throw new AppError('ONNX_INVALID', { detail: { problem } });
  }
  graph.requireOpset('', minimalOpset);
  if (version < 13) rewrite(graph, (node, g) => modernForm(node, g, version));
}

function modernForm(node: Node, g: Emitter, version: number) {
  if (!isStandard(node)) return undefined;
  const op = node.opType;
  const keepdims = intAttribute(node, 'keepdims', 1);
  if (op === 'ReduceSum' || op === 'Squeeze' || op === 'Unsqueeze') {
    const axes = intsAttribute(node, 'axes');
    if (!axes) return undefined;
    return [g.op(op, [input(node), g.ints(axes)], op === 'ReduceSum' ? { keepdims } : {})];
  }
  if (op === 'Split') {
    const split = intsAttribute(node, 'split');
    const inputs = split ? [input(node), g.ints(split)] : [input(node)];
    return g.ops('Split', inputs, { axis: intAttribute(node, 'axis', 0) }, node.output.length);
  }
  if (isOp(node, 'Softmax', 'LogSoftmax', 'Hardmax')) return [flattened(node, g)];
  if (op === 'Clip' && version < 11) {
    const limits = ['min', 'max'].map((name) =>
      attributeOf(node, name) ? scalar(g, floatAttribute(node, name, 0)) : '',
    );
    return [g.op('Clip', [input(node), ...limits])];
  }
  if (op === 'Pad' && version < 11) {
    const value = scalar(g, floatAttribute(node, 'value', 0));
    return [g.op('Pad', [input(node), g.ints(intsAttribute(node, 'pads') ?? []), value], padMode(node))];
  }
  if (op === 'Slice' && version < 10) {
    const [starts = [], ends = [], axes] = ['starts', 'ends', 'axes'].map((name) =>
      intsAttribute(node, name),
    );
    return [g.slice(input(node), g.ints(starts), g.ints(ends), axes ?? starts.map((_, axis) => axis))];
  }
  if (op === 'Dropout') return node.output.length === 1 ? [g.op('Identity', [input(node)])] : undefined;
  return undefined;
}

/** Before opset 13 Softmax normalised over all axes from `axis` on. */
function flattened(node: Node, g: Emitter): string {
  const axis = intAttribute(node, 'axis', 1);
  const x = input(node);
  if (axis === -1) return g.op(node.opType, [x], { axis: -1 });
  const matrix = g.op('Flatten', [x], { axis });
  return g.reshape(g.op(node.opType, [matrix], { axis: 1 }), g.shape(x));
}

function padMode(node: Node) {
  const mode = attributeOf(node, 'mode');
  return mode ? { mode: new TextDecoder().decode(mode.s) } : {};
}

function scalar(g: Emitter, value: number): string {
  return g.graph.addInitializer(floatTensor(g.graph.freshName('constant'), [], [value]));
}

function input(node: Node): string {
  return node.input[0] as string;
}
