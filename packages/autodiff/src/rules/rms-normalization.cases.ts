import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('RMSNormalization', [
    { name: 'the last axis', inputs: [normal([2, 3, 4]), normal([4], 1)], opset: 23 },
    { name: 'two axes', inputs: [normal([2, 3, 4]), normal([3, 4], 1)], attributes: { axis: 1 }, opset: 23 },
  ]),
];
