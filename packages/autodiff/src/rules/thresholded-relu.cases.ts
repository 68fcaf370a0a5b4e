import { float } from '@tessera/onnx';
import { apart, casesOf } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ThresholdedRelu', [
    { name: 'the default slope', inputs: [apart([3, 4])] },
    { name: 'a slope of its own', inputs: [apart([3, 4])], attributes: { alpha: float(0.4) } },
  ]),
];
