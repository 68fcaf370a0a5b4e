import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Sum', [
    { name: 'three shapes', inputs: [normal([2, 3]), normal([3], 1), normal([], 2)] },
    { name: 'one operand', inputs: [normal([2, 3])] },
  ]),
];
