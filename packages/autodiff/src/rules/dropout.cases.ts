import { casesOf, floats, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Dropout', [
    { name: 'inference', inputs: [normal([2, 3])] },
    { name: 'with a ratio', inputs: [normal([2, 3]), floats([], [0.3])] },
  ]),
];
