import { float, floatAttribute, intAttribute } from '../../attribute.ts';
import { DataType } from '../../data-type.ts';
import type { Decomposition } from './decomposition.ts';

/**
 * Word, position and segment embeddings, summed and normalised; the second output counts the mask per row,
 * int32 [batch].
 */
export const embedLayerNormalization: Decomposition = (node, g) => {
  const [ids = '', segments, words = '', positions = '', types = '', gamma = '', beta = '', mask, places] =
    node.input;
  if (intAttribute(node, 'mask_index_type', 1) === 0 && node.output[1]) return undefined;
  const rows = g.gather(words, ids);
  const length = g.gather(g.shape(ids), g.ints([1]));
  const positionRows = places ? g.gather(positions, places) : g.slice(positions, g.ints([0]), length, [0]);
  const placed = g.add(rows, positionRows);
  const sum = segments ? g.add(placed, g.gather(types, segments)) : placed;
  const epsilon = float(floatAttribute(node, 'epsilon', 1e-12));
  const normal = g.op('LayerNormalization', [sum, gamma, beta], { axis: -1, epsilon });
  const batch = g.gather(g.shape(ids), g.ints([0]));
  const counted = mask ? g.reduceSum(mask, [1], false) : g.filled(batch, 0, g.int(0));
  return [normal, node.output[1] ? g.cast(counted, DataType.INT32) : undefined, sum];
};
