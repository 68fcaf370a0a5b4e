import { apart, casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('LpNormalization', [
    { name: 'Euclidean', inputs: [normal([2, 4])] },
    { name: 'absolute', inputs: [apart([2, 4])], attributes: { p: 1, axis: 0 } },
  ]),
];
