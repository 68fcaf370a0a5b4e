import { intAttribute, stringAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/**
 * Blocks of channels become blocks of pixels; dx moves them back. SpaceToDepth is the inverse of the DCR
 * order; in the CRD order the two halves of the channel axis change places as well.
 */
export const depthToSpace = rule('DepthToSpace', ({ g, node, x: [x = ''], dy }) => {
  const blocksize = intAttribute(node, 'blocksize', 1);
  const packed = g.op('SpaceToDepth', [dy], { blocksize });
  if (stringAttribute(node, 'mode', 'DCR') === 'DCR') return [packed];
  // [N, b·b, C/b², H, W] → [N, C/b², b·b, H, W]
  const [batch, rest] = [g.lengths(x, 0), g.slice(g.shape(x), g.ints([2]), g.ints([4]), [0])];
  const split = g.reshape(packed, g.concat([batch, g.ints([blocksize * blocksize, -1]), rest], 0));
  return [g.reshapeLike(g.transpose(split, [0, 2, 1, 3, 4]), x)];
});
