import {
  DataType,
  findAttentionLayers,
  Graph,
  inlineBranches,
  intsAttribute,
  isConstant,
  isOp,
  liftConstants,
  type Model,
  makeAttribute,
  makeNode,
  makeValueInfo,
  type Node,
  prune,
  readValues,
  tensorDims,
} from '@tessera/onnx';
import { readsEncoder } from './expose-decoder.ts';

/** Inputs that a step graph has instead of masks and shapes. */
export const stepInputs = {
  /**
   * Added to the scores of every self-attention, [rows, 1, ids, positions]: 0, or a large negative number
   * where nobody may look.
   */
  scoreBias: 'tessera.score_bias',
  /** Added to the scores over the encoder's text, [rows, 1, 1, encoder positions]. */
  crossBias: 'tessera.cross_bias',
  /** Buckets of T5's relative positions, [rows, ids, positions]. */
  buckets: 'tessera.buckets',
  /** Which of the rows · ids hidden states become logits, [rows]. */
  last: 'tessera.last',
} as const;

/** A decoder that gives, for each step, only what is new. */
export interface StepGraph {
  readonly model: Model;
  /** By input name of the cache: the output with the new positions only, [rows, heads, ids, size]. */
  readonly fresh: Readonly<Record<string, string>>;
  /** Whether scores over the text get T5's relative positions from `buckets`; how many buckets there are. */
  readonly bucketCount: number | null;
  /** Whether something is still worked out from the cache's length, gaps included. */
  readonly readsLength: boolean;
}

/** Name of the output of log probabilities, [rows, vocabulary]. */
export const LOG_PROBABILITIES = 'tessera.log_probabilities';

/**
 * Rewrites a decoder for iteration-level batches. What hides padding becomes one input, so that the positions
 * of a row may have gaps and rows of any length share a step; instead of the whole cache the new positions
 * come out; logits are worked out for one id of each row. Gives null when the graph is not of the usual form:
 * such files run as they are.
 */
export function stepGraph(model: Model): StepGraph | null {
  const graph = new Graph(model);
  inlineBranches(graph, (condition) => (condition === 'use_cache_branch' ? true : undefined));
  liftConstants(graph);
  skipIdentities(graph);
  const fresh = freshOutputs(graph);
  const masks = fresh && takeMasks(graph);

  if (!fresh || !masks || !readLastOnly(graph)) return null;
  graph.outputs = ['logits', LOG_PROBABILITIES, ...Object.values(fresh)].map((name) => makeValueInfo(name));
  prune(graph);
  const read = new Set(graph.nodes.flatMap(readValues));
  graph.inputs = graph.inputs.filter(({ name }) => read.has(name));
  const readsLength = graph.nodes.some(
    (node) => isOp(node, 'Shape') && node.input[0]!.startsWith('past_key_values.'),
  );
  return { model: graph.toModel(), fresh, bucketCount: masks.bucketCount, readsLength };
}

/** Lets readers of an Identity read what it passes on; results keep their names. */
function skipIdentities(graph: Graph): void {
  for (const node of graph.nodes) if (passesOn(node)) graph.redirect(node.output[0]!, node.input[0]!);
}

/** An Identity, or what exporters write for one: a Concat of one. */
function passesOn(node: Node | undefined): node is Node {
  return isOp(node, 'Identity') || (isOp(node, 'Concat') && node.input.length === 1);
}

function behindIdentity(graph: Graph, value: string): Node | undefined {
  const node = graph.producer(value);
  return passesOn(node) ? behindIdentity(graph, node.input[0]!) : node;
}

/**
 * For each input of the text's cache the value that is joined to it; null when a result is anything but that.
 */
function freshOutputs(graph: Graph): Record<string, string> | null {
  const fresh: Record<string, string> = {};
  for (const { name } of graph.inputs) {
    if (!name.startsWith('past_key_values.') || name.includes('.encoder.')) continue;
    const join = behindIdentity(graph, name.replace('past_key_values', 'present'));
    if (!isOp(join, 'Concat') || join.input.length !== 2 || join.input[0] !== name) return null;
    fresh[name] = join.input[1]!;
  }
  return Object.keys(fresh).length > 0 ? fresh : null;
}

/** Puts inputs in the place of what is added to attention scores to hide padding. */
function takeMasks(graph: Graph): { readonly bucketCount: number | null } | null {
  let bucketCount: number | null = null;
  const used = new Set<string>();
  const layers = findAttentionLayers(graph);
  if (layers.length === 0) return null;
  for (const { softmax, scores } of layers) {
    const isCross = readsEncoder(graph, scores.input[1]!);
    let hidden = 0;
    for (const { node, addend } of addends(graph, softmax, scores)) {
      const kind = kindOf(graph, addend);
      if (kind === 'zero') graph.redirect(node.output[0]!, node.input.find((input) => input !== addend)!);
      else if (kind === 'mask') {
        hidden++;
        const name = isCross ? stepInputs.crossBias : stepInputs.scoreBias;
        node.input = node.input.map((input) => (input === addend ? name : input));
        used.add(name);
      } else if (kind === 'relative' && !isCross) {
        bucketCount = takeBuckets(graph, addend);
        if (bucketCount === null) return null;
        used.add(stepInputs.buckets);
      } else if (kind !== 'taken') return null;
      graph.touch();
    }
    if (hidden !== 1) return null;
  }
  if (!used.has(stepInputs.scoreBias)) return null;
  const declared: Record<string, [DataType, (string | number)[]]> = {
    [stepInputs.scoreBias]: [DataType.FLOAT, ['rows', 1, 'ids', 'positions']],
    [stepInputs.crossBias]: [DataType.FLOAT, ['rows', 1, 1, 'encoded']],
    [stepInputs.buckets]: [DataType.INT64, ['rows', 'ids', 'positions']],
  };
  for (const name of used) graph.inputs.push(makeValueInfo(name, ...declared[name]!));
  return { bucketCount };
}

