import { float } from '@tessera/onnx';
import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('LayerNormalization', [
    { name: 'the last axis', inputs: [normal([2, 3, 4]), normal([4], 1), normal([4], 2)] },
    { name: 'without a bias', inputs: [normal([2, 4]), normal([4], 1)] },
    {
      name: 'two axes',
      inputs: [normal([2, 3, 4]), normal([3, 4], 1), normal([3, 4], 2)],
      attributes: { axis: 1, epsilon: float(0.01) },
    },
  ]),
];
