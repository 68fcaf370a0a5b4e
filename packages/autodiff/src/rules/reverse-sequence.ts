import { intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y reverses the first n steps of each sequence, which is its own inverse: dx reverses dy the same way. */
export const reverseSequence = rule(
  'ReverseSequence',
  ({ g, node, x: [, lengths = ''], dy }) => [
    g.op('ReverseSequence', [dy, lengths], {
      batch_axis: intAttribute(node, 'batch_axis', 1),
      time_axis: intAttribute(node, 'time_axis', 0),
    }),
  ],
  { flows: [0] },
);
