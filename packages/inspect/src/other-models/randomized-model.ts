import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, seededRandom } from '@tessera/base';
import { Graph, isOp, loadModel, type Model, type Node, saveModel } from '@tessera/onnx';

/** How the folders of shuffled copies begin. */
export const randomizedPrefix = 'tessera-randomized-';

/**
 * Where a model is: its folder, and the ONNX file whose weights count, which adapters may have been merged
 * into.
 */
export interface ModelPlace {
  readonly folder: string;
  readonly weightsFile: string;
}

/** Which of `blocks` + 1 groups of weights are drawn anew: the top `layers`. */
export interface Shuffle {
  readonly layers: number;
  readonly blocks: number;
  readonly seed: number;
}

/** A copy of a model's folder with other weights; `remove` when it is no longer open. */
export interface RandomizedFolder {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Draws the weights of a model's top blocks anew for the sanity check of Adebayo et al. (2018): the entries
 * of every weight matrix are shuffled within the matrix, which keeps their distribution and destroys what was
 * learned. Matrices are told apart by where the graph first uses them: embedding tables are the lowest block,
 * the others are shared out evenly over the blocks, what is left over being the head's.
 */
export async function randomizedFolder(
  { folder, weightsFile }: ModelPlace,
  { layers, blocks, seed }: Shuffle,
): Promise<RandomizedFolder> {
  const copy = await mkdtemp(join(tmpdir(), randomizedPrefix));
  const remove = (): Promise<void> => rm(copy, { recursive: true, force: true });
  try {
    await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.onnx') });
    await mkdir(join(copy, 'onnx'), { recursive: true });
    const model = loadModel(weightsFile);
    shuffleTop(model, { layers, blocks, seed });
    saveModel(model, join(copy, 'onnx/model.onnx'));
    return { folder: copy, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Shuffles the matrices of the top `layers` of `blocks` + 1 groups, in place. Returns their names. */
export function shuffleTop(model: Model, { layers, blocks, seed }: Shuffle): readonly string[] {
  const { tables, matrices } = weightsOf(new Graph(model));
  const each = Math.max(1, Math.floor(matrices.length / blocks));
  const lowest = Math.max(0, blocks - layers) * each;
  const chosen = new Set([...matrices.slice(lowest), ...(layers > blocks ? tables : [])]);
  const random = seededRandom(seed);
  for (const tensor of model.proto.graph!.initializer) {
    if (!chosen.has(tensor.name) || tensor.rawData.length === 0) continue;
    const size = tensor.dims.reduce((product, dim) => product * Number(dim), 1);
    tensor.rawData = shuffled(tensor.rawData, tensor.rawData.length / size, random);
  }
  return [...chosen];
}

/** Weight matrices by their first use, and the tables that ids look up. */
function weightsOf(graph: Graph): {
  readonly tables: readonly string[];
  readonly matrices: readonly string[];
} {
  const tables: string[] = [];
  const matrices: string[] = [];
  const seen = new Set<string>();
  for (const node of graph.nodes)
    for (const name of node.input) {
      const weight = weightBehind(graph, name);
      if (weight === null || seen.has(weight) || passesOn(node)) continue;
      seen.add(weight);
      (isOp(node, 'Gather') ? tables : matrices).push(weight);
    }
  return { tables, matrices };
}

/** The matrix that a value is, or is a rearrangement of; null for anything else. */
function weightBehind(graph: Graph, value: string): string | null {
  const tensor = graph.initializers.get(value);
  if (tensor) return tensor.dims.length >= 2 ? value : null;
  const node = graph.producer(value);
  return node && passesOn(node) ? weightBehind(graph, node.input[0] ?? '') : null;
}

/** Operators that only dress a weight up for its use. */
function passesOn(node: Node): boolean {
  return isOp(node, 'DequantizeLinear', 'Transpose', 'Cast', 'Identity');
}

/** Fisher and Yates over elements of `width` bytes. */
function shuffled(bytes: Uint8Array, width: number, random: Random): Uint8Array<ArrayBuffer> {
  const out = Uint8Array.from(bytes);
  const held = new Uint8Array(width);
  for (let i = out.length / width - 1; i > 0; i -= 1) {
    const j = random.integer(i + 1);
    held.set(out.subarray(i * width, (i + 1) * width));
    out.copyWithin(i * width, j * width, (j + 1) * width);
    out.set(held, j * width);
  }
  return out;
}

/**
 * Shuffled copies that serve many explanations of one task: each is made once, and all go when the task has
 * ended.
 */
export interface KeptShuffles {
  readonly make: typeof randomizedFolder;
  removeAll(): Promise<void>;
}

/**
 * Keeps the copies on disk, where what was made from them for their gradients lies too; none of them stays in
 * memory.
 */
export function keepShuffles(): KeptShuffles {
  const made = new Map<string, Promise<RandomizedFolder>>();
  return {
    async make(place, shuffle) {
      const key = JSON.stringify([place, shuffle]);
      const found = made.get(key) ?? randomizedFolder(place, shuffle);
      made.set(key, found);
      return { folder: (await found).folder, remove: async () => undefined };
    },
    async removeAll() {
      await Promise.all([...made.values()].map(async (one) => (await one.catch(() => null))?.remove()));
      made.clear();
    },
  };
}
