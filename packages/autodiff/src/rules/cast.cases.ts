import { DataType } from '@tessera/onnx';
import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Cast', [
    { name: 'to double and on', inputs: [normal([2, 3])], attributes: { to: DataType.DOUBLE } },
    { name: 'to float32', inputs: [normal([2, 3])], attributes: { to: DataType.FLOAT } },
  ]),
];
