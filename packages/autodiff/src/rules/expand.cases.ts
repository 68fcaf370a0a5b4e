import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Expand', [
    { name: 'new axes', inputs: [normal([3]), ints([3], [2, 4, 3])] },
    { name: 'unit axes', inputs: [normal([2, 1, 3]), ints([3], [1, 4, 1])] },
  ]),
];
