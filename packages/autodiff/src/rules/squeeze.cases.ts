import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Squeeze', [
    { name: 'named axes', inputs: [normal([2, 1, 3, 1]), ints([2], [1, 3])] },
    { name: 'all unit axes', inputs: [normal([2, 1, 3])] },
  ]),
];
