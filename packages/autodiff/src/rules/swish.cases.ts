import { float } from '@tessera/onnx';
import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Swish', [
    { name: 'the default scale', inputs: [normal([2, 3])], opset: 24 },
    { name: 'a scale of its own', inputs: [normal([2, 3])], attributes: { alpha: float(1.7) }, opset: 24 },
  ]),
];
