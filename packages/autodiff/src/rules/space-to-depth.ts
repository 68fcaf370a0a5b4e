import { intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** Blocks of pixels become blocks of channels; DepthToSpace is the inverse. */
export const spaceToDepth = rule('SpaceToDepth', ({ g, node, dy }) => [
  g.op('DepthToSpace', [dy], { blocksize: intAttribute(node, 'blocksize', 1), mode: 'DCR' }),
]);