interface Addend {
  readonly node: Node;
  readonly addend: string;
}

/** What is added between a product of queries and keys and its softmax. */
function addends(graph: Graph, softmax: Node, scores: Node): Addend[] {
  const found: Addend[] = [];
  let value = softmax.input[0]!;
  for (let node = graph.producer(value); node && node !== scores; node = graph.producer(value)) {
    const own = node.input.findIndex((input) => reaches(graph, input, scores));
    if (own < 0) break;
    value = node.input[own]!;
    if (isOp(node, 'Add')) found.push({ node, addend: node.input[1 - own]! });
  }
  return found;
}

/** Whether a value is the given node's result, scaled or with something added. */
function reaches(graph: Graph, value: string, target: Node): boolean {
  const node = graph.producer(value);
  if (node === target) return true;
  return isOp(node, 'Add', 'Mul', 'Div', 'Cast') && node.input.some((input) => reaches(graph, input, target));
}

type Kind = 'zero' | 'mask' | 'relative' | 'taken' | 'other';

/** A mask hangs on shapes and masks only; relative positions on shapes and a table of weights. */
function kindOf(graph: Graph, value: string): Kind {
  if (isOp(graph.producer(value), 'ConstantOfShape')) return 'zero';
  const seen = new Set<string>();
  const queue = [value];
  let weights = 0;
  for (const current of queue) {
    if (seen.has(current) || current === '') continue;
    seen.add(current);
    const constant = graph.initializers.get(current);
    if (constant) {
      if (constant.dims.length === 2) weights++;
      continue;
    }
    const node = graph.producer(current);
    if (!node) {
      if (current === stepInputs.buckets) return 'taken';
      if (!current.endsWith('attention_mask')) return 'other';
      continue;
    }
    if (!isOp(node, 'Shape')) queue.push(...node.input);
  }
  return weights === 0 ? 'mask' : 'relative';
}

/**
 * Looks T5's relative positions up by an input. The table is [buckets, heads]; gives the number of buckets.
 */
function takeBuckets(graph: Graph, addend: string): number | null {
  const lift = graph.producer(addend);
  const turn = isOp(lift, 'Unsqueeze') ? graph.producer(lift.input[0]!) : undefined;
  const look = isOp(turn, 'Transpose') ? graph.producer(turn.input[0]!) : undefined;
  if (!turn || !isOp(look, 'Gather') || intsAttribute(turn, 'perm')?.join() !== '2,0,1') return null;
  const table = graph.initializers.get(look.input[0]!);
  if (!table) return null;
  look.input = [look.input[0]!, stepInputs.buckets];
  turn.attribute = [makeAttribute('perm', [0, 3, 1, 2])];
  graph.redirect(addend, turn.output[0]!);
  return tensorDims(table)[0] ?? null;
}

/**
 * Lets the last product, with the vocabulary, see one hidden state of each row; adds the log probabilities.
 */
function readLastOnly(graph: Graph): boolean {
  let node = behindIdentity(graph, 'logits');
  while (isOp(node, 'Add', 'Mul', 'Div', 'Cast')) {
    const own = node.input.filter((input) => !isConstant(graph, input));
    if (own.length !== 1) return false;
    node = behindIdentity(graph, own[0]!);
  }
  if (!isOp(node, 'MatMul') || !isConstant(graph, node.input[1]!)) return false;
  const flat = graph.freshName('tessera/hidden_flat');
  const last = graph.freshName('tessera/hidden_last');
  const at = graph.nodes.indexOf(node);
  graph.nodes.splice(
    at,
    0,
    makeNode({ op: 'Flatten', inputs: [node.input[0]!], outputs: [flat], attributes: { axis: 2 } }),
    makeNode({ op: 'Gather', inputs: [flat, stepInputs.last], outputs: [last], attributes: { axis: 0 } }),
  );
  node.input = [last, node.input[1]!];
  graph.nodes.push(
    makeNode({
      op: 'LogSoftmax',
      inputs: ['logits'],
      outputs: [LOG_PROBABILITIES],
      attributes: { axis: -1 },
    }),
  );
  graph.inputs.push(makeValueInfo(stepInputs.last, DataType.INT64, ['rows']));
  graph.touch();
  return true;
}

/**
 * The part of a decoder's first step that projects the encoder's hidden states; null when it needs anything
 * else.
 */
export function crossGraph(model: Model): Model | null {
  const graph = new Graph(model);
  inlineBranches(graph, (condition) => (condition === 'use_cache_branch' ? false : undefined));
  graph.outputs = graph.outputs.filter(({ name }) => /^present\.\d+\.encoder\./.test(name));
  prune(graph);
  const read = new Set(graph.nodes.flatMap(readValues));
  graph.inputs = graph.inputs.filter(({ name }) => read.has(name));
  const isAlone = graph.inputs.length === 1 && graph.inputs[0]!.name === 'encoder_hidden_states';
  return graph.outputs.length > 0 && isAlone ? graph.toModel() : null;
}
